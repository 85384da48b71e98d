//! Clocks of one ticket: chosen, evaluated from history, stored, explained.

use super::clock_store;
use super::history::{self, ChosenTerms, History};
use super::store::{Calendar, Current, ServiceLevels};
use crate::desk::entity::{clock, ticket};
use crate::organisation;
use crate::platform::batch::Insertion;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log::{self, Change, Changes};
use crate::platform::timer;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::anyhow;
use serde_json::{Value, json};
use shared::calendar::{CompiledCalendar, OpenSpans, WorkingTime};
use shared::event::EventKind;
use shared::id::{CategoryId, ClockId, TicketId};
use shared::service_level::{
    self, AgreementFacts, Clock, ClockState, ClockTarget, Promise, Segment, Target, Terms,
    TermsVersion, countdown,
};
use shared::time::Timestamp;
use std::sync::Arc;

/// The timer of a clock.
pub const TIMER: &str = "clock";

/// What is promised for one target, with all that it points to.
struct Loaded {
    since: Timestamp,
    promise: Option<(TermsVersion, Target, Arc<Calendar>)>,
}

/// What the choice of an agreement rests upon besides the ticket.
pub struct Present {
    current: Current,
    category_path: Vec<CategoryId>,
}

impl Present {
    /// What holds now, for a ticket of the first of these categories; the others are those above it.
    pub fn new(current: Current, category_path: Vec<CategoryId>) -> Self {
        Self {
            current,
            category_path,
        }
    }

    /// See [`choose`].
    pub fn choose(
        &self,
        ticket: &ticket::Model,
        last: Option<&ChosenTerms>,
        now: Timestamp,
    ) -> Result<Option<(ChosenTerms, Changes)>> {
        let facts = AgreementFacts {
            kind: ticket.kind,
            priority: ticket.priority,
            department: ticket.department_id,
            service: ticket.service_id,
            category_path: self.category_path.clone(),
        };
        choose_among(&self.current, &facts, last, now)
    }
}

/// Chooses the agreement for a ticket as it now is. `None` when it is the one that applied already;
/// otherwise the new terms and the changes for the log.
pub async fn choose(
    db: &impl Connection,
    levels: &ServiceLevels,
    ticket: &ticket::Model,
    last: Option<&ChosenTerms>,
    now: Timestamp,
) -> Result<Option<(ChosenTerms, Changes)>> {
    let path = category_path(db, ticket.category_id).await?;
    let present = Present::new(levels.current(db).await?, path);
    present.choose(ticket, last, now)
}

/// The same, of agreements and facts that are known.
pub fn choose_among(
    current: &Current,
    facts: &AgreementFacts,
    last: Option<&ChosenTerms>,
    now: Timestamp,
) -> Result<Option<(ChosenTerms, Changes)>> {
    let choice = service_level::choose(&current.agreements, facts);
    let version = match &choice {
        Some(choice) => {
            let calendar = choice.agreement.calendar;
            let calendar_version = current
                .calendars
                .get(&calendar)
                .ok_or_else(|| anyhow!("{calendar} has no present version"))?;
            Some(TermsVersion {
                agreement: choice.agreement.id,
                agreement_version: choice.agreement.version,
                calendar,
                calendar_version: *calendar_version,
            })
        }
        None => None,
    };
    let terms = ChosenTerms {
        since: now,
        version,
        priority: facts.priority,
    };
    if last.is_some_and(|last| last.version == terms.version && last.priority == terms.priority) {
        return Ok(None);
    }
    let mut changes = Changes::new();
    let mut add = |name: &str, before: Value, after: Value| {
        changes.insert(name.to_owned(), Change { before, after });
    };
    let before = last.and_then(|l| l.version);
    add(
        "agreement",
        json!(before.map(|v| v.agreement)),
        json!(version.map(|v| v.agreement)),
    );
    add(
        "agreementVersion",
        json!(before.map(|v| v.agreement_version)),
        json!(version.map(|v| v.agreement_version)),
    );
    add(
        "calendar",
        json!(before.map(|v| v.calendar)),
        json!(version.map(|v| v.calendar)),
    );
    add(
        "calendarVersion",
        json!(before.map(|v| v.calendar_version)),
        json!(version.map(|v| v.calendar_version)),
    );
    add(
        "forPriority",
        json!(last.map(|l| l.priority)),
        json!(facts.priority),
    );
    let because: Vec<Value> = choice
        .iter()
        .flat_map(|c| &c.because)
        .map(|kind| json!(kind))
        .collect();
    add("because", Value::Null, json!(because));
    Ok(Some((terms, changes)))
}

/// A category and all those above it.
async fn category_path(db: &impl Connection, leaf: Option<CategoryId>) -> Result<Vec<CategoryId>> {
    let mut path = Vec::new();
    let mut next = leaf;
    while let Some(id) = next {
        if path.contains(&id) {
            break;
        }
        path.push(id);
        next = organisation::store::category(db, id)
            .await?
            .and_then(|c| c.parent_id);
    }
    Ok(path)
}

async fn load(
    db: &impl Connection,
    levels: &ServiceLevels,
    history: &History,
    target: ClockTarget,
) -> Result<Vec<Loaded>> {
    let mut loaded = Vec::with_capacity(history.terms.len());
    for terms in &history.terms {
        let promise = match terms.version {
            Some(version) => {
                let agreement = levels
                    .agreement(db, version.agreement, version.agreement_version)
                    .await?;
                let calendar = levels
                    .calendar(db, version.calendar, version.calendar_version)
                    .await?;
                agreement
                    .target(target, terms.priority)
                    .map(|t| (version, t.clone(), calendar))
            }
            None => None,
        };
        loaded.push(Loaded {
            since: terms.since,
            promise,
        });
    }
    Ok(loaded)
}

fn as_terms(loaded: &[Loaded]) -> Vec<Terms<'_, CompiledCalendar>> {
    loaded
        .iter()
        .map(|l| Terms {
            since: l.since,
            promise: l
                .promise
                .as_ref()
                .map(|(version, target, calendar)| Promise {
                    version: *version,
                    target,
                    calendar: &calendar.compiled,
                }),
        })
        .collect()
}

/// All clocks that a history gives at `now`.
pub async fn evaluate(
    db: &impl Connection,
    levels: &ServiceLevels,
    history: &History,
    now: Timestamp,
) -> Result<Vec<Clock>> {
    let mut clocks = Vec::new();
    for target in ClockTarget::ALL {
        let loaded = load(db, levels, history, *target).await?;
        clocks.extend(service_level::evaluate(
            &as_terms(&loaded),
            &history.entries,
            now,
        ));
    }
    Ok(clocks)
}

/// How one clock came to where it stands.
pub struct Explanation {
    /// The clock at the asked instant.
    pub clock: Clock,
    /// When it counted, and when not.
    pub segments: Vec<Segment>,
}

/// Explains a target of a ticket at `now`.
pub async fn explain(
    db: &impl Connection,
    levels: &ServiceLevels,
    ticket: TicketId,
    target: ClockTarget,
    now: Timestamp,
) -> Result<Option<Explanation>> {
    let history = history::read(db, ticket).await?;
    let loaded = load(db, levels, &history, target).await?;
    let terms = as_terms(&loaded);
    Ok(
        service_level::evaluate(&terms, &history.entries, now).map(|clock| Explanation {
            clock,
            segments: service_level::explain(&terms, &history.entries, now),
        }),
    )
}

/// What stores what was evaluated in place of the clocks that are `known`, if that changes anything.
/// Sets each clock's next timer.
#[must_use = "the timers are set for clocks that this statement writes"]
pub fn store(
    uow: &mut UnitOfWork,
    ticket: TicketId,
    clocks: &[Clock],
    known: &[clock::Model],
) -> Option<Insertion> {
    let of_target = |target| known.iter().find(|row| row.target == target);
    let rows: Vec<clock::Model> = clocks
        .iter()
        .map(|c| {
            let before = of_target(c.target);
            let id = before.map_or_else(|| ClockId(uow.next_id()), |b| b.id);
            row_of(id, ticket, c, before)
        })
        .collect();
    let mut due = Vec::with_capacity(rows.len());
    for (c, row) in clocks.iter().zip(&rows) {
        match c.next_instant() {
            Some(at) => due.push((row.id.0, at)),
            // A new clock has no timer.
            None if of_target(row.target).is_none() => {}
            None => timer::clear(uow, TIMER, row.id.0),
        }
    }
    timer::set_all(uow, TIMER, Some(ticket), &due);
    let changed = rows
        .iter()
        .filter(|row| of_target(row.target) != Some(*row));
    clock_store::save(&changed.collect::<Vec<_>>())
}

/// The row of an evaluated clock; `before` is the one that it replaces.
pub fn row_of(
    id: ClockId,
    ticket: TicketId,
    c: &Clock,
    before: Option<&clock::Model>,
) -> clock::Model {
    let warned = c.warn_at.filter(|at| *at <= c.measured_at);
    clock::Model {
        id,
        ticket_id: ticket,
        target: c.target,
        state: c.state,
        agreement_id: c.version.agreement,
        agreement_version: c.version.agreement_version,
        calendar_id: c.version.calendar,
        calendar_version: c.version.calendar_version,
        target_seconds: c.target_seconds,
        started_at: c.started_at,
        due_at: c.due_at,
        warn_at: c.warn_at,
        warned_at: before.and_then(|b| b.warned_at).or(warned),
        breached_at: c.breached_at,
        paused_at: c.paused_at,
        pause_reason: c.pause_reason,
        finished_at: c.finished_at,
        elapsed_seconds: c.elapsed_seconds,
        measured_at: c.measured_at,
    }
}

/// Why the present agreement applies, in words.
pub async fn reason(db: &impl Connection, ticket: TicketId) -> Result<String> {
    let events = event_log::of_ticket(db, ticket, &[EventKind::AgreementChosen]).await?;
    let Some(last) = events.last() else {
        return Ok(String::new());
    };
    let changes = last.changes()?;
    let because: Vec<&str> = changes
        .get("because")
        .and_then(|c| c.after.as_array())
        .map_or(&[][..], Vec::as_slice)
        .iter()
        .filter_map(Value::as_str)
        .collect();
    Ok(match because.split_last() {
        None => "It applies to every ticket that no earlier agreement takes.".to_owned(),
        Some((only, [])) => format!("It is the first agreement that fits this ticket's {only}."),
        Some((last, others)) => {
            format!(
                "It is the first agreement that fits this ticket's {} and {last}.",
                others.join(", ")
            )
        }
    })
}

/// A stored clock at an instant.
pub struct Reading {
    /// The instant of these figures.
    pub measured_at: Timestamp,
    /// Working seconds used.
    pub elapsed_seconds: i64,
    /// Working seconds left; negative when overdue.
    pub remaining_seconds: i64,
    /// Open spans from then on up to the due time, 14 days at most; none when it does not move.
    pub open_spans: OpenSpans,
}

/// Reads a stored clock at `now` without its history: between changes a clock only counts.
pub fn reading(row: &clock::Model, calendar: &CompiledCalendar, now: Timestamp) -> Reading {
    let counting = row.finished_at.is_none()
        && row.paused_at.is_none()
        && matches!(row.state, ClockState::Running | ClockState::Breached);
    let Some(due) = row.due_at.filter(|_| counting) else {
        return Reading {
            measured_at: row.measured_at,
            elapsed_seconds: row.elapsed_seconds,
            remaining_seconds: row.target_seconds - row.elapsed_seconds,
            open_spans: OpenSpans::default(),
        };
    };
    let working = |from: Timestamp, to: Timestamp| calendar.working_millis(from, to) / 1000;
    let horizon = now.plus_seconds(countdown::HORIZON_SECONDS);
    Reading {
        measured_at: now,
        elapsed_seconds: row.elapsed_seconds + working(row.measured_at, now),
        remaining_seconds: if due >= now {
            working(now, due)
        } else {
            -working(due, now)
        },
        open_spans: match due {
            due if due > horizon => OpenSpans::default(),
            due if due > now => calendar.open_spans(now, due),
            _ => calendar.open_spans(now, horizon),
        },
    }
}
