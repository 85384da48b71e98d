//! Dashboards: one of all that a person sees figures of, and one a department.

use super::context::{acting, app};
use super::error::top_level;
use super::organisation::{Department, Team, load_department, load_team};
use super::scalar::{Date, Sequence};
use super::ticket::Ticket;
use crate::app::App;
use crate::dashboard::{self, Board, Figures};
use crate::platform::context::Context as Acting;
use crate::platform::error::Result as Outcome;
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use shared::id::TeamId;
use shared::ticket::{Priority, TicketState};
use shared::time::Timestamp;

/// Which dashboard.
pub type DashboardKey = Board;

/// A dashboard in the list.
pub struct DashboardInfo(Board);

/// A dashboard in the list.
#[Object]
impl DashboardInfo {
    /// Identity.
    async fn id(&self) -> ID {
        ID(self.0.to_string())
    }
    /// Its department's name, or that of all.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        name(ctx, self.0).await
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        department(ctx, self.0).await
    }
}

async fn department(ctx: &Context<'_>, board: Board) -> Result<Option<Department>> {
    match board {
        Board::Department(key) => load_department(ctx, key).await.map(Some),
        Board::All => Ok(None),
    }
}

async fn name(ctx: &Context<'_>, board: Board) -> Result<String> {
    Ok(department(ctx, board)
        .await?
        .map_or_else(|| "All departments".to_owned(), |d| d.0.name))
}

/// How many are in a state.
#[derive(SimpleObject)]
pub struct StateCount {
    /// The state.
    state: TicketState,
    /// How many.
    count: i32,
}

/// How many have a priority.
#[derive(SimpleObject)]
pub struct PriorityCount {
    /// The priority.
    priority: Priority,
    /// How many.
    count: i32,
}

/// How many a team has.
pub struct TeamCount {
    team: Option<TeamId>,
    count: i32,
    overdue: i32,
}

/// How many a team has.
#[Object]
impl TeamCount {
    /// The team; null for tickets without one.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.team).await
    }
    /// How many are open.
    async fn count(&self) -> i32 {
        self.count
    }
    /// How many of them are overdue.
    async fn overdue(&self) -> i32 {
        self.overdue
    }
}

/// Arrivals and resolutions of a day.
#[derive(SimpleObject)]
pub struct FlowDay {
    /// The day, in the board's zone.
    date: Date,
    /// Its first instant.
    from: Timestamp,
    /// The first instant after it.
    to: Timestamp,
    /// Tickets that began.
    arrived: i32,
    /// Tickets that were resolved.
    resolved: i32,
}

/// What is true now of the tickets of a department, or of all.
pub struct Dashboard {
    board: Board,
    figures: Figures,
    generated_at: Timestamp,
}

impl Dashboard {
    /// Reads it.
    pub async fn read(app: &App, acting: &Acting, board: &Board) -> Outcome<Self> {
        let figures = dashboard::figures(app.platform.db.reader(), acting, *board).await?;
        Ok(Self {
            board: *board,
            figures,
            generated_at: acting.now,
        })
    }
}

fn small(value: u64) -> i32 {
    i32::try_from(value).unwrap_or(i32::MAX)
}

/// What is true now of the tickets of a department, or of all.
#[Object]
impl Dashboard {
    /// Identity.
    async fn id(&self) -> ID {
        ID(self.board.to_string())
    }
    /// Its department's name, or that of all.
    async fn name(&self, ctx: &Context<'_>) -> Result<String> {
        name(ctx, self.board).await
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        department(ctx, self.board).await
    }
    /// What it is at least as new as.
    async fn as_of(&self) -> Sequence {
        Sequence(self.figures.as_of)
    }
    /// When it was read.
    async fn generated_at(&self) -> Timestamp {
        self.generated_at
    }
    /// Open tickets.
    async fn open(&self) -> i32 {
        small(self.figures.open)
    }
    /// Open ones that nobody has.
    async fn unassigned(&self) -> i32 {
        small(self.figures.unassigned)
    }
    /// Open ones due within two hours.
    async fn due_soon(&self) -> i32 {
        small(self.figures.due_soon)
    }
    /// Open ones past their promise.
    async fn overdue(&self) -> i32 {
        small(self.figures.overdue)
    }
    /// Arrivals of today.
    async fn arrived_today(&self) -> i32 {
        small(self.figures.flow.last().map_or(0, |day| day.arrived))
    }
    /// Resolutions of today.
    async fn resolved_today(&self) -> i32 {
        small(self.figures.flow.last().map_or(0, |day| day.resolved))
    }
    /// Met ÷ (met + breached) over outcomes of the last 30 days; null without outcomes.
    async fn met_ratio(&self) -> Option<f64> {
        self.figures.met_ratio
    }
    /// Open tickets by state.
    async fn backlog_by_state(&self) -> Vec<StateCount> {
        self.figures
            .by_state
            .iter()
            .map(|(state, count)| StateCount {
                state: *state,
                count: small(*count),
            })
            .collect()
    }
    /// Open tickets by priority.
    async fn backlog_by_priority(&self) -> Vec<PriorityCount> {
        self.figures
            .by_priority
            .iter()
            .map(|(priority, count)| PriorityCount {
                priority: *priority,
                count: small(*count),
            })
            .collect()
    }
    /// Open tickets by team, most first.
    async fn backlog_by_team(&self) -> Vec<TeamCount> {
        self.figures
            .by_team
            .iter()
            .map(|t| TeamCount {
                team: t.team,
                count: small(t.open),
                overdue: small(t.overdue),
            })
            .collect()
    }
    /// One entry a day, 30 days, oldest first.
    async fn flow(&self) -> Vec<FlowDay> {
        self.figures
            .flow
            .iter()
            .map(|d| FlowDay {
                date: Date(d.date),
                from: d.from,
                to: d.to,
                arrived: small(d.arrived),
                resolved: small(d.resolved),
            })
            .collect()
    }
    /// The next ten to fall due.
    async fn due_next(&self) -> Vec<Ticket> {
        self.figures
            .due_next
            .iter()
            .cloned()
            .map(Into::into)
            .collect()
    }
    /// The ten that are overdue longest.
    async fn breached(&self) -> Vec<Ticket> {
        self.figures
            .breached
            .iter()
            .cloned()
            .map(Into::into)
            .collect()
    }
}

/// What can be asked about dashboards.
#[derive(Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// The viewer's dashboards; none for those who see no figures.
    async fn dashboards(&self, ctx: &Context<'_>) -> Result<Vec<DashboardInfo>> {
        let acting = acting(ctx)?;
        let boards = async { dashboard::of_person(app(ctx)?.platform.db.reader(), acting).await };
        let boards = boards.await.map_err(|error| top_level(ctx, error))?;
        Ok(boards.into_iter().map(DashboardInfo).collect())
    }

    /// A dashboard; null when it does not exist or is not visible.
    async fn dashboard(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id")] key: ID,
    ) -> Result<Option<Dashboard>> {
        let acting = acting(ctx)?;
        let work = async {
            let app = app(ctx)?;
            match Board::visible(app.platform.db.reader(), acting, &key).await? {
                Some(board) => Dashboard::read(app, acting, &board).await.map(Some),
                None => Ok(None),
            }
        };
        work.await.map_err(|error| top_level(ctx, error))
    }
}
