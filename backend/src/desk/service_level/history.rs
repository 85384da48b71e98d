//! What the log says of a ticket, as far as its clocks care.

use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log::{self, Changes};
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{AgreementId, CalendarId, TicketId};
use shared::service_level::{Fact, HistoryEntry, TermsVersion};
use shared::ticket::{HoldReason, Priority};
use shared::time::Timestamp;

/// An agreement that was chosen, or none, and for which priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChosenTerms {
    /// When.
    pub since: Timestamp,
    /// Which versions.
    pub version: Option<TermsVersion>,
    /// The ticket's priority then.
    pub priority: Priority,
}

/// A ticket's history.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What happened, in order.
    pub entries: Vec<HistoryEntry>,
    /// Which agreements applied, in order.
    pub terms: Vec<ChosenTerms>,
}

/// Events that clocks look at.
const KINDS: &[EventKind] = &[
    EventKind::TicketCreated,
    EventKind::TicketReplied,
    EventKind::RequesterReplied,
    EventKind::TicketPutOnHold,
    EventKind::TicketResumed,
    EventKind::TicketResolved,
    EventKind::TicketConfirmed,
    EventKind::TicketClosed,
    EventKind::TicketReopened,
    EventKind::TicketCancelled,
    EventKind::AgreementChosen,
];

/// Name of the change that says that an agent recorded a contact.
pub const RECORDED_BY_AGENT: &str = "recordedByAgent";
/// Name of the change that says that a resolution came with a public message.
pub const PUBLIC_MESSAGE: &str = "publicMessage";

/// Reads it from the log.
pub async fn read(db: &impl Connection, ticket: TicketId) -> Result<History> {
    let mut events = event_log::of_ticket(db, ticket, KINDS).await?;
    events.sort_by_key(|e| (e.occurred_at, e.sequence));
    let mut history = History::default();
    for event in events {
        history.add(event.kind, event.occurred_at, &event.changes()?);
    }
    Ok(history)
}

impl History {
    /// Adds what an event tells.
    pub fn add(&mut self, kind: EventKind, at: Timestamp, changes: &Changes) {
        if kind == EventKind::AgreementChosen {
            self.terms.extend(terms(at, changes));
        } else {
            let told = facts(kind, changes);
            self.entries
                .extend(told.map(|fact| HistoryEntry::new(at, fact)));
        }
    }
}

/// The facts that an event of this kind tells.
pub fn facts(kind: EventKind, changes: &Changes) -> impl Iterator<Item = Fact> {
    let after = |name: &str| changes.get(name).map_or(&Value::Null, |c| &c.after);
    let first = match kind {
        EventKind::TicketCreated => Some(Fact::Created {
            recorded_by_agent: after(RECORDED_BY_AGENT) == true,
        }),
        EventKind::TicketReplied => Some(Fact::PublicAgentMessage),
        EventKind::RequesterReplied => Some(Fact::RequesterMessage),
        EventKind::TicketPutOnHold => after("holdReason")
            .as_str()
            .and_then(|word| word.parse::<HoldReason>().ok())
            .map(|reason| Fact::Held { reason }),
        EventKind::TicketResumed => Some(Fact::Resumed),
        EventKind::TicketResolved if after(PUBLIC_MESSAGE) == true => {
            Some(Fact::PublicAgentMessage)
        }
        _ => None,
    };
    let second = match kind {
        EventKind::TicketResolved => Some(Fact::Resolved),
        EventKind::TicketConfirmed | EventKind::TicketClosed => Some(Fact::Closed),
        EventKind::TicketReopened => Some(Fact::Reopened),
        EventKind::TicketCancelled => Some(Fact::Cancelled),
        _ => None,
    };
    first.into_iter().chain(second)
}

/// What an event says of a chosen agreement.
fn terms(since: Timestamp, changes: &Changes) -> Option<ChosenTerms> {
    let text = |name: &str| changes.get(name).and_then(|c| c.after.as_str());
    let number = |name: &str| {
        changes
            .get(name)
            .and_then(|c| c.after.as_i64())
            .and_then(|n| i32::try_from(n).ok())
    };
    let version = (|| {
        Some(TermsVersion {
            agreement: text("agreement")?.parse::<AgreementId>().ok()?,
            agreement_version: number("agreementVersion")?,
            calendar: text("calendar")?.parse::<CalendarId>().ok()?,
            calendar_version: number("calendarVersion")?,
        })
    })();
    Some(ChosenTerms {
        since,
        version,
        priority: text("forPriority")?.parse().ok()?,
    })
}
