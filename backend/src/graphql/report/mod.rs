//! Reports: figures over tickets and over their histories, and flat rows for tools that pull.

mod event;
mod fact;
mod figure;
mod history;
mod input;
mod row;

use super::context::{acting, app};
use super::error::top_level;
use super::filter::{TicketFilter, resolve};
use super::scalar::Sequence;
use crate::platform::context::Context as Acting;
use crate::platform::error::Result as Outcome;
use crate::report::dimension::Dimension;
use crate::report::history::{self as histories, Basis};
use crate::report::measure::Measure;
use crate::report::{flat, table};
use async_graphql::{Context, Object, Result, SimpleObject};
use event::TicketLogEventConnection;
use fact::TicketFactConnection;
use figure::small;
use history::TicketEventReport;
use input::{ReportBucket, ReportOrder, row_count};
use row::ReportRow;
use shared::time::Timestamp;
use std::sync::Arc;

/// Figures over tickets.
#[derive(SimpleObject)]
pub struct TicketReport {
    /// One for each group that has tickets (and, with a backlog and no groups, one for each period).
    rows: Vec<ReportRow>,
    /// There are more rows than `first`.
    truncated: bool,
    /// Tickets that were looked at.
    tickets: i32,
    /// Position in the log that the figures are at least as new as.
    as_of: Sequence,
}

/// What a measure counts, in words.
#[derive(SimpleObject)]
pub struct MeasureDefinition {
    /// Which.
    measure: Measure,
    /// Its definition.
    words: &'static str,
}

/// What can be asked about figures.
#[derive(Default)]
pub struct ReportQuery;

/// What can be asked about figures.
#[Object]
impl ReportQuery {
    /// What each measure counts, in words.
    async fn report_measures(&self, ctx: &Context<'_>) -> Result<Vec<MeasureDefinition>> {
        acting(ctx)?;
        Ok(Measure::ALL
            .iter()
            .map(|measure| MeasureDefinition {
                measure: *measure,
                words: measure.words(),
            })
            .collect())
    }

    /// Figures over the tickets of which the viewer sees figures.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is an argument of the field"
    )]
    async fn ticket_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tickets.")] filter: Option<TicketFilter>,
        #[graphql(desc = "Only imported tickets, or only those created here.")] imported: Option<
            bool,
        >,
        #[graphql(desc = "What to count.")] measures: Vec<Measure>,
        #[graphql(desc = "By what to split; at most 5.")] group_by: Option<Vec<Dimension>>,
        #[graphql(desc = "Periods, and the zone in which days begin.")] bucket: Option<
            ReportBucket,
        >,
        #[graphql(desc = "Instant of a backlog without periods; now unless told.")] at: Option<
            Timestamp,
        >,
        #[graphql(desc = "Default: period, then dimensions.")] order_by: Option<Vec<ReportOrder>>,
        #[graphql(desc = "Most rows; default 1,000, at most 10,000.")] first: Option<i32>,
    ) -> Result<TicketReport> {
        let acting = acting(ctx)?;
        let asked = Asked {
            filter,
            imported,
            measures,
            group_by,
            bucket,
            at,
            order_by,
            first,
        };
        answer(ctx, acting, asked)
            .await
            .map_err(|error| top_level(ctx, error))
    }

    /// Figures over the histories of tickets whose history the viewer may read: steps by state and
    /// team, hours between a ticket's steps, transitions.
    async fn ticket_event_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which tickets.")] filter: Option<TicketFilter>,
        #[graphql(desc = "In whose words states are counted.", default)] basis: Basis,
        #[graphql(desc = "Only steps from here on.")] from: Option<Timestamp>,
        #[graphql(desc = "Only steps before this.")] to: Option<Timestamp>,
    ) -> Result<TicketEventReport> {
        let acting = acting(ctx)?;
        let report = async {
            let db = &app(ctx)?.platform.db;
            let request = histories::Request {
                filter: resolve(db.reader(), acting, filter).await?,
                basis,
                from,
                to,
            };
            histories::run(db, &acting.report_scope, &request).await
        };
        report
            .await
            .map(Into::into)
            .map_err(|error| top_level(ctx, error))
    }

    /// Tickets as flat rows in the order of their last change, for tools that pull what is new.
    async fn ticket_facts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Changed here at this instant or later.")] updated_since: Option<
            Timestamp,
        >,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Most rows; default 200, at most 1,000.")] first: Option<i32>,
    ) -> Result<TicketFactConnection> {
        let acting = acting(ctx)?;
        let page = async {
            let size = flat::page_size(first)?;
            let place = after.as_deref().map(fact::place).transpose()?;
            let db = &app(ctx)?.platform.db;
            flat::facts(db, &acting.report_scope, updated_since, place, size).await
        };
        page.await
            .map(|page| TicketFactConnection::of(page, after.is_some()))
            .map_err(|error| top_level(ctx, error))
    }

    /// The history of tickets as an event log, in the order in which it was recorded.
    async fn ticket_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "After this position in the log.")] after: Option<Sequence>,
        #[graphql(desc = "Most rows; default 200, at most 1,000.")] first: Option<i32>,
    ) -> Result<TicketLogEventConnection> {
        let acting = acting(ctx)?;
        let page = async {
            let size = flat::page_size(first)?;
            let db = &app(ctx)?.platform.db;
            let after = after.map_or(0, |s| s.0);
            flat::events(db, &acting.report_scope, after, size).await
        };
        page.await
            .map(|page| TicketLogEventConnection::of(page, after.is_some()))
            .map_err(|error| top_level(ctx, error))
    }
}

struct Asked {
    filter: Option<TicketFilter>,
    imported: Option<bool>,
    measures: Vec<Measure>,
    group_by: Option<Vec<Dimension>>,
    bucket: Option<ReportBucket>,
    at: Option<Timestamp>,
    order_by: Option<Vec<ReportOrder>>,
    first: Option<i32>,
}

async fn answer(ctx: &Context<'_>, acting: &Acting, asked: Asked) -> Outcome<TicketReport> {
    let app = app(ctx)?;
    let db = &app.platform.db;
    let first = row_count(asked.first)?;
    let request = Arc::new(table::Request {
        filter: resolve(db.reader(), acting, asked.filter).await?,
        imported: asked.imported,
        measures: asked.measures,
        group_by: asked.group_by.unwrap_or_default(),
        bucket: asked.bucket.map(Into::into),
        at: asked.at,
        order: asked
            .order_by
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        first,
    });
    let report = table::run(db, &acting.report_scope, &request, acting.now).await?;
    Ok(TicketReport {
        rows: report
            .rows
            .into_iter()
            .map(|row| ReportRow {
                row,
                asked: request.clone(),
            })
            .collect(),
        truncated: report.truncated,
        tickets: small(report.tickets),
        as_of: Sequence(report.as_of),
    })
}
