//! What a report is asked with.

use crate::platform::error::{Error, Result as Outcome, code};
use crate::report::period::Unit;
use crate::report::table::{Bucket, Instant, Order, OrderKey};
use async_graphql::InputObject;
use shared::time::Timestamp;

/// Periods, and the zone in which days begin.
#[derive(Clone, Debug, InputObject)]
#[graphql(name = "ReportBucket")]
pub struct ReportBucket {
    /// How long a period is. Without it rows are not split by period; weekdays and hours still
    /// follow timezone and instant.
    unit: Option<Unit>,
    /// IANA zone, such as Europe/Lisbon.
    #[graphql(default = "UTC")]
    timezone: String,
    /// By which of its instants a ticket belongs to a period; those without it are left out.
    #[graphql(default)]
    instant: Instant,
    /// Only instants from here on, and periods that begin from here on.
    from: Option<Timestamp>,
    /// Only instants and beginnings of periods before this.
    to: Option<Timestamp>,
}

/// By what rows are put in order, one after the other.
#[derive(Clone, Copy, Debug, InputObject)]
#[graphql(name = "ReportOrder")]
pub struct ReportOrder {
    /// By what.
    by: OrderKey,
    /// Largest first.
    #[graphql(default = false)]
    descending: bool,
}

impl From<ReportBucket> for Bucket {
    fn from(input: ReportBucket) -> Self {
        Self {
            unit: input.unit,
            timezone: input.timezone,
            instant: input.instant,
            from: input.from,
            to: input.to,
        }
    }
}

impl From<ReportOrder> for Order {
    fn from(input: ReportOrder) -> Self {
        Self {
            key: input.by,
            descending: input.descending,
        }
    }
}

/// Most rows of a report.
const ROWS_MOST: i32 = 10_000;
/// Rows of a report unless asked.
const ROWS: i32 = 1_000;

/// The wanted number of rows, checked.
pub(super) fn row_count(first: Option<i32>) -> Outcome<usize> {
    let first = first.unwrap_or(ROWS);
    usize::try_from(first)
        .ok()
        .filter(|_| (1..=ROWS_MOST).contains(&first))
        .ok_or_else(|| {
            Error::refused(
                code::INVALID,
                "first",
                format!("Between 1 and {ROWS_MOST}."),
            )
        })
}
