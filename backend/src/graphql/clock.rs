//! Service-level clocks and their explanation.

use super::error::top_level;
use super::id::id;
use super::ticket::{Ticket, load_ticket};
use crate::app::App;
use crate::desk::entity::clock;
use crate::desk::service_level::clocks::{self, Reading};
use crate::desk::service_level::store::Calendar;
use crate::platform::error::Error;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use shared::service_level::{ClockState, ClockTarget, SegmentKind};
use shared::ticket::HoldReason;
use shared::time::Timestamp;
use std::sync::Arc;
use tokio::sync::OnceCell;

/// One promise on one ticket.
pub struct Clock {
    row: clock::Model,
    /// One instant for all figures of one answer.
    reading: OnceCell<Reading>,
}

impl Clock {
    /// Of a stored row.
    pub fn new(row: clock::Model) -> Self {
        Self {
            row,
            reading: OnceCell::new(),
        }
    }

    /// The clock at the request's instant: stored figures are those of the last change.
    async fn reading(&self, ctx: &Context<'_>) -> Result<&Reading> {
        let read = async || {
            let calendar = self.calendar(ctx).await?;
            // Not the request's instant: a subscription's request is as old as its socket.
            let now = ctx.data::<App>()?.platform.clock.now();
            Ok(clocks::reading(&self.row, &calendar.compiled, now))
        };
        self.reading.get_or_try_init(read).await
    }

    async fn calendar(&self, ctx: &Context<'_>) -> Result<Arc<Calendar>> {
        let app = ctx.data::<App>()?;
        app.desk
            .service_levels
            .calendar(
                app.platform.db.reader(),
                self.row.calendar_id,
                self.row.calendar_version,
            )
            .await
            .map_err(|error| top_level(ctx, error))
    }

    async fn agreement_name_of(&self, ctx: &Context<'_>) -> Result<String> {
        let app = ctx.data::<App>()?;
        app.desk
            .service_levels
            .agreement(
                app.platform.db.reader(),
                self.row.agreement_id,
                self.row.agreement_version,
            )
            .await
            .map(|a| a.name.clone())
            .map_err(|error| top_level(ctx, error))
    }
}

fn seconds(value: i64) -> i32 {
    i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX })
}

/// A stretch of time.
#[derive(SimpleObject)]
pub struct Span {
    /// First instant.
    from: Timestamp,
    /// First instant after it.
    to: Timestamp,
}

/// One promise on one ticket.
#[Object]
impl Clock {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.row.id)
    }
    /// What it measures.
    async fn target(&self) -> ClockTarget {
        self.row.target
    }
    /// Where it stands.
    async fn state(&self) -> ClockState {
        self.row.state
    }
    /// Finished late, or still running past its due time.
    async fn breached(&self) -> bool {
        self.row.breached_at.is_some()
    }
    /// Its first working instant.
    async fn started_at(&self) -> Timestamp {
        self.row.started_at
    }
    /// The last instant at which it is met; null while paused.
    async fn due_at(&self) -> Option<Timestamp> {
        self.row.due_at
    }
    /// The warning point.
    async fn warn_at(&self) -> Option<Timestamp> {
        self.row.warn_at
    }
    /// Since when it has been paused.
    async fn paused_at(&self) -> Option<Timestamp> {
        self.row.paused_at
    }
    /// When it ended.
    async fn finished_at(&self) -> Option<Timestamp> {
        self.row.finished_at
    }
    /// When it breached.
    async fn breached_at(&self) -> Option<Timestamp> {
        self.row.breached_at
    }
    /// Why it is paused.
    async fn pause_reason(&self) -> Option<HoldReason> {
        self.row.pause_reason
    }
    /// Working seconds allowed.
    async fn target_seconds(&self) -> i32 {
        seconds(self.row.target_seconds)
    }
    /// Working seconds used at measuredAt.
    async fn elapsed_seconds(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(seconds(self.reading(ctx).await?.elapsed_seconds))
    }
    /// Working seconds left at measuredAt; negative when overdue.
    async fn remaining_seconds(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(seconds(self.reading(ctx).await?.remaining_seconds))
    }
    /// The instant of these numbers.
    async fn measured_at(&self, ctx: &Context<'_>) -> Result<Timestamp> {
        Ok(self.reading(ctx).await?.measured_at)
    }
    /// Open spans from measuredAt on, up to the due time, 14 days at most: count these down.
    async fn open_spans(&self, ctx: &Context<'_>) -> Result<Vec<Span>> {
        let spans = &self.reading(ctx).await?.open_spans;
        Ok(spans
            .spans()
            .map(|s| Span {
                from: s.from,
                to: s.to,
            })
            .collect())
    }
    /// Whose promise it is.
    async fn agreement_name(&self, ctx: &Context<'_>) -> Result<String> {
        self.agreement_name_of(ctx).await
    }
    /// In whose hours it counts.
    async fn calendar_name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.calendar(ctx).await?.name.clone())
    }
    /// Zone of the calendar.
    async fn timezone(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.calendar(ctx).await?.compiled.zone_name().to_owned())
    }
    /// How it came to where it stands.
    async fn explanation(&self, ctx: &Context<'_>) -> Result<ClockExplanation> {
        let calendar = self.calendar(ctx).await?;
        let app = ctx.data::<App>()?;
        let now = app.platform.clock.now();
        let present = clocks::explain(
            app.platform.db.reader(),
            &app.desk.service_levels,
            self.row.ticket_id,
            self.row.target,
            now,
        )
        .await
        .and_then(|found| {
            found.ok_or_else(|| Error::Fault(anyhow::anyhow!("{} has no history", self.row.id)))
        })
        .map_err(|error| top_level(ctx, error))?;
        let mut earlier = Vec::with_capacity(present.clock.earlier.len());
        for terms in &present.clock.earlier {
            let agreement = app
                .desk
                .service_levels
                .agreement(
                    app.platform.db.reader(),
                    terms.version.agreement,
                    terms.version.agreement_version,
                )
                .await
                .map_err(|error| top_level(ctx, error))?;
            earlier.push(EarlierAgreement {
                agreement_name: agreement.name.clone(),
                until: terms.until,
            });
        }
        let reason = clocks::reason(app.platform.db.reader(), self.row.ticket_id)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(ClockExplanation {
            agreement_name: self.agreement_name_of(ctx).await?,
            reason,
            calendar_name: calendar.name.clone(),
            timezone: calendar.compiled.zone_name().to_owned(),
            target_seconds: seconds(present.clock.target_seconds),
            elapsed_seconds: seconds(present.clock.elapsed_seconds),
            segments: present
                .segments
                .iter()
                .map(|s| ClockSegment {
                    from: s.from,
                    to: s.to,
                    kind: s.kind,
                    pause_reason: s.pause_reason,
                    working_seconds: seconds(s.working_seconds),
                    counted_seconds: seconds(s.counted_seconds),
                    running_total: seconds(s.running_total),
                })
                .collect(),
            earlier_agreements: earlier,
        })
    }
    /// The ticket.
    async fn ticket(&self, ctx: &Context<'_>) -> Result<Ticket> {
        load_ticket(ctx, self.row.ticket_id)
            .await?
            .ok_or_else(|| top_level(ctx, Error::not_found("ticket")))
    }
}

/// How a clock came to where it stands. The counted seconds of the segments add up to the elapsed
/// time.
#[derive(SimpleObject)]
pub struct ClockExplanation {
    /// Whose promise it is.
    agreement_name: String,
    /// Why this agreement applies.
    reason: String,
    /// In whose hours it counts.
    calendar_name: String,
    /// Zone of the calendar.
    timezone: String,
    /// Working seconds allowed.
    target_seconds: i32,
    /// Working seconds used.
    elapsed_seconds: i32,
    /// From the contact on.
    segments: Vec<ClockSegment>,
    /// Agreements that applied before.
    earlier_agreements: Vec<EarlierAgreement>,
}

/// An agreement that applied before.
#[derive(SimpleObject)]
pub struct EarlierAgreement {
    /// Which.
    agreement_name: String,
    /// Until when.
    until: Timestamp,
}

/// A stretch of an explanation.
#[derive(SimpleObject)]
pub struct ClockSegment {
    /// First instant.
    from: Timestamp,
    /// First instant after it.
    to: Timestamp,
    /// What it is.
    kind: SegmentKind,
    /// Why it is paused, if it is.
    pause_reason: Option<HoldReason>,
    /// Working seconds in it, counted or not.
    working_seconds: i32,
    /// Seconds that count.
    counted_seconds: i32,
    /// Elapsed seconds at its end.
    running_total: i32,
}
