//! What was recorded of an imported ticket, as steps that can be done again.

use crate::platform::event_log::Changes;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::id::{PersonId, TeamId};
use shared::ticket::{HoldReason, TicketState};
use shared::time::Timestamp;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// It came in, for this team.
    Open(Option<TeamId>),
    /// It went to that team, and to that person if there is one.
    Give(Option<TeamId>, Option<PersonId>),
    /// Somebody began.
    Start,
    /// It waited, so many milliseconds at most.
    Hold(HoldReason, i64),
    /// It went on.
    Resume,
    /// It was solved.
    Resolve,
    /// It was not solved after all.
    Reopen,
    /// The requester agreed.
    Confirm,
    /// It was withdrawn.
    Cancel,
}

/// A hold without a recorded end.
const HOLD_MILLIS: i64 = 5 * 86_400 * 1000;

/// The steps of a ticket that was opened at `opened_at`, from the changes of its recorded rows in the
/// order of time.
pub(super) fn steps(
    opened_at: Timestamp,
    rows: &[(Timestamp, Changes)],
) -> Vec<(Timestamp, Doing)> {
    let first_team = rows
        .first()
        .and_then(|(_, changes)| now(changes, "teamId"))
        .flatten();
    let mut steps = vec![(opened_at, Doing::Open(first_team))];
    let (mut state, mut team, mut person) = (TicketState::New, first_team, None);
    for (at, changes) in rows {
        let at = (*at).max(opened_at);
        let given_team = now(changes, "teamId").unwrap_or(team);
        let given_person = now(changes, "assigneeId").unwrap_or(person);
        let open = !matches!(
            state,
            TicketState::Resolved | TicketState::Closed | TicketState::Cancelled
        );
        let next = now::<TicketState>(changes, "state")
            .flatten()
            .unwrap_or(state);
        // Whoever takes up what was done already begins by reopening it.
        let reopened = !open && next.is_open();
        if reopened {
            steps.push((at, Doing::Reopen));
        }
        if (given_team, given_person) != (team, person) && (open || reopened) {
            steps.push((at, Doing::Give(given_team, given_person)));
        }
        (team, person) = (given_team, given_person);
        let reason = now::<HoldReason>(changes, "holdReason").flatten();
        let from = if reopened {
            TicketState::InProgress
        } else {
            state
        };
        steps.extend(
            moved(from, next, reason)
                .into_iter()
                .map(|doing| (at, doing)),
        );
        state = next;
    }
    end_holds(&mut steps);
    steps
}

/// A field's value after the changes; the outer `None` when it did not change.
fn now<T: DeserializeOwned>(changes: &Changes, name: &str) -> Option<Option<T>> {
    let after = &changes.get(name)?.after;
    Some(match after {
        Value::Null => None,
        after => serde_json::from_value(after.clone()).ok(),
    })
}

/// How a ticket comes from one state to another.
fn moved(from: TicketState, to: TicketState, reason: Option<HoldReason>) -> Vec<Doing> {
    use TicketState as S;
    match (from, to) {
        (from, to) if from == to => Vec::new(),
        (S::OnHold, S::New | S::Assigned | S::InProgress) => vec![Doing::Resume],
        (S::New | S::Assigned, S::InProgress) => vec![Doing::Start],
        (S::New | S::Assigned | S::InProgress, S::OnHold) => {
            let reason = reason.unwrap_or(HoldReason::WaitingForSupplier);
            vec![Doing::Hold(reason, HOLD_MILLIS)]
        }
        (S::Resolved, S::Closed) => vec![Doing::Confirm],
        (from, S::Resolved) if from.is_open() => vec![Doing::Resolve],
        (from, S::Closed) if from.is_open() => vec![Doing::Resolve, Doing::Confirm],
        (from, S::Cancelled) if from.is_open() => vec![Doing::Cancel],
        // Somebody put it back: there is no such step here.
        _ => Vec::new(),
    }
}

/// A hold wakes up when it was recorded to end, and not before.
fn end_holds(steps: &mut [(Timestamp, Doing)]) {
    let mut end = None;
    for (at, doing) in steps.iter_mut().rev() {
        match doing {
            Doing::Hold(_, lasts) => {
                if let Some(end) = end {
                    *lasts = Timestamp::millis_since(end, *at);
                }
            }
            Doing::Resume | Doing::Resolve | Doing::Cancel => end = Some(*at),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::event_log::Change;
    use serde_json::json;
    use uuid::Uuid;

    fn row(minute: i64, changes: &[(&str, Value)]) -> (Timestamp, Changes) {
        let changes = changes.iter().map(|(name, after)| {
            let change = Change {
                before: Value::Null,
                after: after.clone(),
            };
            ((*name).to_owned(), change)
        });
        (at(minute), changes.collect())
    }

    const fn at(minute: i64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000)
    }

    #[test]
    fn a_recorded_life_is_told_in_our_own_steps() {
        let (team, person) = (TeamId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let rows = [
            row(10, &[("state", json!("new")), ("teamId", json!(team))]),
            row(
                12,
                &[
                    ("assigneeId", json!(person)),
                    ("state", json!("in_progress")),
                ],
            ),
            row(
                20,
                &[
                    ("state", json!("on_hold")),
                    ("holdReason", json!("waiting_for_requester")),
                ],
            ),
            row(
                50,
                &[("state", json!("resolved")), ("holdReason", Value::Null)],
            ),
            row(60, &[("state", json!("in_progress"))]),
            row(70, &[("state", json!("closed"))]),
            row(80, &[("assigneeId", Value::Null)]),
        ];
        let hold = Doing::Hold(HoldReason::WaitingForRequester, 30 * 60_000);
        let expected = [
            (at(5), Doing::Open(Some(team))),
            (at(12), Doing::Give(Some(team), Some(person))),
            (at(12), Doing::Start),
            (at(20), hold),
            (at(50), Doing::Resolve),
            (at(60), Doing::Reopen),
            (at(70), Doing::Resolve),
            (at(70), Doing::Confirm),
        ];
        assert_eq!(steps(at(5), &rows), expected);
    }

    #[test]
    fn what_happened_before_the_opening_happens_with_it() {
        let rows = [row(1, &[("state", json!("in_progress"))])];
        let expected = [(at(9), Doing::Open(None)), (at(9), Doing::Start)];
        assert_eq!(steps(at(9), &rows), expected);
        assert_eq!(steps(at(9), &[]), expected[..1]);
    }
}
