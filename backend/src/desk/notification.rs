//! What people are told in the client, written with the act that tells it. Never for one's own act.

use super::entity::{notification, ticket};
use super::store::{self, participant};
use crate::organisation::entity::person::Model as Person;
use crate::organisation::password::OnSet;
use crate::organisation::{self, access};
use crate::platform::context::Actor;
use crate::platform::error::Result;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::{NotificationId, PersonId, TicketId};
use shared::permission::Scope;
use shared::service_level::ClockTarget;
use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;

/// Tells the requester's side and the watchers about a public act.
pub async fn requester_side(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
) -> Result<()> {
    let people = participant::people(uow.tx(), t.id)
        .await?
        .into_iter()
        .collect();
    tell(uow, t, kind, words, people).await
}

/// Tells the assignee.
pub async fn assignee(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
) -> Result<()> {
    tell(uow, t, kind, words, t.assignee_id.into_iter().collect()).await
}

/// Tells somebody how many tickets of a person who stopped are theirs now.
pub async fn taken_over(
    uow: &mut UnitOfWork,
    heir: PersonId,
    of: PersonId,
    count: usize,
) -> Result<()> {
    if uow.context().actor.person() == Some(heir) {
        return Ok(());
    }
    let name = organisation::store::person(uow.tx(), of)
        .await?
        .map_or_else(String::new, |person| person.name);
    let tickets = if count == 1 { "ticket" } else { "tickets" };
    let words = format!("gave you {count} {tickets} of {name}");
    let people = BTreeSet::from([heir]);
    send(uow, None, EventKind::TicketAssigned, &words, people).await
}

/// Tells the assignee that a clock warns or has run out.
pub async fn clock(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    target: ClockTarget,
    kind: EventKind,
) -> Result<()> {
    let what = match target {
        ClockTarget::FirstResponse => "First response",
        ClockTarget::Resolution => "Resolution",
    };
    let words = if kind == EventKind::ClockBreached {
        "is overdue"
    } else {
        "is due soon"
    };
    assignee(uow, t, kind, &format!("{what} {words}")).await
}

/// Those who see the ticket: somebody may have it still who lost the role that showed it.
async fn seeing(
    uow: &UnitOfWork,
    t: &ticket::Model,
    mut people: BTreeSet<PersonId>,
) -> Result<BTreeSet<PersonId>> {
    if people.is_empty() {
        return Ok(people);
    }
    let db = uow.tx();
    let facts = store::queue::facts(t, participant::people(db, t.id).await?);
    let departments = access::confidentiality(db).await?;
    for person in people.clone() {
        // Whoever takes part sees it in any case.
        if facts.participants.contains(&person) {
            continue;
        }
        let grants = access::grants(db, person).await?;
        if !Scope::of(&grants, &departments).sees(&facts) {
            people.remove(&person);
        }
    }
    Ok(people)
}

async fn tell(
    uow: &mut UnitOfWork,
    t: &ticket::Model,
    kind: EventKind,
    words: &str,
    mut people: BTreeSet<PersonId>,
) -> Result<()> {
    if uow.context().actor == Actor::Import {
        return Ok(());
    }
    let actor = uow.context().actor.person();
    if let Some(actor) = actor {
        people.remove(&actor);
    }
    let people = seeing(uow, t, people).await?;
    if people.is_empty() {
        return Ok(());
    }
    let words = format!("{words}: {}", t.title);
    send(uow, Some(t.id), kind, &words, people).await
}

/// Tells the leads of confidential departments that somebody's password was set.
pub struct TellLeads;

impl OnSet for TellLeads {
    fn tell<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        person: &'a Person,
        leads: Vec<PersonId>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            let actor = uow.context().actor.person();
            let people = leads.into_iter().filter(|lead| Some(*lead) != actor);
            let words = match actor {
                Some(_) => format!("set a new password for {}", person.name),
                None => format!("A new password was set for {}", person.name),
            };
            send(uow, None, EventKind::PasswordSet, &words, people.collect()).await
        })
    }
}

/// Writes it for each of these people; `words` follow the name of whoever acts.
async fn send(
    uow: &mut UnitOfWork,
    ticket: Option<TicketId>,
    kind: EventKind,
    words: &str,
    people: BTreeSet<PersonId>,
) -> Result<()> {
    let who = match uow.context().actor.person() {
        Some(actor) => organisation::store::person(uow.tx(), actor)
            .await?
            .map(|p| p.name),
        None => None,
    };
    let text = match who {
        Some(name) => format!("{name} {words}"),
        None => words.to_owned(),
    };
    for person in people {
        let id = NotificationId(uow.next_id());
        let row = notification::Model {
            id,
            person_id: person,
            ticket_id: ticket,
            kind,
            text: text.clone(),
            created_at: uow.context().now,
            read_at: None,
        };
        store::notification::insert(uow.tx(), row).await?;
        uow.emit(NewEvent {
            occurred_at: uow.context().now,
            kind: EventKind::NotificationSent,
            subject_kind: NotificationId::PREFIX,
            subject_id: id.0,
            ticket: None,
            department: None,
            version_after: None,
            cause: None,
            // Listeners tell from this whom it concerns, without reading the row.
            changes: Changes::from([(
                "person".to_owned(),
                Change {
                    before: Value::Null,
                    after: json!(person),
                },
            )]),
        });
    }
    Ok(())
}
