//! Many rows in few statements. The statement's text is written once for all of a kind: building it
//! anew, value by value, costs more than the database takes to store them.

use super::error::Result;
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseBackend, EntityTrait, IntoActiveModel,
    Iterable as _, Statement, Value,
};
use std::fmt::Write as _;

/// Parameters of one statement: below what SQLite (32,766) and PostgreSQL (65,535) take.
const PARAMETERS: usize = 30_000;

/// Inserts rows, as many in a statement as it takes.
///
/// # Errors
/// The database does not answer, or a row breaks a rule of its table.
pub async fn insert<E, A>(
    db: &impl ConnectionTrait,
    rows: impl IntoIterator<Item = impl IntoActiveModel<A>>,
) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    for statement in statements::<E, A>(db.get_database_backend(), rows) {
        db.execute_raw(statement?).await?;
    }
    Ok(())
}

/// A column whose values are differences to a value that the database knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Relative {
    /// Name of the column.
    pub column: &'static str,
    /// To what they are added.
    pub to: &'static str,
}

/// The statements that insert rows, as many in each as it takes.
///
/// # Errors
/// A row lacks a value.
fn statements<E, A>(
    backend: DatabaseBackend,
    rows: impl IntoIterator<Item = impl IntoActiveModel<A>>,
) -> impl Iterator<Item = Result<Statement>>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    statements_with(backend, rows, None)
}

/// The same, where one column may be relative.
///
/// # Errors
/// A row lacks a value.
pub(super) fn statements_with<E, A>(
    backend: DatabaseBackend,
    rows: impl IntoIterator<Item = impl IntoActiveModel<A>>,
    relative: Option<Relative>,
) -> impl Iterator<Item = Result<Statement>>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
{
    let columns: Vec<E::Column> = E::Column::iter().collect();
    let most = PARAMETERS / columns.len();
    let mut full = None;
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model);
    std::iter::from_fn(move || {
        let mut values: Vec<Value> = Vec::new();
        let mut count = 0;
        for row in rows.by_ref().take(most) {
            for column in &columns {
                match row.get(*column).into_value() {
                    Some(value) => values.push(value),
                    None => return Some(Err(anyhow::anyhow!("a row without a value").into())),
                }
            }
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let text = if count == most {
            full.get_or_insert_with(|| text::<E>(backend, &columns, count, relative.as_ref()))
                .clone()
        } else {
            text::<E>(backend, &columns, count, relative.as_ref())
        };
        Some(Ok(Statement::from_sql_and_values(backend, text, values)))
    })
}

fn text<E: EntityTrait>(
    backend: DatabaseBackend,
    columns: &[E::Column],
    rows: usize,
    relative: Option<&Relative>,
) -> String {
    use sea_orm::IdenStatic as _;
    let names: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let table = E::default();
    let mut text = format!(
        "INSERT INTO \"{}\" (\"{}\") VALUES ",
        table.as_str(),
        names.join("\", \"")
    );
    let mut number = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for (column, name) in names.iter().enumerate() {
            if column > 0 {
                text.push_str(", ");
            }
            if let Some(relative) = relative.filter(|relative| relative.column == *name) {
                // Writing to a text cannot fail.
                let _ = write!(text, "({}) + ", relative.to);
            }
            number += 1;
            if backend == DatabaseBackend::Postgres {
                let _ = write!(text, "${number}");
            } else {
                text.push('?');
            }
        }
        text.push(')');
    }
    text
}
