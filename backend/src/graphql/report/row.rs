//! A row of a report over tickets.

use super::figure::{MetFigures, ReportPeriod, TimeFigures, small};
use crate::graphql::organisation::{
    Category, Department, Service, Site, Team, load_category, load_department, load_service,
    load_site, load_team,
};
use crate::report::dimension::{Dimension, Value};
use crate::report::measure::Measure;
use crate::report::table::{Request, Row};
use async_graphql::{Context, Object, Result};
use shared::ticket::{Channel, Priority, TicketKind, TicketState};
use std::sync::Arc;

/// A row of a report. Dimensions and measures that were not asked for are null.
pub struct ReportRow {
    pub(super) row: Row,
    pub(super) asked: Arc<Request>,
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
    /// Site.
    async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> {
        match self.value(Dimension::Site) {
            Some(Value::Site(id)) => load_site(ctx, Some(*id)).await,
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
