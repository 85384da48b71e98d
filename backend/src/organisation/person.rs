//! People join, change and leave.

use super::access::authorize;
use super::entity::person::Model as Person;
use super::leaving::OnLeave;
use super::store::PeopleFilter;
use super::{Subject, emit, filled, password_link_store, reference, role, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::row;
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::{api_token, end_all_of, end_reason, password};
use shared::calendar::zone_exists;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId, SiteId};
use shared::organisation::{check_password, check_person, check_person_details};
use shared::permission::SetUp;

/// Sign-in names are given one at a time: no two people have the same.
pub const LOGINS: &str = "sign-in names";
/// Longest chain of managers that is followed.
const CHAIN_MAX: usize = 100;

/// A new person.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Sign-in name.
    pub login: String,
    /// Mail address.
    pub email: String,
    /// Name.
    pub name: String,
    /// What they do.
    pub title: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// At which site they work.
    pub site: Option<SiteId>,
    /// IANA zone.
    pub timezone: String,
    /// BCP 47 language.
    pub locale: String,
    /// Chooses an agreement, never a priority.
    pub vip: bool,
    /// Where they work.
    pub department: Option<DepartmentId>,
    /// Whom they report to.
    pub manager: Option<PersonId>,
    /// First password; without one they cannot sign in yet.
    pub password: Option<String>,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct PersonEdit {
    /// Sign-in name.
    pub login: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// What they do; the inner `None` clears it.
    pub title: Option<Option<String>>,
    /// Phone number; the inner `None` clears it.
    pub phone: Option<Option<String>>,
    /// At which site they work; the inner `None` clears it.
    pub site: Option<Option<SiteId>>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// BCP 47 language.
    pub locale: Option<String>,
    /// Chooses an agreement, never a priority.
    pub vip: Option<bool>,
    /// Where they work; the inner `None` clears it.
    pub department: Option<Option<DepartmentId>>,
    /// Whom they report to; the inner `None` clears it.
    pub manager: Option<Option<PersonId>>,
    /// Still here; a deactivated person cannot sign in, and keeps their name on all they did.
    pub active: Option<bool>,
}

/// People by name after the place `after`, at most `limit`. Sign-in names and mail addresses are
/// searched for those who may see them, deactivated people are listed for those who set things up.
pub async fn people(
    db: &impl Connection,
    ctx: &Context,
    filter: PeopleFilter,
    after: Option<(String, PersonId)>,
    limit: u64,
) -> Result<Vec<Person>> {
    let filter = PeopleFilter {
        search_contacts: ctx.grants.works_anywhere() || ctx.grants.may_set_up(SetUp::Site),
        inactive_too: filter.inactive_too && ctx.grants.may_read_set_up(),
        ..filter
    };
    store::people(db, &filter, after, limit).await
}

/// Takes somebody on.
pub async fn create(
    platform: &Platform,
    ctx: &Context,
    new: NewPerson,
    key: Key,
) -> Result<Person> {
    authorize(ctx, SetUp::Site)?;
    // Hashing takes long on purpose, so it is done before the writer is taken.
    let password_hash = first_password(platform, &new).await?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    if let Some(id) = key.earlier(&uow).await? {
        uow.rollback().await?;
        return store::person(platform.db.reader(), PersonId(id))
            .await?
            .ok_or_else(|| Error::not_found("idempotencyKey"));
    }
    let row = take_on(&mut uow, new, password_hash).await?;
    key.remember(&mut uow, row.id.0);
    uow.commit().await?;
    Ok(row)
}

/// What the first password of somebody new is compared with later; `None` where there is none.
pub async fn first_password(platform: &Platform, new: &NewPerson) -> Result<Option<String>> {
    match &new.password {
        Some(password) => {
            check_password(new.login.trim(), password)?;
            Ok(Some(password::hash(&platform.ids, password).await?))
        }
        None => Ok(None),
    }
}

/// Takes somebody on as a part of another act, which has asked whether the actor may.
pub async fn take_on(
    uow: &mut UnitOfWork,
    new: NewPerson,
    password_hash: Option<String>,
) -> Result<Person> {
    let row = Person {
        id: PersonId(uow.next_id()),
        login: new.login.trim().to_lowercase(),
        email: new.email.trim().to_owned(),
        name: new.name.trim().to_owned(),
        title: filled(new.title),
        phone: filled(new.phone),
        site_id: new.site,
        timezone: new.timezone,
        locale: new.locale,
        vip: new.vip,
        department_id: new.department,
        manager_id: new.manager,
        password_hash,
        active: true,
        created_at: uow.context().now,
        version: 1,
    };
    uow.wait_turn(LOGINS).await?;
    check(uow.tx(), &row, None).await?;
    insert(uow, row.clone()).await?;
    Ok(row)
}

/// Writes somebody new as a part of another act, which has checked everything.
pub async fn insert(uow: &mut UnitOfWork, row: Person) -> Result<()> {
    row::insert(uow.tx(), row.clone()).await?;
    let changes = Changeset::new()
        .first("login", &row.login)
        .first("email", &row.email)
        .first("name", &row.name)
        .first("title", &row.title)
        .first("phone", &row.phone)
        .first("site", &row.site_id)
        .first("timezone", &row.timezone)
        .first("locale", &row.locale)
        .first("vip", &row.vip)
        .first("department", &row.department_id)
        .first("manager", &row.manager_id);
    emit(uow, EventKind::PersonCreated, subject(&row), changes);
    if row.password_hash.is_some() {
        emit(uow, EventKind::PasswordSet, subject(&row), Changeset::new());
    }
    Ok(())
}

/// Writes a person anew as a part of another act, which has checked everything and deactivates
/// nobody by it. Whether they still were as they were read.
pub async fn replace(uow: &mut UnitOfWork, before: &Person, after: Person) -> Result<bool> {
    let current = store::lock_person(uow.tx(), before.id).await?;
    if current.as_ref() != Some(before) {
        return Ok(false);
    }
    let after = Person {
        version: before.version + 1,
        ..after
    };
    let changes = difference(before, &after);
    if changes.is_empty() {
        return Ok(true);
    }
    row::update(uow.tx(), after.clone(), before.version).await?;
    emit(uow, EventKind::PersonEdited, subject(&after), changes);
    Ok(true)
}

fn difference(before: &Person, after: &Person) -> Changeset {
    Changeset::new()
        .field("login", &before.login, &after.login)
        .field("email", &before.email, &after.email)
        .field("name", &before.name, &after.name)
        .field("title", &before.title, &after.title)
        .field("phone", &before.phone, &after.phone)
        .field("site", &before.site_id, &after.site_id)
        .field("timezone", &before.timezone, &after.timezone)
        .field("locale", &before.locale, &after.locale)
        .field("vip", &before.vip, &after.vip)
        .field("department", &before.department_id, &after.department_id)
        .field("manager", &before.manager_id, &after.manager_id)
        .field("active", &before.active, &after.active)
}

/// Changes a person. The last administrator cannot be deactivated; whoever is deactivated keeps no
/// open ticket.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    id: PersonId,
    expected_version: i32,
    edit: PersonEdit,
    on_leave: &dyn OnLeave,
) -> Result<Person> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    // The whole row is written back, so nobody may set another password meanwhile.
    let before = store::lock_person(uow.tx(), id)
        .await?
        .ok_or_else(|| Error::not_found("person"))?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let old = before.clone();
    let mut after = Person {
        login: edit
            .login
            .map_or(old.login, |text| text.trim().to_lowercase()),
        email: edit.email.map_or(old.email, |text| text.trim().to_owned()),
        name: edit.name.map_or(old.name, |text| text.trim().to_owned()),
        title: edit.title.map_or(old.title, filled),
        phone: edit.phone.map_or(old.phone, filled),
        site_id: edit.site.unwrap_or(old.site_id),
        timezone: edit.timezone.unwrap_or(old.timezone),
        locale: edit.locale.unwrap_or(old.locale),
        vip: edit.vip.unwrap_or(old.vip),
        department_id: edit.department.unwrap_or(old.department_id),
        manager_id: edit.manager.unwrap_or(old.manager_id),
        active: edit.active.unwrap_or(old.active),
        ..old
    };
    if after.login != before.login {
        uow.wait_turn(LOGINS).await?;
    }
    check(uow.tx(), &after, Some(&before)).await?;
    if before.active && !after.active {
        let roles = store::site_roles_of(uow.tx(), &[id]).await?;
        if roles
            .iter()
            .any(|grant| grant.role == shared::permission::SiteRole::Administrator)
        {
            role::keep_an_administrator(&uow, id, "active").await?;
        }
    }
    let changes = difference(&before, &after);
    if changes.is_empty() {
        return Ok(before);
    }
    after.version += 1;
    row::update(uow.tx(), after.clone(), expected_version).await?;
    emit(&mut uow, EventKind::PersonEdited, subject(&after), changes);
    if !after.active || after.email != before.email {
        // What was sent to the old address must not open the account.
        password_link_store::end_all_of(uow.tx(), id, ctx.now).await?;
    }
    if !after.active {
        end_all_of(&mut uow, id, None, end_reason::DEACTIVATED).await?;
    }
    if before.active && !after.active {
        api_token::end_of(&mut uow, id, api_token::end_reason::DEACTIVATED, |_| true).await?;
        on_leave.left(&mut uow, id, None).await?;
    }
    uow.commit().await?;
    Ok(after)
}

async fn check(db: &impl Connection, row: &Person, before: Option<&Person>) -> Result<()> {
    let mut problems = Vec::new();
    problems.extend(
        check_person(&row.name, &row.login, &row.email)
            .err()
            .unwrap_or_default(),
    );
    problems.extend(
        check_person_details(row.title.as_deref(), row.phone.as_deref(), &row.locale)
            .err()
            .unwrap_or_default(),
    );
    if !zone_exists(&row.timezone) {
        problems.push(shared::validation::Problem::new(
            "UNKNOWN_ZONE",
            "timezone",
            "This is not a known time zone, such as Europe/Berlin.",
        ));
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    if store::login_taken(db, &row.login, Some(row.id)).await? {
        return Err(Error::refused(
            code::NOT_UNIQUE,
            "login",
            "Somebody else has this sign-in name.",
        ));
    }
    if let Some(department) = row.department_id
        && before.is_none_or(|before| before.department_id != row.department_id)
    {
        reference::require_department(db, department).await?;
    }
    if let Some(site) = row.site_id
        && before.is_none_or(|before| before.site_id != row.site_id)
    {
        reference::require_site(db, site).await?;
    }
    if before.is_none_or(|before| before.manager_id != row.manager_id) {
        check_manager(db, row).await?;
    }
    Ok(())
}

/// Nobody reports to themselves, not even by way of others.
async fn check_manager(db: &impl Connection, row: &Person) -> Result<()> {
    let Some(manager) = row.manager_id else {
        return Ok(());
    };
    let mut above = reference::require_person(db, manager, "manager").await?;
    for _ in 0..CHAIN_MAX {
        if above.id == row.id {
            return Err(Error::refused(
                code::INVALID,
                "manager",
                "This person would report to themselves.",
            ));
        }
        let next = match above.manager_id {
            Some(next) => store::person(db, next).await?,
            None => None,
        };
        match next {
            Some(next) => above = next,
            None => break,
        }
    }
    Ok(())
}

pub(super) fn subject(row: &Person) -> Subject {
    Subject {
        kind: PersonId::PREFIX,
        id: row.id.0,
        department: row.department_id,
        version: Some(row.version),
    }
}
