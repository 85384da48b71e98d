//! Rows of rules and turns, and who in a team can be given a ticket.

use super::entity::{rule, turn};
use crate::desk::entity::ticket;
use crate::desk::store::queue;
use crate::organisation::entity::{person, role_grant, team_member};
use crate::platform::error::Result;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Set,
};
use shared::id::{
    CatalogItemId, CategoryId, DepartmentId, PersonId, RoutingRuleId, ServiceId, TeamId, TicketId,
};
use shared::permission::{Role, Scope};
use shared::ticket::{Priority, TicketKind};
use shared::time::Timestamp;

crate::versioned!(rule);

/// Rules by id.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[RoutingRuleId]) -> Result<Vec<rule::Model>> {
    let found = rule::Entity::find().filter(rule::Column::Id.is_in(ids.iter().copied()));
    Ok(found.all(db).await?)
}

/// One rule.
pub async fn find(db: &impl ConnectionTrait, id: RoutingRuleId) -> Result<Option<rule::Model>> {
    Ok(rule::Entity::find_by_id(id).one(db).await?)
}

/// All rules of some departments, each department's in their order.
pub async fn all(
    db: &impl ConnectionTrait,
    departments: &[DepartmentId],
) -> Result<Vec<rule::Model>> {
    Ok(in_order()
        .filter(rule::Column::DepartmentId.is_in(departments.iter().copied()))
        .all(db)
        .await?)
}

/// The rules of a department that are asked, in their order.
pub async fn active(
    db: &impl ConnectionTrait,
    department: DepartmentId,
) -> Result<Vec<rule::Model>> {
    Ok(in_order()
        .filter(rule::Column::DepartmentId.eq(department))
        .filter(rule::Column::Active.eq(true))
        .all(db)
        .await?)
}

fn in_order() -> sea_orm::Select<rule::Entity> {
    rule::Entity::find()
        .order_by_asc(rule::Column::DepartmentId)
        .order_by_asc(rule::Column::Position)
        .order_by_asc(rule::Column::Id)
}

/// Moves a rule without editing it.
pub async fn set_position(
    db: &impl ConnectionTrait,
    id: RoutingRuleId,
    position: i32,
) -> Result<()> {
    rule::Entity::update_many()
        .col_expr(rule::Column::Position, Expr::value(position))
        .filter(rule::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// Deletes a rule that was read at this version; whether it was still there.
pub async fn delete(db: &impl ConnectionTrait, id: RoutingRuleId, version: i32) -> Result<bool> {
    let done = rule::Entity::delete_many()
        .filter(rule::Column::Id.eq(id))
        .filter(rule::Column::Version.eq(version))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Members of a team who are active and work the department's tickets, by id; `only` asks for one of them.
pub async fn able(
    db: &impl ConnectionTrait,
    team: TeamId,
    department: DepartmentId,
    only: Option<PersonId>,
) -> Result<Vec<PersonId>> {
    let active = person::Entity::find()
        .select_only()
        .column(person::Column::Id)
        .filter(person::Column::Active.eq(true));
    let works = role_grant::Entity::find()
        .select_only()
        .column(role_grant::Column::PersonId)
        .filter(role_grant::Column::DepartmentId.eq(department))
        .filter(role_grant::Column::Role.is_in([Role::Agent, Role::Lead]));
    Ok(team_member::Entity::find()
        .select_only()
        .column(team_member::Column::PersonId)
        .filter(team_member::Column::TeamId.eq(team))
        .filter(team_member::Column::PersonId.in_subquery(active.into_query()))
        .filter(team_member::Column::PersonId.in_subquery(works.into_query()))
        .apply_if(only, |query, person| {
            query.filter(team_member::Column::PersonId.eq(person))
        })
        .order_by_asc(team_member::Column::PersonId)
        .into_tuple()
        .all(db)
        .await?)
}

/// How many open tickets each of these people has, whatever department they are of.
pub async fn loads(db: &impl ConnectionTrait, people: &[PersonId]) -> Result<Vec<(PersonId, u64)>> {
    let counts: Vec<(PersonId, i64)> = ticket::Entity::find()
        .select_only()
        .column(ticket::Column::AssigneeId)
        .column_as(ticket::Column::Id.count(), "open")
        .filter(ticket::Column::AssigneeId.is_in(people.iter().copied()))
        .filter(Expr::cust(queue::OPEN))
        .group_by(ticket::Column::AssigneeId)
        .into_tuple()
        .all(db)
        .await?;
    let load = |person: PersonId| {
        let found = counts.iter().find(|(id, _)| *id == person);
        found.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or(0))
    };
    Ok(people.iter().map(|id| (*id, load(*id))).collect())
}

/// Whose turn it was last in a team.
pub async fn last_turn(db: &impl ConnectionTrait, team: TeamId) -> Result<Option<PersonId>> {
    let row = turn::Entity::find_by_id(team).one(db).await?;
    Ok(row.map(|row| row.person_id))
}

/// It was this person's turn.
pub async fn set_turn(db: &impl ConnectionTrait, team: TeamId, person: PersonId) -> Result<()> {
    let row = turn::ActiveModel {
        team_id: Set(team),
        person_id: Set(person),
    };
    turn::Entity::insert(row)
        .on_conflict(
            OnConflict::column(turn::Column::TeamId)
                .update_column(turn::Column::PersonId)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// What routing needs to know of a catalog item.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Which.
    pub id: CatalogItemId,
    /// Whose it is.
    pub department: DepartmentId,
    /// The team that requests for it go to.
    pub team: Option<TeamId>,
    /// Can be asked for.
    pub active: bool,
}

/// Catalog items by id.
pub async fn items(db: &impl ConnectionTrait, ids: &[CatalogItemId]) -> Result<Vec<Item>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let columns = ["id", "department_id", "team_id", "active"].map(Alias::new);
    let query = Query::select()
        .columns(columns)
        .from(Alias::new("catalog_items"))
        .and_where(Expr::col(Alias::new("id")).is_in(ids.iter().copied()))
        .to_owned();
    let read = |row: sea_orm::QueryResult| {
        Ok(Item {
            id: row.try_get_by_index(0)?,
            department: row.try_get_by_index(1)?,
            team: row.try_get_by_index(2)?,
            active: row.try_get_by_index(3)?,
        })
    };
    db.query_all(&query).await?.into_iter().map(read).collect()
}

/// A ticket as rules would have seen it.
#[derive(Clone, Debug, sea_orm::FromQueryResult)]
pub struct Past {
    /// Which.
    pub id: TicketId,
    /// When it was opened.
    pub created_at: Timestamp,
    /// Kind of work.
    pub kind: TicketKind,
    /// Title.
    pub title: String,
    /// Priority.
    pub priority: Priority,
    /// The team that has it.
    pub team_id: Option<TeamId>,
    /// Service.
    pub service_id: Option<ServiceId>,
    /// Category.
    pub category_id: Option<CategoryId>,
    /// Catalog item.
    pub catalog_item_id: Option<CatalogItemId>,
    /// Who asked.
    pub requester_id: PersonId,
    /// For whom, when for another.
    pub requested_for_id: Option<PersonId>,
}

/// How many of the newest tickets of all departments are looked through for those of one.
const LOOKED_THROUGH: u64 = 20_000;

/// The newest tickets of a department that the scope sees. Only so many of all are looked through that it costs the same
/// in a large desk as in a small one.
pub async fn newest(
    db: &impl ConnectionTrait,
    scope: &Scope,
    department: DepartmentId,
    limit: u64,
) -> Result<Vec<Past>> {
    use ticket::Column;
    let since: Option<Timestamp> = ticket::Entity::find()
        .select_only()
        .column(Column::CreatedAt)
        .order_by_desc(Column::CreatedAt)
        .offset(LOOKED_THROUGH - 1)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(queue::visible(scope)
        .filter(Column::DepartmentId.eq(department))
        .apply_if(since, |query, since| {
            query.filter(Column::CreatedAt.gte(since))
        })
        .select_only()
        .columns([
            Column::Id,
            Column::CreatedAt,
            Column::Kind,
            Column::Title,
            Column::Priority,
            Column::TeamId,
            Column::ServiceId,
            Column::CategoryId,
            Column::CatalogItemId,
            Column::RequesterId,
            Column::RequestedForId,
        ])
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .into_model::<Past>()
        .all(db)
        .await?)
}
