//! The steps of tickets, read from the log: each event after which a ticket stands in a state and
//! with a team. They are derived, and can be read anew at any time.

use crate::desk::entity::source::ROW as SOURCE_ROW;
use crate::platform::error::Result;
use crate::platform::event_log::Event;
use serde::de::DeserializeOwned;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{TeamId, TicketId};
use shared::ticket::TicketState;
use shared::time::Timestamp;

/// Where a ticket stands after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The event.
    pub sequence: i64,
    /// The ticket.
    pub ticket: TicketId,
    /// When.
    pub occurred_at: Timestamp,
    /// Order among steps of one instant.
    pub position: i64,
    /// Our state.
    pub state: TicketState,
    /// The source's state.
    pub source_state: Option<String>,
    /// Team.
    pub team: Option<TeamId>,
    /// A row of an import.
    pub imported: bool,
}

/// Our own steps come after imported ones of the same instant.
const OWN_POSITION: i64 = 1 << 40;

/// What an event is as a step. `before` is asked for the ticket's state and team before it, where
/// the event does not tell both.
pub enum Reading {
    /// No step.
    Nothing,
    /// A step that needs nothing else.
    Whole(Step),
    /// A step that changes one of both.
    Partial {
        /// With placeholders where `state` or `team` are not told.
        step: Step,
        /// The state, if told.
        state: Option<TicketState>,
        /// The team, if told.
        team: Option<Option<TeamId>>,
    },
}

fn word<T: DeserializeOwned>(value: Option<&Value>) -> Option<T> {
    serde_json::from_value(value?.clone()).ok()
}

/// Reads an event.
pub fn read(event: &Event) -> Result<Reading> {
    let Some(ticket) = event.ticket_id else {
        return Ok(Reading::Nothing);
    };
    let changes = event.changes()?;
    let mut step = Step {
        sequence: event.sequence,
        ticket,
        occurred_at: event.occurred_at,
        position: OWN_POSITION,
        state: TicketState::New,
        source_state: None,
        team: None,
        imported: false,
    };
    if event.kind == EventKind::TicketImported {
        let Some(row) = changes.get(SOURCE_ROW).map(|c| &c.after) else {
            return Ok(Reading::Nothing);
        };
        let Some(state) = word(row.get("state")) else {
            return Ok(Reading::Nothing);
        };
        step.position = row.get("modCount").and_then(Value::as_i64).unwrap_or(0);
        step.state = state;
        step.source_state = word(row.get("sourceState"));
        step.team = word(row.get("teamId"));
        step.imported = true;
        return Ok(Reading::Whole(step));
    }
    let state: Option<TicketState> = word(changes.get("state").map(|c| &c.after));
    let team = changes.get("teamId").map(|c| word(Some(&c.after)));
    Ok(match (state, team, event.kind) {
        (Some(state), team, EventKind::TicketCreated) => Reading::Whole(Step {
            state,
            team: team.flatten(),
            ..step
        }),
        (None, None, _) => Reading::Nothing,
        (state, team, _) => Reading::Partial { step, state, team },
    })
}
