//! Reports: figures over tickets and over their histories, and flat rows for tools that pull.

use super::conversation::app;
use super::error::top_level;
use super::filter::{TicketFilter, resolve};
use super::id::id;
use super::organisation::{
    Category, Department, Service, Team, acting, load_category, load_department, load_service,
    load_team,
};
use super::page::PageInfo;
use super::scalar::Sequence;
use crate::platform::context::Context as Acting;
use crate::platform::error::{Error, Result as Outcome, code};
use crate::platform::paging;
use crate::report::dimension::{Dimension, Value};
use crate::report::flat::{self, Fact, TicketEvent};
use crate::report::history::{self, Basis, Stay};
use crate::report::measure::{Measure, Met, Summary, rounded};
use crate::report::period::Unit;
use crate::report::table::{self, Bucket, Instant, Order, OrderKey, Row};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::id::{TeamId, TicketId};
use shared::ticket::{Channel, Priority, StateKind, TicketKind, TicketState};
use shared::time::Timestamp;
use std::sync::Arc;

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

/// Most rows of a report.
const ROWS_MOST: i32 = 10_000;
/// Rows of a report unless asked.
const ROWS: i32 = 1_000;

/// A period of a report.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReportPeriod {
    /// Such as 2016-02-29, 2016-W09, 2016-02, 2016-Q1, 2016.
    label: String,
    /// Its first instant.
    starts_at: Timestamp,
    /// The first instant after it.
    ends_at: Timestamp,
}

/// Times of tickets. Numbers are rounded to three decimals.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct TimeFigures {
    /// Of how many tickets.
    n: i32,
    /// Mean.
    mean_seconds: Option<f64>,
    /// Median; half-way between the two middle values when there are two.
    median_seconds: Option<f64>,
    /// 90th percentile by nearest rank: always a value that occurs.
    p90_seconds: Option<f64>,
    /// Mean, in minutes.
    mean_minutes: Option<f64>,
    /// Median, in minutes.
    median_minutes: Option<f64>,
    /// 90th percentile by nearest rank, in minutes.
    p90_minutes: Option<f64>,
}

impl From<Option<Summary>> for TimeFigures {
    fn from(summary: Option<Summary>) -> Self {
        let number = |pick: fn(Summary) -> f64, unit: f64| {
            summary.map(|summary| rounded(pick(summary) / unit, 3))
        };
        Self {
            n: small(summary.map_or(0, |s| s.n)),
            mean_seconds: number(|s| s.mean_seconds, 1.0),
            median_seconds: number(|s| s.median_seconds, 1.0),
            p90_seconds: number(|s| s.p90_seconds, 1.0),
            mean_minutes: number(|s| s.mean_seconds, 60.0),
            median_minutes: number(|s| s.median_seconds, 60.0),
            p90_minutes: number(|s| s.p90_seconds, 60.0),
        }
    }
}

/// Promises kept and broken.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct MetFigures {
    /// Kept.
    met: i32,
    /// Broken.
    breached: i32,
    /// Met ÷ (met + breached); null without outcomes.
    ratio: Option<f64>,
}

impl From<Met> for MetFigures {
    fn from(met: Met) -> Self {
        Self {
            met: small(met.met),
            breached: small(met.breached),
            ratio: met.ratio(),
        }
    }
}

fn small(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A row of a report. Dimensions and measures that were not asked for are null.
pub struct ReportRow {
    row: Row,
    asked: Arc<table::Request>,
}

impl ReportRow {
    fn value(&self, dimension: Dimension) -> Option<&Value> {
        let place = self.asked.group_by.iter().position(|d| *d == dimension)?;
        self.row.values.get(place)
    }

    fn text(&self, dimension: Dimension) -> Option<&str> {
        match self.value(dimension)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn number(&self, dimension: Dimension) -> Option<i32> {
        match self.value(dimension)? {
            Value::Number(number) => Some(i32::from(*number)),
            _ => None,
        }
    }

    fn if_asked<T>(&self, measure: Measure, figure: T) -> Option<T> {
        self.asked.wants(measure).then_some(figure)
    }

    async fn category_of(
        &self,
        ctx: &Context<'_>,
        dimension: Dimension,
    ) -> Result<Option<Category>> {
        match self.value(dimension) {
            Some(Value::Category(id)) => load_category(ctx, Some(*id)).await,
            _ => Ok(None),
        }
    }
}

/// A row of a report. Dimensions and measures that were not asked for are null.
#[Object]
impl ReportRow {
    /// Its period.
    async fn period(&self) -> Option<ReportPeriod> {
        self.row.period.as_ref().map(|period| ReportPeriod {
            label: period.label.clone(),
            starts_at: period.starts_at,
            ends_at: period.ends_at,
        })
    }
    /// Its place in each dimension, as words, in the order of groupBy; empty where there is none.
    async fn labels(&self) -> &[String] {
        &self.row.labels
    }
    /// State now.
    async fn state(&self) -> Option<TicketState> {
        match self.value(Dimension::State)? {
            Value::State(state) => Some(*state),
            _ => None,
        }
    }
    /// State in the words of an import's source.
    async fn source_state(&self) -> Option<&str> {
        self.text(Dimension::SourceState)
    }
    /// Priority now.
    async fn priority(&self) -> Option<Priority> {
        match self.value(Dimension::Priority)? {
            Value::Priority(priority) => Some(*priority),
            _ => None,
        }
    }
    /// Kind of work.
    async fn kind(&self) -> Option<TicketKind> {
        match self.value(Dimension::Kind)? {
            Value::Kind(kind) => Some(*kind),
            _ => None,
        }
    }
    /// How the contact came in.
    async fn channel(&self) -> Option<Channel> {
        match self.value(Dimension::Channel)? {
            Value::Channel(channel) => Some(*channel),
            _ => None,
        }
    }
    /// How the contact came in, in the words of an import's source.
    async fn contact_type(&self) -> Option<&str> {
        self.text(Dimension::ContactType)
    }
    /// Owning department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        match self.value(Dimension::Department) {
            Some(Value::Department(id)) => load_department(ctx, *id).await.map(Some),
            _ => Ok(None),
        }
    }
    /// Team now.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        match self.value(Dimension::Team) {
            Some(Value::Team(id)) => load_team(ctx, Some(*id)).await,
            _ => Ok(None),
        }
    }
    /// Topmost category.
    async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        self.category_of(ctx, Dimension::Category).await
    }
    /// The ticket's own category, where it lies below another.
    async fn subcategory(&self, ctx: &Context<'_>) -> Result<Option<Category>> {
        self.category_of(ctx, Dimension::Subcategory).await
    }
    /// Service.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>> {
        match self.value(Dimension::Service) {
            Some(Value::Service(id)) => load_service(ctx, Some(*id)).await,
            _ => Ok(None),
        }
    }
    /// Weekday of the instant: 1 (Monday) to 7 (Sunday).
    async fn weekday(&self) -> Option<i32> {
        self.number(Dimension::Weekday)
    }
    /// Hour of the instant: 0 to 23.
    async fn hour(&self) -> Option<i32> {
        self.number(Dimension::Hour)
    }
    /// How many tickets.
    async fn count(&self) -> Option<i32> {
        self.if_asked(Measure::Count, small(self.row.figures.count))
    }
    /// Tickets that were not closed at the period's start, or at `at`.
    async fn backlog(&self) -> Option<i32> {
        self.if_asked(Measure::Backlog, small(self.row.figures.backlog))
    }
    /// Tickets that were not resolved at the period's start, or at `at`.
    async fn backlog_unresolved(&self) -> Option<i32> {
        self.if_asked(
            Measure::BacklogUnresolved,
            small(self.row.figures.backlog_unresolved),
        )
    }
    /// Times to the first response.
    async fn respond_time(&self) -> Option<TimeFigures> {
        self.if_asked(Measure::RespondTime, self.row.respond.into())
    }
    /// Times to resolution.
    async fn resolve_time(&self) -> Option<TimeFigures> {
        self.if_asked(Measure::ResolveTime, self.row.resolve.into())
    }
    /// Service-level clocks of both targets.
    async fn met(&self) -> Option<MetFigures> {
        self.if_asked(Measure::MetRatio, self.row.figures.met().into())
    }
    /// First-response clocks.
    async fn respond_met(&self) -> Option<MetFigures> {
        self.if_asked(
            Measure::RespondMetRatio,
            self.row.figures.respond_met.into(),
        )
    }
    /// Resolution clocks.
    async fn resolve_met(&self) -> Option<MetFigures> {
        self.if_asked(
            Measure::ResolveMetRatio,
            self.row.figures.resolve_met.into(),
        )
    }
    /// What the sources of imports said of their own promises.
    async fn imported_met(&self) -> Option<MetFigures> {
        self.if_asked(
            Measure::ImportedMetRatio,
            self.row.figures.imported_met.into(),
        )
    }
    /// Tickets that were reopened at least once.
    async fn reopened(&self) -> Option<i32> {
        self.if_asked(Measure::Reopened, small(self.row.figures.reopened))
    }
    /// Tickets that were reassigned at least once.
    async fn reassigned(&self) -> Option<i32> {
        self.if_asked(Measure::Reassigned, small(self.row.figures.reassigned))
    }
    /// Tickets without an instant of resolution.
    async fn without_resolution(&self) -> Option<i32> {
        self.if_asked(
            Measure::WithoutResolution,
            small(self.row.figures.without_resolution),
        )
    }
    /// Imported tickets that belong to a problem of the source.
    async fn with_problem(&self) -> Option<i32> {
        self.if_asked(Measure::WithProblem, small(self.row.figures.with_problem))
    }
}

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

/// Steps that led to a state, and the time until the next ones.
#[derive(SimpleObject)]
pub struct StateSteps {
    /// The state, in our words or the source's.
    state: String,
    /// How many steps; of an import its rows.
    rows: i32,
    /// Seconds from these steps to the next ones of their tickets.
    seconds: f64,
    /// The same in hours, rounded to two decimals.
    hours: f64,
}

/// Steps after which a team had the ticket, and the time until the next ones.
pub struct TeamSteps(Option<TeamId>, Stay);

/// Steps after which a team had the ticket, and the time until the next ones.
#[Object]
impl TeamSteps {
    /// The team; null for none.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.0).await
    }
    /// How many steps.
    async fn rows(&self) -> i32 {
        small(self.1.steps)
    }
    /// Seconds from these steps to the next ones of their tickets.
    async fn seconds(&self) -> f64 {
        self.1.millis as f64 / 1000.0
    }
    /// The same in hours, rounded to two decimals.
    async fn hours(&self) -> f64 {
        hours(self.1.millis)
    }
}

fn hours(millis: i64) -> f64 {
    rounded(millis as f64 / 3_600_000.0, 2)
}

/// How often tickets went from one state to another.
#[derive(SimpleObject)]
pub struct StateTransition {
    /// From; `(start)` for a ticket's first state.
    from: String,
    /// To; always another state.
    to: String,
    /// How often.
    count: i32,
}

/// Figures over the histories of tickets.
#[derive(SimpleObject)]
pub struct TicketEventReport {
    /// All steps.
    rows: i32,
    /// By the state that a step led to, the most frequent first.
    by_state: Vec<StateSteps>,
    /// The most frequent first.
    transitions: Vec<StateTransition>,
    /// By the team that had the ticket, the most frequent first.
    by_team: Vec<TeamSteps>,
    /// Position in the log up to which steps are counted.
    as_of: Sequence,
}

/// A ticket as one flat row: no person is named, no text is quoted.
pub struct TicketFact(Fact);

/// A ticket as one flat row: no person is named, no text is quoted.
#[Object]
impl TicketFact {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Reference.
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// Kind of work.
    async fn kind(&self) -> TicketKind {
        self.0.kind
    }
    /// State.
    async fn state(&self) -> TicketState {
        self.0.state
    }
    /// Kind of the state.
    async fn state_kind(&self) -> StateKind {
        self.0.state.kind()
    }
    /// Priority.
    async fn priority(&self) -> Priority {
        self.0.priority
    }
    /// Who is affected.
    async fn impact(&self) -> shared::ticket::Impact {
        self.0.impact
    }
    /// How soon it hurts.
    async fn urgency(&self) -> shared::ticket::Urgency {
        self.0.urgency
    }
    /// How the contact came in.
    async fn channel(&self) -> Channel {
        self.0.channel
    }
    /// Department's name.
    async fn department(&self) -> &str {
        &self.0.department
    }
    /// Team's name.
    async fn team(&self) -> Option<&str> {
        self.0.team.as_deref()
    }
    /// Service's name.
    async fn service(&self) -> Option<&str> {
        self.0.service.as_deref()
    }
    /// Category's name.
    async fn category(&self) -> Option<&str> {
        self.0.category.as_deref()
    }
    /// Name of the category above it.
    async fn parent_category(&self) -> Option<&str> {
        self.0.parent_category.as_deref()
    }
    /// Start.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// Last change here; what updatedSince compares with.
    async fn updated_at(&self) -> Timestamp {
        self.0.updated_at
    }
    /// Resolution, by our own history.
    async fn resolved_at(&self) -> Option<Timestamp> {
        self.0.resolved_at
    }
    /// Closing, by our own history.
    async fn closed_at(&self) -> Option<Timestamp> {
        self.0.closed_at
    }
    /// Next due time.
    async fn due_at(&self) -> Option<Timestamp> {
        self.0.due_at
    }
    /// Reopenings.
    async fn reopen_count(&self) -> i32 {
        self.0.reopen_count
    }
    /// Reassignments.
    async fn reassignment_count(&self) -> i32 {
        self.0.reassignment_count
    }
    /// Grows with each change.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// System that it was imported from.
    async fn source_system(&self) -> Option<&str> {
        self.0.source_system.as_deref()
    }
    /// Its number there.
    async fn source_number(&self) -> Option<&str> {
        self.0.source_number.as_deref()
    }
    /// Its state there.
    async fn source_state(&self) -> Option<&str> {
        self.0.source_state.as_deref()
    }
    /// When it was opened there.
    async fn source_opened_at(&self) -> Option<Timestamp> {
        self.0.source_opened_at
    }
    /// When it was resolved there.
    async fn source_resolved_at(&self) -> Option<Timestamp> {
        self.0.source_resolved_at
    }
    /// When it was closed there.
    async fn source_closed_at(&self) -> Option<Timestamp> {
        self.0.source_closed_at
    }
    /// Whether it kept its promise there.
    async fn source_made_sla(&self) -> Option<bool> {
        self.0.source_made_sla
    }
    /// How the contact came in there.
    async fn source_contact_type(&self) -> Option<&str> {
        self.0.source_contact_type.as_deref()
    }
    /// Problem that it belongs to there.
    async fn source_problem(&self) -> Option<&str> {
        self.0.source_problem.as_deref()
    }
}

/// A page of flat rows.
#[derive(SimpleObject)]
pub struct TicketFactConnection {
    /// The rows, in the order of (updatedAt, id).
    nodes: Vec<TicketFact>,
    /// Whether it goes on; ask on with `after: endCursor`.
    page_info: PageInfo,
}

/// An event of a ticket, as process-mining tools read it.
pub struct TicketLogEvent(TicketEvent);

/// An event of a ticket, as process-mining tools read it.
#[Object]
impl TicketLogEvent {
    /// Position in the log; ask on with the last one as `after`.
    async fn sequence(&self) -> Sequence {
        Sequence(self.0.sequence)
    }
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// The case: the ticket's id.
    async fn case_id(&self) -> ID {
        id(self.0.ticket)
    }
    /// The ticket's reference.
    async fn reference(&self) -> &str {
        &self.0.reference
    }
    /// The ticket's number in the system that it came from.
    async fn source_number(&self) -> Option<&str> {
        self.0.source_number.as_deref()
    }
    /// What was done: the event's kind, or for a row of an import the state that it led to
    /// (`Updated` where the state stayed).
    async fn activity(&self) -> &str {
        &self.0.activity
    }
    /// When.
    async fn timestamp(&self) -> Timestamp {
        self.0.occurred_at
    }
    /// When it was recorded here.
    async fn recorded_at(&self) -> Timestamp {
        self.0.recorded_at
    }
    /// Who did it, as far as known.
    async fn resource(&self) -> Option<&str> {
        self.0.resource.as_deref()
    }
    /// Our state before, where it changed.
    async fn from_state(&self) -> Option<TicketState> {
        self.0.from_state
    }
    /// Our state after, where it changed.
    async fn to_state(&self) -> Option<TicketState> {
        self.0.to_state
    }
    /// The source's state before, where it changed.
    async fn from_source_state(&self) -> Option<&str> {
        self.0.from_source_state.as_deref()
    }
    /// The source's state after, of rows of an import.
    async fn to_source_state(&self) -> Option<&str> {
        self.0.to_source_state.as_deref()
    }
}

/// A page of events.
#[derive(SimpleObject)]
pub struct TicketLogEventConnection {
    /// The events, in the order of the log.
    nodes: Vec<TicketLogEvent>,
    /// Whether it goes on; its cursors are sequences.
    page_info: PageInfo,
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
            let request = history::Request {
                filter: resolve(db.reader(), acting, filter).await?,
                basis,
                from,
                to,
            };
            history::run(db, &acting.report_scope, &request).await
        };
        let report = report.await.map_err(|error| top_level(ctx, error))?;
        let state = |(state, stay): (String, Stay)| StateSteps {
            state,
            rows: small(stay.steps),
            seconds: stay.millis as f64 / 1000.0,
            hours: hours(stay.millis),
        };
        let transition = |t: history::Transition| StateTransition {
            from: t.from.unwrap_or_else(|| "(start)".to_owned()),
            to: t.to,
            count: small(t.count),
        };
        Ok(TicketEventReport {
            rows: small(report.steps),
            by_state: report.by_state.into_iter().map(state).collect(),
            transitions: report.transitions.into_iter().map(transition).collect(),
            by_team: report
                .by_team
                .into_iter()
                .map(|(team, stay)| TeamSteps(team, stay))
                .collect(),
            as_of: Sequence(report.as_of),
        })
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
            let place = after.as_deref().map(place).transpose()?;
            let db = &app(ctx)?.platform.db;
            flat::facts(db, &acting.report_scope, updated_since, place, size).await
        };
        let page = page.await.map_err(|error| top_level(ctx, error))?;
        let cursor = |row: &Fact| {
            let parts = [row.updated_at.as_millis().to_string(), row.id.to_string()];
            paging::cursor(FACTS, &parts)
        };
        let (start, end) = (page.rows.first().map(cursor), page.rows.last().map(cursor));
        Ok(TicketFactConnection {
            page_info: PageInfo::forward(page.has_next, after.is_some(), start, end),
            nodes: page.rows.into_iter().map(TicketFact).collect(),
        })
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
        let page = page.await.map_err(|error| top_level(ctx, error))?;
        let cursor = |row: &TicketEvent| row.sequence.to_string();
        let (start, end) = (page.rows.first().map(cursor), page.rows.last().map(cursor));
        Ok(TicketLogEventConnection {
            page_info: PageInfo::forward(page.has_next, after.is_some(), start, end),
            nodes: page.rows.into_iter().map(TicketLogEvent).collect(),
        })
    }
}

/// Name of the order of flat rows in cursors.
const FACTS: &str = "facts";

fn place(text: &str) -> Outcome<(Timestamp, TicketId)> {
    let parts = paging::parse_cursor(FACTS, 2, text)?;
    let bad = || {
        Error::refused(
            code::INVALID,
            "after",
            "This cursor belongs to another list.",
        )
    };
    let millis: i64 = parts[0].parse().map_err(|_| bad())?;
    Ok((
        Timestamp::from_millis(millis),
        parts[1].parse().map_err(|_| bad())?,
    ))
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
    let first = asked.first.unwrap_or(ROWS);
    if !(1..=ROWS_MOST).contains(&first) {
        return Err(Error::refused(
            code::INVALID,
            "first",
            format!("Between 1 and {ROWS_MOST}."),
        ));
    }
    let request = Arc::new(table::Request {
        filter: resolve(db.reader(), acting, asked.filter).await?,
        imported: asked.imported,
        measures: asked.measures,
        group_by: asked.group_by.unwrap_or_default(),
        bucket: asked.bucket.map(|bucket| Bucket {
            unit: bucket.unit,
            timezone: bucket.timezone,
            instant: bucket.instant,
            from: bucket.from,
            to: bucket.to,
        }),
        at: asked.at,
        order: asked
            .order_by
            .unwrap_or_default()
            .into_iter()
            .map(|order| Order {
                key: order.by,
                descending: order.descending,
            })
            .collect(),
        first: usize::try_from(first).unwrap_or(0),
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
