//! Figures that are true now, for leads and walls.

mod store;

use crate::desk::entity::ticket;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::event_log;
use shared::id::{DepartmentId, TeamId};
use shared::permission::SiteRole;
use shared::ticket::{
    ClockRisk, Condition, Priority, Span, StateKind, TicketFilter, TicketOrder, TicketState,
};
use shared::time::Timestamp;
use std::fmt;
use std::str::FromStr;

/// Which board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Board {
    /// Of all departments of which the person sees figures.
    All,
    /// Of one department.
    Department(DepartmentId),
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Department(id) => write!(f, "{id}"),
        }
    }
}

impl Board {
    /// The board of this id, if the person may see it.
    pub async fn visible(db: &impl Connection, ctx: &Context, id: &str) -> Result<Option<Self>> {
        let board = match id {
            "all" => Self::All,
            text => Self::Department(DepartmentId::from_str(text).map_err(|_| {
                Error::refused(code::INVALID_ID, "id", "There is no such dashboard.")
            })?),
        };
        let boards = of_person(db, ctx).await?;
        Ok(boards.into_iter().find(|known| *known == board))
    }
}

/// Whether somebody sees figures at all.
pub fn allowed(ctx: &Context) -> bool {
    ctx.grants.works_anywhere()
        || ctx.grants.is(SiteRole::Auditor)
        || ctx.grants.is(SiteRole::Reporter)
}

/// The boards of a person: all, then each department of which they see figures.
pub async fn of_person(db: &impl Connection, ctx: &Context) -> Result<Vec<Board>> {
    if !allowed(ctx) {
        return Ok(Vec::new());
    }
    let mut boards = vec![Board::All];
    for id in store::departments(db).await? {
        if ctx.report_scope.departments.contains(&id) {
            boards.push(Board::Department(id));
        }
    }
    Ok(boards)
}

/// A team's share of the backlog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamFigures {
    /// The team; `None`: no team has them.
    pub team: Option<TeamId>,
    /// Open tickets.
    pub open: u64,
    /// Of these, past their promise.
    pub overdue: u64,
}

/// Arrivals and resolutions of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: chrono::NaiveDate,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub to: Timestamp,
    /// Tickets that began.
    pub arrived: u64,
    /// Tickets that were resolved, and have not been reopened since.
    pub resolved: u64,
}

/// A board's figures.
#[derive(Clone, Debug)]
pub struct Figures {
    /// What they are at least as new as.
    pub as_of: i64,
    /// Open tickets.
    pub open: u64,
    /// Open ones that nobody has.
    pub unassigned: u64,
    /// Open ones due within [`DUE_SOON_SECONDS`].
    pub due_soon: u64,
    /// Open ones past their promise.
    pub overdue: u64,
    /// Met ÷ (met + breached) over outcomes of the last 30 days.
    pub met_ratio: Option<f64>,
    /// Open ones by state.
    pub by_state: Vec<(TicketState, u64)>,
    /// Open ones by priority.
    pub by_priority: Vec<(Priority, u64)>,
    /// Open ones by team, most first.
    pub by_team: Vec<TeamFigures>,
    /// [`FLOW_DAYS`] days, oldest first.
    pub flow: Vec<Day>,
    /// The next to fall due.
    pub due_next: Vec<ticket::Model>,
    /// The longest overdue.
    pub breached: Vec<ticket::Model>,
}

/// What counts as due soon.
pub const DUE_SOON_SECONDS: i64 = 7_200;
/// Days of arrivals and resolutions.
pub const FLOW_DAYS: usize = 30;
const RATIO_SECONDS: i64 = 30 * 86_400;
const LIST: u64 = 10;

/// Open tickets of a board.
fn open(board: Board) -> TicketFilter {
    TicketFilter {
        state_kind: Condition::any_of([StateKind::New, StateKind::Active, StateKind::Waiting]),
        ..of(board)
    }
}

fn of(board: Board) -> TicketFilter {
    match board {
        Board::All => TicketFilter::default(),
        Board::Department(id) => TicketFilter {
            department: Condition::any_of([id]),
            ..TicketFilter::default()
        },
    }
}

/// Reads a board that the person may see.
pub async fn figures(db: &impl Connection, ctx: &Context, board: Board) -> Result<Figures> {
    let as_of = event_log::last_sequence(db).await?;
    let scope = ctx.report_scope.as_ref();
    let backlog = store::backlog(db, scope, &open(board)).await?;
    let now = ctx.now;
    let due_soon = TicketFilter {
        due_at: Span {
            from: Some(now),
            to: Some(now.plus_seconds(DUE_SOON_SECONDS)),
            is_null: None,
        },
        ..open(board)
    };
    let overdue = TicketFilter {
        risk: Condition::any_of([ClockRisk::Breached]),
        ..open(board)
    };
    let in_time = TicketFilter {
        risk: Condition::any_of([ClockRisk::OnTrack, ClockRisk::AtRisk]),
        ..open(board)
    };
    let zone = store::zone(db, board).await?;
    let ratio_from = now.plus_seconds(-RATIO_SECONDS);
    // What was met at this very instant counts.
    let now_included = now.plus_millis(1);
    let sum = |of: &dyn Fn(&store::Backlog) -> bool| {
        backlog
            .iter()
            .filter(|b| of(b))
            .map(|b| b.count)
            .sum::<u64>()
    };
    let mut by_team: Vec<TeamFigures> = Vec::new();
    for row in &backlog {
        let late = if row.risk == ClockRisk::Breached {
            row.count
        } else {
            0
        };
        match by_team.iter_mut().find(|t| t.team == row.team) {
            Some(team) => {
                team.open += row.count;
                team.overdue += late;
            }
            None => by_team.push(TeamFigures {
                team: row.team,
                open: row.count,
                overdue: late,
            }),
        }
    }
    by_team.sort_by_key(|t| (std::cmp::Reverse(t.open), t.team));
    let open_states = TicketState::ALL.iter().filter(|s| s.is_open());
    Ok(Figures {
        as_of,
        open: sum(&|_| true),
        unassigned: sum(&|b| !b.assigned),
        due_soon: crate::desk::store::queue::count(db, scope, &due_soon)
            .await?
            .value,
        overdue: sum(&|b| b.risk == ClockRisk::Breached),
        met_ratio: store::met_ratio(db, scope, &of(board), ratio_from, now_included).await?,
        by_state: open_states
            .map(|state| (*state, sum(&|b| b.state == *state)))
            .collect(),
        by_priority: Priority::ALL
            .iter()
            .map(|p| (*p, sum(&|b| b.priority == *p)))
            .collect(),
        by_team,
        flow: store::flow(db, scope, &of(board), &zone, now).await?,
        due_next: crate::desk::store::queue::page(
            db,
            scope,
            &in_time,
            TicketOrder::Due,
            LIST,
            None,
        )
        .await?
        .rows,
        breached: crate::desk::store::queue::page(
            db,
            scope,
            &overdue,
            TicketOrder::Due,
            LIST,
            None,
        )
        .await?
        .rows,
    })
}
