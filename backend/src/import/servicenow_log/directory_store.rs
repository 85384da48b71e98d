//! Departments, people, teams and categories that an import finds, and people that it writes in bulk.

use crate::organisation::entity::{category, department, person, team};
use crate::platform::error::Result;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use shared::id::{DepartmentId, PersonId};

/// Most values in one list of a condition, and most rows of one statement.
const LIST_MOST: usize = 500;

/// The department with this key.
pub(super) async fn department(
    db: &impl ConnectionTrait,
    key: &str,
) -> Result<Option<DepartmentId>> {
    let found = department::Entity::find()
        .filter(department::Column::Key.eq(key))
        .one(db)
        .await?;
    Ok(found.map(|row| row.id))
}

/// The place of the last department.
pub(super) async fn last_position(db: &impl ConnectionTrait) -> Result<Option<i32>> {
    let last = department::Entity::find()
        .order_by_desc(department::Column::Position)
        .one(db)
        .await?;
    Ok(last.map(|row| row.position))
}

/// A department's teams, the newest first.
pub(super) async fn teams(
    db: &impl ConnectionTrait,
    department: DepartmentId,
) -> Result<Vec<team::Model>> {
    Ok(team::Entity::find()
        .filter(team::Column::DepartmentId.eq(department))
        .order_by_desc(team::Column::Id)
        .all(db)
        .await?)
}

/// A department's categories, the newest first.
pub(super) async fn categories(
    db: &impl ConnectionTrait,
    department: DepartmentId,
) -> Result<Vec<category::Model>> {
    Ok(category::Entity::find()
        .filter(category::Column::DepartmentId.eq(department))
        .order_by_desc(category::Column::Id)
        .all(db)
        .await?)
}

/// Those of these sign-in names that somebody has, with whom.
pub(super) async fn people(
    db: &impl ConnectionTrait,
    logins: &[String],
) -> Result<Vec<(String, PersonId)>> {
    let mut found = Vec::new();
    for chunk in logins.chunks(LIST_MOST) {
        let rows: Vec<(String, PersonId)> = person::Entity::find()
            .select_only()
            .columns([person::Column::Login, person::Column::Id])
            .filter(person::Column::Login.is_in(chunk))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Writes people.
pub(super) async fn insert_people(
    db: &impl ConnectionTrait,
    people: Vec<person::Model>,
) -> Result<()> {
    let rows: Vec<person::ActiveModel> = people
        .into_iter()
        .map(|row| row.into_active_model())
        .collect();
    for chunk in rows.chunks(LIST_MOST) {
        person::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(db)
            .await?;
    }
    Ok(())
}
