//! Named counters. A raised one is locked to the end of its transaction.

use super::error::Result;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, InsertStatement, OnConflict, Query};
use sea_orm::{ConnectionTrait, QueryResult};

/// Raises a counter by `count` and gives its new value.
pub(super) async fn raise<C: ConnectionTrait>(db: &C, counter: &str, count: i64) -> Result<i64> {
    let row = db.query_one(&raising(counter, count)).await?;
    raised(row.as_ref())
}

/// What raises a counter; its row is read by [`raised`].
pub(super) fn raising(counter: &str, count: i64) -> InsertStatement {
    let value = (Alias::new("counters"), Alias::new("value"));
    Query::insert()
        .into_table(Alias::new("counters"))
        .columns([Alias::new("name"), Alias::new("value")])
        .values_panic([counter.into(), count.into()])
        .on_conflict(
            OnConflict::column(Alias::new("name"))
                .value(Alias::new("value"), Expr::col(value).add(count))
                .to_owned(),
        )
        .returning_col(Alias::new("value"))
        .to_owned()
}

/// The new value of a counter that was raised.
pub(super) fn raised(row: Option<&QueryResult>) -> Result<i64> {
    let row = row.ok_or_else(|| anyhow::anyhow!("the counter gave no value"))?;
    Ok(row.try_get_by_index(0)?)
}

/// A counter's value; 0 before its first use.
pub(super) async fn value<C: ConnectionTrait>(db: &C, counter: &str) -> Result<i64> {
    let statement = Query::select()
        .column(Alias::new("value"))
        .from(Alias::new("counters"))
        .and_where(Expr::col(Alias::new("name")).eq(counter))
        .to_owned();
    Ok(match db.query_one(&statement).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    })
}
