//! Who gets which mail: from the events of an act, in its own transaction. Never for one's own act.

use super::Mail;
use super::letter::{About, Letter, News};
use super::store;
use crate::desk::entity::Part;
use crate::desk::store::participant;
use crate::platform::context::Actor;
use crate::platform::error::Result;
use crate::platform::event_log::NewEvent;
use crate::platform::job;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{MessageId, PersonId, TicketId};
use shared::ticket::HoldReason;
use std::collections::{BTreeMap, BTreeSet};

/// What an act means for the requester's side of one ticket: its most important news, and the
/// message that came with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    news: News,
    message: Option<MessageId>,
}

/// The news of an act, one a ticket.
fn told(events: &[NewEvent]) -> BTreeMap<TicketId, Told> {
    let mut all: BTreeMap<TicketId, Told> = BTreeMap::new();
    for event in events {
        let (Some(ticket), Some(news)) = (event.ticket, news(event)) else {
            continue;
        };
        let message = match news {
            News::Reply => event
                .changes
                .get("message")
                .and_then(|change| serde_json::from_value(change.after.clone()).ok()),
            News::Received | News::Waiting | News::Resolved => None,
        };
        let told = all.entry(ticket).or_insert(Told { news, message });
        told.news = told.news.max(news);
        told.message = told.message.or(message);
    }
    all
}

fn news(event: &NewEvent) -> Option<News> {
    let waits = || {
        event
            .changes
            .get("holdReason")
            .is_some_and(|c| c.after == HoldReason::WaitingForRequester.as_str())
    };
    match event.kind {
        EventKind::TicketCreated => Some(News::Received),
        EventKind::TicketReplied => Some(News::Reply),
        EventKind::TicketPutOnHold if waits() => Some(News::Waiting),
        EventKind::TicketResolved => Some(News::Resolved),
        _ => None,
    }
}

/// Writes the jobs that send what these events mean to whom they concern.
pub(super) async fn write(mail: &Mail, uow: &mut UnitOfWork, events: &[NewEvent]) -> Result<()> {
    // What is imported was told elsewhere, long ago.
    if uow.context().actor == Actor::Import {
        return Ok(());
    }
    let told = told(events);
    // While mail is off nothing is kept back: nobody wants old news when it is switched on.
    if told.is_empty() || !mail.is_on(uow.tx()).await? {
        return Ok(());
    }
    let by = uow.context().actor.person();
    for (ticket, told) in told {
        let (requesters, watchers) = readers(uow, ticket, by).await?;
        // Nobody waits for those who only watch: they read the question, if there is one.
        let for_watchers = match told {
            Told {
                news: News::Waiting,
                message: None,
            } => None,
            Told {
                news: News::Waiting,
                ..
            } => Some(News::Reply),
            Told { news, .. } => Some(news),
        };
        let letters = requesters
            .into_iter()
            .map(|to| (to, Some(told.news)))
            .chain(watchers.into_iter().map(|to| (to, for_watchers)))
            .filter_map(|(to, news)| {
                Some(Letter {
                    to,
                    about: About::Ticket {
                        ticket,
                        news: news?,
                        by,
                        message: told.message,
                    },
                })
            });
        let jobs = letters
            .map(|letter| letter.job())
            .collect::<Result<Vec<_>>>()?;
        job::enqueue(uow, jobs).await?;
    }
    Ok(())
}

/// Who reads mail about a ticket, but for whoever acts: those who asked, and those who only watch.
async fn readers(
    uow: &UnitOfWork,
    ticket: TicketId,
    by: Option<PersonId>,
) -> Result<(BTreeSet<PersonId>, BTreeSet<PersonId>)> {
    let mut requesters = BTreeSet::new();
    let mut watchers = BTreeSet::new();
    for row in participant::parts(uow.tx(), ticket).await? {
        match row.part {
            Part::Requester => requesters.insert(row.person_id),
            Part::Watcher => watchers.insert(row.person_id),
        };
    }
    let all: Vec<PersonId> = requesters
        .union(&watchers)
        .copied()
        .filter(|person| Some(*person) != by)
        .collect();
    let wanted = store::who_want_ticket_mails(uow.tx(), all).await?;
    requesters.retain(|person| wanted.contains(person));
    watchers.retain(|person| wanted.contains(person) && !requesters.contains(person));
    Ok((requesters, watchers))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::event_log::{Change, Changes};
    use serde_json::{Value, json};
    use shared::time::Timestamp;
    use uuid::Uuid;

    fn event(kind: EventKind, changes: &[(&str, Value)]) -> NewEvent {
        let ticket = TicketId(Uuid::from_u128(1));
        let changes: Changes = changes
            .iter()
            .map(|(name, after)| {
                let change = Change {
                    before: Value::Null,
                    after: after.clone(),
                };
                ((*name).to_owned(), change)
            })
            .collect();
        NewEvent {
            occurred_at: Timestamp::from_millis(0),
            kind,
            subject_kind: TicketId::PREFIX,
            subject_id: ticket.0,
            ticket: Some(ticket),
            department: None,
            version_after: None,
            cause: None,
            changes,
        }
    }

    #[test]
    fn one_act_is_one_piece_of_news_with_its_message() {
        let message = MessageId(Uuid::from_u128(5));
        let hold = event(
            EventKind::TicketPutOnHold,
            &[("holdReason", json!("waiting_for_requester"))],
        );
        let reply = event(EventKind::TicketReplied, &[("message", json!(message))]);
        let all: Vec<Told> = told(&[hold, reply]).into_values().collect();
        let wanted = Told {
            news: News::Waiting,
            message: Some(message),
        };
        assert_eq!(all, [wanted]);
    }

    #[test]
    fn waiting_for_somebody_else_is_no_news() {
        let hold = event(
            EventKind::TicketPutOnHold,
            &[("holdReason", json!("waiting_for_supplier"))],
        );
        let note = event(EventKind::NoteAdded, &[("message", json!("message_x"))]);
        assert!(told(&[hold, note]).is_empty());
    }
}
