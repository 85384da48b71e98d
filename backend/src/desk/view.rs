//! The views that everybody who works tickets has: mine, my teams', my departments'.

use super::store::queue::{self, Count};
use crate::organisation::store;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use shared::id::{DepartmentId, PersonId, TeamId};
use shared::ticket::{ClockRisk, Condition, Span, StateKind, TicketFilter};
use shared::time::Timestamp;
use shared::view::{DepartmentView, PersonalView, TeamView};
use std::fmt;
use std::str::FromStr;

/// Names a view; its text is its id in the API and in addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ViewId {
    /// Of the person who asks.
    Personal(PersonalView),
    /// Of a team.
    Team(TeamId, TeamView),
    /// Of a department.
    Department(DepartmentId, DepartmentView),
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Personal(view) => write!(f, "{view}"),
            Self::Team(team, view) => write!(f, "{team}:{view}"),
            Self::Department(department, view) => write!(f, "{department}:{view}"),
        }
    }
}

impl FromStr for ViewId {
    type Err = ();

    fn from_str(text: &str) -> std::result::Result<Self, ()> {
        match text.split_once(':') {
            None => text.parse().map(Self::Personal).map_err(drop),
            Some((owner, view)) => {
                if let Ok(team) = owner.parse() {
                    Ok(Self::Team(team, view.parse().map_err(drop)?))
                } else {
                    Ok(Self::Department(
                        owner.parse().map_err(drop)?,
                        view.parse().map_err(drop)?,
                    ))
                }
            }
        }
    }
}

/// A view as the list of views shows it.
#[derive(Clone, Debug)]
pub struct View {
    /// Which.
    pub id: ViewId,
    /// Tickets in it.
    pub count: Count,
}

fn open() -> Condition<StateKind> {
    Condition::any_of([StateKind::New, StateKind::Active, StateKind::Waiting])
}

/// The conditions of a view at `now` for a person of this zone.
pub fn filter(view: ViewId, person: PersonId, zone: &str, now: Timestamp) -> TicketFilter {
    let base = TicketFilter {
        state_kind: open(),
        ..TicketFilter::default()
    };
    match view {
        ViewId::Personal(view) => {
            let mine = TicketFilter {
                assignee: Condition::any_of([person]),
                ..base
            };
            match view {
                PersonalView::Assigned => mine,
                PersonalView::Unanswered => TicketFilter {
                    unanswered: Some(true),
                    ..mine
                },
                PersonalView::Overdue => TicketFilter {
                    risk: Condition::any_of([ClockRisk::Breached]),
                    ..mine
                },
            }
        }
        ViewId::Team(team, view) => {
            let base = TicketFilter {
                team: Condition::any_of([team]),
                ..base
            };
            match view {
                TeamView::Open => base,
                TeamView::Unassigned => TicketFilter {
                    assignee: Condition::absent(),
                    ..base
                },
                TeamView::DueToday => TicketFilter {
                    due_at: Span {
                        to: Some(end_of_day(zone, now)),
                        ..Span::default()
                    },
                    ..base
                },
                TeamView::Overdue => TicketFilter {
                    risk: Condition::any_of([ClockRisk::Breached]),
                    ..base
                },
                TeamView::OnHold => TicketFilter {
                    state_kind: Condition::any_of([StateKind::Waiting]),
                    ..base
                },
            }
        }
        ViewId::Department(department, view) => {
            let all = TicketFilter {
                department: Condition::any_of([department]),
                ..base
            };
            match view {
                DepartmentView::Open => all,
                DepartmentView::Unassigned => TicketFilter {
                    assignee: Condition::absent(),
                    ..all
                },
                DepartmentView::Overdue => TicketFilter {
                    risk: Condition::any_of([ClockRisk::Breached]),
                    ..all
                },
                DepartmentView::Resolved => TicketFilter {
                    state_kind: Condition::any_of([StateKind::Resolved]),
                    ..all
                },
            }
        }
    }
}

/// The first instant of tomorrow in a zone; an unknown zone counts as UTC.
fn end_of_day(zone: &str, now: Timestamp) -> Timestamp {
    let at =
        jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = at
        .in_tz(zone)
        .unwrap_or_else(|_| at.to_zoned(jiff::tz::TimeZone::UTC));
    let end = local
        .tomorrow()
        .and_then(|t| t.start_of_day())
        .map_or(at, |t| t.timestamp());
    Timestamp::from_millis(end.as_millisecond())
}

/// The zone of a person.
pub async fn zone_of(db: &impl Connection, person: PersonId) -> Result<String> {
    let row = store::person(db, person).await?;
    Ok(row.map_or_else(|| "UTC".to_owned(), |p| p.timezone))
}

/// The views of the person who asks, in the order of the list; none for those who work no tickets.
pub async fn of_person(db: &impl Connection, ctx: &Context) -> Result<Vec<ViewId>> {
    if !ctx.grants.works_anywhere() {
        return Ok(Vec::new());
    }
    let mut views: Vec<ViewId> = PersonalView::ALL
        .iter()
        .map(|v| ViewId::Personal(*v))
        .collect();
    for (_, team) in store::teams_of(db, &[ctx.person()]).await? {
        views.extend(TeamView::ALL.iter().map(|v| ViewId::Team(team.id, *v)));
    }
    let departments = store::departments(db, false).await?;
    for department in departments.into_iter().filter(|d| ctx.grants.works(d.id)) {
        views.extend(
            DepartmentView::ALL
                .iter()
                .map(|v| ViewId::Department(department.id, *v)),
        );
    }
    Ok(views)
}

/// Counts views.
pub async fn counts(
    db: &impl Connection,
    ctx: &Context,
    views: &[ViewId],
    now: Timestamp,
) -> Result<Vec<View>> {
    let zone = zone_of(db, ctx.person()).await?;
    let mut counted = Vec::with_capacity(views.len());
    for id in views {
        let filter = filter(*id, ctx.person(), &zone, now);
        counted.push(View {
            id: *id,
            count: queue::count(db, &ctx.scope, &filter).await?,
        });
    }
    Ok(counted)
}
