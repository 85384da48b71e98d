//! Queries of the organisation. Lists come in the order that people expect to read them in.

use super::entity::{
    category, department, person, role_grant, service, site, site_role, team, team_member,
};
use crate::platform::error::Result;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, LockType, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId};
use shared::permission::{Role, SiteRole};

crate::versioned!(department, team, person, service, category, site);

macro_rules! find_by_ids {
    ($($name:ident: $module:ident, $id:ty;)+) => {$(
        /// Rows by id, in no order; unknown ids are left out.
        pub async fn $name(db: &impl ConnectionTrait, ids: &[$id]) -> Result<Vec<$module::Model>> {
            Ok($module::Entity::find()
                .filter($module::Column::Id.is_in(ids.iter().copied()))
                .all(db)
                .await?)
        }
    )+};
}

find_by_ids! {
    departments_by_id: department, DepartmentId;
    teams_by_id: team, TeamId;
    people_by_id: person, PersonId;
    services_by_id: service, ServiceId;
    categories_by_id: category, CategoryId;
    sites_by_id: site, SiteId;
}

/// One department.
pub async fn department(
    db: &impl ConnectionTrait,
    id: DepartmentId,
) -> Result<Option<department::Model>> {
    Ok(department::Entity::find_by_id(id).one(db).await?)
}

/// One team.
pub async fn team(db: &impl ConnectionTrait, id: TeamId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).one(db).await?)
}

/// One team, held to the end of the transaction; others may refer to it meanwhile.
pub async fn lock_team(db: &impl ConnectionTrait, id: TeamId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?)
}

/// One person.
pub async fn person(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<person::Model>> {
    Ok(person::Entity::find_by_id(id).one(db).await?)
}

/// One person, held to the end of the transaction; others may refer to them meanwhile.
pub async fn lock_person(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<person::Model>> {
    Ok(person::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(db)
        .await?)
}

/// One person, whom nobody changes to the end of the transaction.
pub async fn hold_person(db: &impl ConnectionTrait, id: PersonId) -> Result<Option<person::Model>> {
    Ok(person::Entity::find_by_id(id).lock_shared().one(db).await?)
}

/// One site.
pub async fn site(db: &impl ConnectionTrait, id: SiteId) -> Result<Option<site::Model>> {
    Ok(site::Entity::find_by_id(id).one(db).await?)
}

/// Sites by name.
pub async fn sites(db: &impl ConnectionTrait, inactive_too: bool) -> Result<Vec<site::Model>> {
    let mut query = site::Entity::find()
        .order_by_asc(site::Column::Name)
        .order_by_asc(site::Column::Id);
    if !inactive_too {
        query = query.filter(site::Column::Active.eq(true));
    }
    Ok(query.all(db).await?)
}

/// How many active people work at each of these sites; those without any are left out.
pub async fn people_at(db: &impl ConnectionTrait, sites: &[SiteId]) -> Result<Vec<(SiteId, i64)>> {
    Ok(person::Entity::find()
        .select_only()
        .column(person::Column::SiteId)
        .column_as(person::Column::Id.count(), "people")
        .filter(person::Column::SiteId.is_in(sites.iter().copied()))
        .filter(person::Column::Active.eq(true))
        .group_by(person::Column::SiteId)
        .into_tuple()
        .all(db)
        .await?)
}

/// One service.
pub async fn service(db: &impl ConnectionTrait, id: ServiceId) -> Result<Option<service::Model>> {
    Ok(service::Entity::find_by_id(id).one(db).await?)
}

/// One category.
pub async fn category(
    db: &impl ConnectionTrait,
    id: CategoryId,
) -> Result<Option<category::Model>> {
    Ok(category::Entity::find_by_id(id).one(db).await?)
}

/// Departments in their order.
pub async fn departments(
    db: &impl ConnectionTrait,
    inactive_too: bool,
) -> Result<Vec<department::Model>> {
    let mut query = department::Entity::find()
        .order_by_asc(department::Column::Position)
        .order_by_asc(department::Column::Id);
    if !inactive_too {
        query = query.filter(department::Column::Active.eq(true));
    }
    Ok(query.all(db).await?)
}

/// All departments, with whether each is confidential.
pub async fn confidentiality(db: &impl ConnectionTrait) -> Result<Vec<(DepartmentId, bool)>> {
    Ok(department::Entity::find()
        .select_only()
        .columns([department::Column::Id, department::Column::Confidential])
        .into_tuple()
        .all(db)
        .await?)
}

/// Whether a department other than `except` has this key.
pub async fn department_key_taken(
    db: &impl ConnectionTrait,
    key: &str,
    except: Option<DepartmentId>,
) -> Result<bool> {
    let mut query = department::Entity::find().filter(department::Column::Key.eq(key));
    if let Some(id) = except {
        query = query.filter(department::Column::Id.ne(id));
    }
    Ok(query.one(db).await?.is_some())
}

/// Teams of some departments (of all when `None`) by name.
pub async fn teams(
    db: &impl ConnectionTrait,
    departments: Option<&[DepartmentId]>,
    inactive_too: bool,
) -> Result<Vec<team::Model>> {
    let mut query = team::Entity::find()
        .order_by_asc(team::Column::Name)
        .order_by_asc(team::Column::Id);
    if let Some(departments) = departments {
        query = query.filter(team::Column::DepartmentId.is_in(departments.iter().copied()));
    }
    if !inactive_too {
        query = query.filter(team::Column::Active.eq(true));
    }
    Ok(query.all(db).await?)
}

/// Services of a department (of all when `None`) by name.
pub async fn services(
    db: &impl ConnectionTrait,
    department: Option<DepartmentId>,
    inactive_too: bool,
) -> Result<Vec<service::Model>> {
    let mut query = service::Entity::find()
        .order_by_asc(service::Column::Name)
        .order_by_asc(service::Column::Id);
    if let Some(department) = department {
        query = query.filter(service::Column::DepartmentId.eq(department));
    }
    if !inactive_too {
        query = query.filter(service::Column::Active.eq(true));
    }
    Ok(query.all(db).await?)
}

/// Categories of a department (of all when `None`) by name.
pub async fn categories(
    db: &impl ConnectionTrait,
    department: Option<DepartmentId>,
    inactive_too: bool,
) -> Result<Vec<category::Model>> {
    let mut query = category::Entity::find()
        .order_by_asc(category::Column::Name)
        .order_by_asc(category::Column::Id);
    if let Some(department) = department {
        query = query.filter(category::Column::DepartmentId.eq(department));
    }
    if !inactive_too {
        query = query.filter(category::Column::Active.eq(true));
    }
    Ok(query.all(db).await?)
}

/// Whether categories that are in use stand below this one.
pub async fn has_subcategories(db: &impl ConnectionTrait, id: CategoryId) -> Result<bool> {
    let below = category::Entity::find()
        .filter(category::Column::ParentId.eq(id))
        .filter(category::Column::Active.eq(true))
        .one(db)
        .await?;
    Ok(below.is_some())
}

/// Pairs of team and active member, members by name.
pub async fn members_of(
    db: &impl ConnectionTrait,
    teams: &[TeamId],
) -> Result<Vec<(TeamId, person::Model)>> {
    let pairs = team_member::Entity::find()
        .filter(team_member::Column::TeamId.is_in(teams.iter().copied()))
        .all(db)
        .await?;
    let ids: Vec<PersonId> = pairs.iter().map(|pair| pair.person_id).collect();
    let people = person::Entity::find()
        .filter(person::Column::Id.is_in(ids))
        .filter(person::Column::Active.eq(true))
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .all(db)
        .await?;
    Ok(people
        .into_iter()
        .flat_map(|person| {
            let teams: Vec<TeamId> = pairs
                .iter()
                .filter(|pair| pair.person_id == person.id)
                .map(|pair| pair.team_id)
                .collect();
            teams.into_iter().map(move |team| (team, person.clone()))
        })
        .collect())
}

/// Ids of a team's members, deactivated ones too.
pub async fn member_ids(db: &impl ConnectionTrait, team: TeamId) -> Result<Vec<PersonId>> {
    Ok(team_member::Entity::find()
        .filter(team_member::Column::TeamId.eq(team))
        .order_by_asc(team_member::Column::PersonId)
        .all(db)
        .await?
        .into_iter()
        .map(|pair| pair.person_id)
        .collect())
}

/// Pairs of person and team, teams by name.
pub async fn teams_of(
    db: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<Vec<(PersonId, team::Model)>> {
    let pairs = team_member::Entity::find()
        .filter(team_member::Column::PersonId.is_in(people.iter().copied()))
        .all(db)
        .await?;
    let ids: Vec<TeamId> = pairs.iter().map(|pair| pair.team_id).collect();
    let teams = team::Entity::find()
        .filter(team::Column::Id.is_in(ids))
        .order_by_asc(team::Column::Name)
        .order_by_asc(team::Column::Id)
        .all(db)
        .await?;
    Ok(teams
        .into_iter()
        .flat_map(|team| {
            let people: Vec<PersonId> = pairs
                .iter()
                .filter(|pair| pair.team_id == team.id)
                .map(|pair| pair.person_id)
                .collect();
            people.into_iter().map(move |person| (person, team.clone()))
        })
        .collect())
}

/// Puts people into a team.
pub async fn add_members(
    db: &impl ConnectionTrait,
    team: TeamId,
    people: &[PersonId],
) -> Result<()> {
    for person in people {
        crate::platform::row::insert(
            db,
            team_member::Model {
                team_id: team,
                person_id: *person,
            },
        )
        .await?;
    }
    Ok(())
}

/// Takes people out of a team.
pub async fn remove_members(
    db: &impl ConnectionTrait,
    team: TeamId,
    people: &[PersonId],
) -> Result<()> {
    team_member::Entity::delete_many()
        .filter(team_member::Column::TeamId.eq(team))
        .filter(team_member::Column::PersonId.is_in(people.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

/// Roles in departments of some people.
pub async fn grants_of(
    db: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<Vec<role_grant::Model>> {
    Ok(role_grant::Entity::find()
        .filter(role_grant::Column::PersonId.is_in(people.iter().copied()))
        .order_by_asc(role_grant::Column::DepartmentId)
        .order_by_asc(role_grant::Column::Role)
        .all(db)
        .await?)
}

/// All roles in departments, of all or of one.
pub async fn grants_in(
    db: &impl ConnectionTrait,
    department: Option<DepartmentId>,
) -> Result<Vec<role_grant::Model>> {
    let mut query = role_grant::Entity::find()
        .order_by_asc(role_grant::Column::DepartmentId)
        .order_by_asc(role_grant::Column::Role)
        .order_by_asc(role_grant::Column::PersonId);
    if let Some(department) = department {
        query = query.filter(role_grant::Column::DepartmentId.eq(department));
    }
    Ok(query.all(db).await?)
}

/// Active people who lead one of these departments, once each.
pub async fn leads_of(
    db: &impl ConnectionTrait,
    departments: &[DepartmentId],
) -> Result<Vec<PersonId>> {
    let ids: Vec<PersonId> = role_grant::Entity::find()
        .filter(role_grant::Column::DepartmentId.is_in(departments.iter().copied()))
        .filter(role_grant::Column::Role.eq(Role::Lead))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    let people = people_by_id(db, &ids).await?;
    Ok(people
        .into_iter()
        .filter(|person| person.active)
        .map(|person| person.id)
        .collect())
}

/// Site-wide roles of some people.
pub async fn site_roles_of(
    db: &impl ConnectionTrait,
    people: &[PersonId],
) -> Result<Vec<site_role::Model>> {
    Ok(site_role::Entity::find()
        .filter(site_role::Column::PersonId.is_in(people.iter().copied()))
        .order_by_asc(site_role::Column::Role)
        .all(db)
        .await?)
}

/// All site-wide roles.
pub async fn site_roles(db: &impl ConnectionTrait) -> Result<Vec<site_role::Model>> {
    Ok(site_role::Entity::find()
        .order_by_asc(site_role::Column::Role)
        .order_by_asc(site_role::Column::PersonId)
        .all(db)
        .await?)
}

/// How many active people are administrators.
pub async fn administrators(db: &impl ConnectionTrait) -> Result<usize> {
    let rows = site_role::Entity::find()
        .filter(site_role::Column::Role.eq(SiteRole::Administrator))
        .all(db)
        .await?;
    let ids: Vec<PersonId> = rows.into_iter().map(|row| row.person_id).collect();
    let people = people_by_id(db, &ids).await?;
    Ok(people.iter().filter(|person| person.active).count())
}

/// Active administrators other than `except`. Locks the roles of all administrators to the end of
/// the transaction, so that two of them cannot remove each other at once.
pub async fn other_administrators(db: &impl ConnectionTrait, except: PersonId) -> Result<usize> {
    let ids: Vec<PersonId> = site_role::Entity::find()
        .filter(site_role::Column::Role.eq(SiteRole::Administrator))
        .order_by_asc(site_role::Column::PersonId)
        .lock_exclusive()
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .filter(|id| *id != except)
        .collect();
    let active = people_by_id(db, &ids).await?;
    Ok(active.iter().filter(|person| person.active).count())
}

/// Gives a role in a department.
pub async fn grant(
    db: &impl ConnectionTrait,
    person: PersonId,
    department: DepartmentId,
    role: Role,
) -> Result<()> {
    let row = role_grant::Model {
        person_id: person,
        department_id: department,
        role,
    };
    crate::platform::row::insert(db, row).await
}

/// Takes a role in a department; whether there was one.
pub async fn revoke(
    db: &impl ConnectionTrait,
    person: PersonId,
    department: DepartmentId,
    role: Role,
) -> Result<bool> {
    let done = role_grant::Entity::delete_by_id((person, department, role))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Gives a site-wide role.
pub async fn grant_site(db: &impl ConnectionTrait, person: PersonId, role: SiteRole) -> Result<()> {
    let row = site_role::Model {
        person_id: person,
        role,
    };
    crate::platform::row::insert(db, row).await
}

/// Takes a site-wide role; whether there was one.
pub async fn revoke_site(
    db: &impl ConnectionTrait,
    person: PersonId,
    role: SiteRole,
) -> Result<bool> {
    let done = site_role::Entity::delete_by_id((person, role))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Whether a person other than `except` has this sign-in name.
pub async fn login_taken(
    db: &impl ConnectionTrait,
    login: &str,
    except: Option<PersonId>,
) -> Result<bool> {
    let mut query = person::Entity::find().filter(person::Column::Login.eq(login));
    if let Some(id) = except {
        query = query.filter(person::Column::Id.ne(id));
    }
    Ok(query.one(db).await?.is_some())
}

/// Sets a person's password.
pub async fn set_password_hash(
    db: &impl ConnectionTrait,
    person: PersonId,
    hash: String,
) -> Result<()> {
    person::Entity::update_many()
        .col_expr(person::Column::PasswordHash, Expr::value(hash))
        .filter(person::Column::Id.eq(person))
        .exec(db)
        .await?;
    Ok(())
}

/// Which people are wanted.
#[derive(Clone, Debug, Default)]
pub struct PeopleFilter {
    /// Words that must all occur.
    pub search: String,
    /// Sign-in names and mail addresses are searched besides names.
    pub search_contacts: bool,
    /// Members of this team.
    pub team: Option<TeamId>,
    /// Those who work in this department.
    pub department: Option<DepartmentId>,
    /// Deactivated ones as well.
    pub inactive_too: bool,
}

/// People by name after the place `after` (name, id), at most `limit`.
pub async fn people(
    db: &impl ConnectionTrait,
    filter: &PeopleFilter,
    after: Option<(String, PersonId)>,
    limit: u64,
) -> Result<Vec<person::Model>> {
    let mut query = person::Entity::find()
        .order_by_asc(person::Column::Name)
        .order_by_asc(person::Column::Id)
        .limit(limit);
    if !filter.inactive_too {
        query = query.filter(person::Column::Active.eq(true));
    }
    if let Some(department) = filter.department {
        query = query.filter(person::Column::DepartmentId.eq(department));
    }
    if let Some(team) = filter.team {
        query = query.filter(person::Column::Id.is_in(member_ids(db, team).await?));
    }
    for word in filter.search.split_whitespace() {
        let mut any = contains(person::Column::Name, word);
        if filter.search_contacts {
            any = any
                .add(contains(person::Column::Login, word))
                .add(contains(person::Column::Email, word));
        }
        query = query.filter(any);
    }
    if let Some((name, id)) = after {
        query = query.filter(
            Condition::any()
                .add(person::Column::Name.gt(name.as_str()))
                .add(
                    Condition::all()
                        .add(person::Column::Name.eq(name))
                        .add(person::Column::Id.gt(id)),
                ),
        );
    }
    Ok(query.all(db).await?)
}

/// Contains the word, whatever the case. SQLite folds ASCII letters only, so a word is looked for
/// in small letters, as typed, and with a capital.
fn contains(column: person::Column, word: &str) -> Condition {
    let small = word.to_lowercase();
    let mut letters = small.chars();
    let capital: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    let like = |pattern: &str| {
        let escaped = pattern
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        LikeExpr::new(format!("%{escaped}%")).escape('\\')
    };
    let folded: SimpleExpr = Func::lower(Expr::col(column)).into();
    Condition::any()
        .add(folded.like(like(&small)))
        .add(Expr::col(column).like(like(word)))
        .add(Expr::col(column).like(like(&capital)))
}
