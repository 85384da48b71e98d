//! What happened, in words, folded between what people wrote. No signals here.

use crate::{
    api::Timestamp,
    pages::desk::operations::{Message, TimelineEntry},
    words::{self, ticket},
};

/// A piece of the conversation as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Message(Message),
    /// What happened between two messages.
    Events(Vec<TimelineEntry>),
}

impl Piece {
    /// Tells pieces apart; a group that grew is another piece.
    pub fn key(&self) -> String {
        match self {
            // Files vanish from a message when they are removed.
            Self::Message(message) => {
                let gone = message
                    .attachments
                    .iter()
                    .filter(|file| file.name.is_none());
                format!("{}-{}", message.id.inner(), gone.count())
            }
            Self::Events(events) => {
                format!(
                    "{}+{}",
                    events.first().map_or("", |first| first.id.inner()),
                    events.len()
                )
            }
        }
    }
}

/// Messages and events in the order of time, neighbouring events together. Events that are messages are left out, and
/// so is the creation: the ticket's own text stands first.
///
/// While there are earlier messages that are not shown, what happened among them is not shown either.
pub fn pieces(messages: &[Message], events: &[TimelineEntry], earlier: bool) -> Vec<Piece> {
    let since = messages
        .first()
        .filter(|_| earlier)
        .map(|first| first.created_at);
    let mut pieces: Vec<Piece> = Vec::with_capacity(messages.len() * 2);
    let mut events = events
        .iter()
        .filter(|event| {
            is_shown(&event.kind) && since.is_none_or(|since| event.occurred_at >= since)
        })
        .peekable();
    let mut until = |pieces: &mut Vec<Piece>, limit: Option<Timestamp>| {
        let mut group = Vec::new();
        while let Some(event) =
            events.next_if(|event| limit.is_none_or(|limit| event.occurred_at < limit))
        {
            group.push(event.clone());
        }
        if !group.is_empty() {
            pieces.push(Piece::Events(group));
        }
    };
    for message in messages {
        until(&mut pieces, Some(message.created_at));
        pieces.push(Piece::Message(message.clone()));
    }
    until(&mut pieces, None);
    pieces
}

fn is_shown(kind: &str) -> bool {
    !matches!(
        kind,
        "TicketCreated" | "TicketReplied" | "RequesterReplied" | "NoteAdded"
    )
}

/// To which team a rule sent the ticket, and to whom in it.
fn routed(event: &TimelineEntry) -> String {
    let after = |name: &str| {
        let change = event.changes.iter().find(|change| change.field == name)?;
        change.after.clone()
    };
    let (Some(team), Some(rule)) = (after("team"), after("rule")) else {
        return ticket::event_routed().to_owned();
    };
    match (after("assignee"), after("assignment").as_deref()) {
        (Some(person), Some("least loaded")) => ticket::event_routed_to(team, rule, person),
        (Some(person), _) => ticket::event_routed_in_turn(team, rule, person),
        (None, _) => ticket::event_routed_by(team, rule),
    }
}

/// What the event was.
pub fn sentence(event: &TimelineEntry) -> String {
    let what = match event.kind.as_str() {
        "TicketCreated" => ticket::event_created(),
        "TicketReplied" | "RequesterReplied" => ticket::event_replied(),
        "NoteAdded" => ticket::event_noted(),
        "TicketKindChanged" => ticket::event_kind(),
        "AttachmentRemoved" => ticket::event_file_removed(),
        "TicketAssigned" => ticket::event_assigned(),
        "TicketRouted" => return routed(event),
        "TicketStarted" => ticket::event_started(),
        "TicketPutOnHold" => ticket::event_put_on_hold(),
        "TicketResumed" => ticket::event_resumed(),
        "TicketResolved" => ticket::event_resolved(),
        "TicketConfirmed" => ticket::event_confirmed(),
        "TicketClosed" => ticket::event_closed(),
        "TicketReopened" => ticket::event_reopened(),
        "TicketCancelled" => ticket::event_cancelled(),
        "PriorityChanged" => ticket::event_priority(),
        "TicketEdited" => ticket::event_edited(),
        "WatcherAdded" => ticket::event_watcher_added(),
        "WatcherRemoved" => ticket::event_watcher_removed(),
        "LinkAdded" => ticket::event_link_added(),
        "LinkRemoved" => ticket::event_link_removed(),
        "AgreementChosen" => ticket::event_agreement(),
        "ClockWarned" => ticket::event_clock_warned(),
        "ClockBreached" => ticket::event_clock_breached(),
        "TicketImported" => ticket::event_imported(),
        other => return spaced(other),
    };
    what.to_owned()
}

/// Each changed field: "team: Network → Hardware".
pub fn changes(event: &TimelineEntry) -> Vec<String> {
    if event.kind == "TicketRouted" {
        // Its sentence says all of them.
        return Vec::new();
    }
    event
        .changes
        .iter()
        .map(|change| {
            let field = spaced(&change.field);
            let none = || words::ticket::none().to_owned();
            match (&change.before, &change.after) {
                (None, Some(after)) => ticket::change_set(field, after),
                (before, after) => ticket::change_from_to(
                    field,
                    before.clone().unwrap_or_else(none),
                    after.clone().unwrap_or_else(none),
                ),
            }
        })
        .collect()
}

/// "wakeUpAt", "wake_up_at" and "WakeUpAt" as "wake up at".
fn spaced(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter == '_' {
            text.push(' ');
        } else {
            if letter.is_uppercase() && !text.is_empty() {
                text.push(' ');
            }
            text.extend(letter.to_lowercase());
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Channel, Id, MessageVisibility, operations::PersonBadge};
    use crate::pages::desk::operations::FieldChange;

    fn message(id: &str, second: i64) -> Message {
        Message {
            attachments: Vec::new(),
            id: Id::new(id),
            author: PersonBadge {
                id: Id::new("person_1"),
                name: "Ana".into(),
                initials: "AF".into(),
                hue: 1,
            },
            visibility: MessageVisibility::Public,
            body_html: String::new(),
            created_at: Timestamp::from_millis(second * 1000),
            channel: Channel::Portal,
            by_requester: true,
        }
    }

    fn event(id: &str, kind: &str, second: i64) -> TimelineEntry {
        TimelineEntry {
            id: Id::new(id),
            kind: kind.to_owned(),
            occurred_at: Timestamp::from_millis(second * 1000),
            actor_name: "Marta".to_owned(),
            changes: vec![],
        }
    }

    #[test]
    fn neighbouring_events_are_folded_between_messages() {
        let messages = [message("m1", 10), message("m2", 30)];
        let events = [
            event("e0", "TicketCreated", 1),
            event("e1", "TicketAssigned", 20),
            event("e2", "TicketStarted", 21),
            event("e3", "NoteAdded", 30),
            event("e4", "TicketResolved", 40),
        ];
        let keys = pieces(&messages, &events, false)
            .iter()
            .map(Piece::key)
            .collect::<Vec<_>>();
        assert_eq!(keys, ["m1-0", "e1+2", "m2-0", "e4+1"]);
    }

    #[test]
    fn a_rule_is_named_with_what_it_did() {
        let mut routed = event("e1", "TicketRouted", 1);
        routed.changes = [
            ("assignee", "Marta"),
            ("assignment", "round robin"),
            ("rule", "Network words"),
            ("team", "Network"),
        ]
        .map(|(field, after)| FieldChange {
            field: field.to_owned(),
            before: None,
            after: Some(after.to_owned()),
        })
        .to_vec();
        assert_eq!(
            sentence(&routed),
            "sent it to Network by the rule “Network words”, in turn to Marta"
        );
        assert_eq!(changes(&routed), Vec::<String>::new());
        routed.changes.drain(..2);
        assert_eq!(
            sentence(&routed),
            "sent it to Network by the rule “Network words”"
        );
    }

    #[test]
    fn names_of_fields_become_words() {
        assert_eq!(spaced("wakeUpAt"), "wake up at");
        assert_eq!(spaced("wake_up_at"), "wake up at");
        assert_eq!(spaced("CustomThingHappened"), "custom thing happened");
    }
}
