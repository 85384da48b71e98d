//! Whether stored clocks stand where the history puts them, on a sample.

use super::Finding;
use crate::desk::entity::clock;
use crate::desk::service_level::store::ServiceLevels;
use crate::desk::service_level::{clocks, history};
use crate::platform::database::Database;
use crate::platform::error::Result;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use shared::id::TicketId;

/// Tickets of a sample unless asked.
pub const SAMPLE: u64 = 200;

/// Works out the clocks of the tickets that were measured last.
pub async fn check(db: &Database, sample: u64) -> Finding {
    const CHECK: &str = "promises";
    match differing(db, sample).await {
        Ok((looked, wrong)) if wrong.is_empty() => Finding::well(
            CHECK,
            format!("The clocks of {looked} tickets stand where their histories put them."),
        ),
        Ok((looked, wrong)) => {
            let first: Vec<String> = wrong.iter().take(5).map(ToString::to_string).collect();
            Finding::broken(
                CHECK,
                format!(
                    "Of {looked} tickets, the clocks of {} differ from their histories: {}.",
                    wrong.len(),
                    first.join(", ")
                ),
            )
        }
        Err(error) => Finding::broken(CHECK, format!("They cannot be worked out: {error}.")),
    }
}

async fn differing(db: &Database, sample: u64) -> Result<(usize, Vec<TicketId>)> {
    let db = db.reader();
    let tickets: Vec<TicketId> = clock::Entity::find()
        .select_only()
        .column(clock::Column::TicketId)
        .group_by(clock::Column::TicketId)
        .order_by_desc(clock::Column::TicketId)
        .limit(sample)
        .into_tuple()
        .all(db)
        .await?;
    let levels = ServiceLevels::default();
    let mut wrong = Vec::new();
    for ticket in &tickets {
        let stored = clock::Entity::find()
            .filter(clock::Column::TicketId.eq(*ticket))
            .all(db)
            .await?;
        let history = history::read(db, *ticket).await?;
        for row in stored {
            let worked_out = clocks::evaluate(db, &levels, &history, row.measured_at).await?;
            let same = worked_out.iter().any(|clock| {
                clock.target == row.target
                    && clock.state == row.state
                    && clock.due_at == row.due_at
                    && clock.elapsed_seconds == row.elapsed_seconds
                    && clock.finished_at == row.finished_at
            });
            if !same && wrong.last() != Some(ticket) {
                wrong.push(*ticket);
            }
        }
    }
    Ok((tickets.len(), wrong))
}
