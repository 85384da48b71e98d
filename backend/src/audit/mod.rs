//! The audit log: what was set up, who signed in, what was downloaded, read from the log of events.
//!
//! Nothing of it belongs to a ticket, so nothing of what confidential departments keep is in it;
//! docs/SECURITY says who may read what.

mod names;
mod store;

use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::event_log::{Changes, NewEvent};
use crate::platform::event_search::{self, Found, Search};
use crate::platform::unit_of_work::UnitOfWork;
use names::Names;
use serde_json::Value;
use shared::event::{ActorKind, AuditTopic, EventKind};
use shared::id::{DepartmentId, EventId, PersonId};
use shared::permission::SiteRole;
use shared::time::Timestamp;
use uuid::Uuid;

/// Values of these fields are for administrators alone: auditors see no contact details.
const CONTACTS: &[&str] = &[
    "email",
    "phone",
    "login",
    // Of mail settings.
    "user",
    "senderAddress",
    "replyTo",
];
/// Characters of a text that are shown.
const TEXT_MOST: usize = 500;

/// Which entries are wanted; what is empty or `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this person.
    pub actor: Option<PersonId>,
    /// About one of these.
    pub topics: Vec<AuditTopic>,
    /// One of these kinds.
    pub kinds: Vec<EventKind>,
    /// About this record.
    pub subject: Option<Uuid>,
    /// At this instant or later.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// A field's value before and after, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which field.
    pub field: String,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// An entry, with the names that things have now.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Position in the log.
    pub sequence: i64,
    /// Identity.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Who or what.
    pub actor_kind: ActorKind,
    /// The person, if one.
    pub actor: Option<PersonId>,
    /// Their name.
    pub actor_name: Option<String>,
    /// Name of the token by which it was done.
    pub token_name: Option<String>,
    /// What happened.
    pub kind: EventKind,
    /// What it is about.
    pub topic: AuditTopic,
    /// Kind of the record.
    pub subject_kind: String,
    /// The record's id as the API writes it.
    pub subject: String,
    /// Its name.
    pub subject_name: Option<String>,
    /// The department that it belongs to.
    pub department: Option<DepartmentId>,
    /// Its name.
    pub department_name: Option<String>,
    /// What changed.
    pub changes: Vec<Changed>,
    /// Finds the request in the log of the server.
    pub request_id: String,
}

/// Refuses those who may not read the audit log.
pub fn authorize(ctx: &Context) -> Result<()> {
    if ctx.grants.may_read_audit() {
        Ok(())
    } else {
        Err(Error::forbidden())
    }
}

/// The newest entries before the sequence `before`, at most `limit`.
pub async fn entries(
    db: &impl Connection,
    ctx: &Context,
    filter: &Filter,
    before: Option<i64>,
    limit: u64,
) -> Result<Vec<Entry>> {
    authorize(ctx)?;
    let wanted = |kind: &EventKind| {
        kind.audit_topic().is_some_and(|topic| {
            (filter.topics.is_empty() || filter.topics.contains(&topic))
                && (filter.kinds.is_empty() || filter.kinds.contains(kind))
        })
    };
    let search = Search {
        kinds: EventKind::ALL.iter().copied().filter(wanted).collect(),
        actor: filter.actor,
        subject: filter.subject,
        from: filter.from,
        to: filter.to,
    };
    let found = event_search::search(db, &search, before, limit).await?;
    let mut read = Vec::with_capacity(found.len());
    for event in found {
        let changes: Changes = match &event.changes {
            Some(text) => serde_json::from_str(text)?,
            None => Changes::new(),
        };
        read.push((event, changes));
    }
    let names = Names::of(db, &read).await?;
    let contacts = ctx.grants.is(SiteRole::Administrator);
    Ok(read
        .into_iter()
        .filter_map(|(event, changes)| entry(event, changes, &names, contacts))
        .collect())
}

fn entry(event: Found, changes: Changes, names: &Names, contacts: bool) -> Option<Entry> {
    let subject = if event.subject_id.is_nil() {
        event.subject_kind.clone()
    } else {
        let id = shared::id::encode(event.subject_id);
        format!("{}_{id}", event.subject_kind)
    };
    let named = |id: &str| names.find(id);
    Some(Entry {
        topic: event.kind.audit_topic()?,
        sequence: event.sequence,
        id: event.id,
        occurred_at: event.occurred_at,
        actor_kind: event.actor_kind,
        actor: event.actor_id,
        actor_name: event.actor_id.and_then(|id| named(&id.to_string())),
        token_name: event.token_id.and_then(|id| named(&id.to_string())),
        kind: event.kind,
        subject_name: named(&subject),
        subject_kind: event.subject_kind,
        subject,
        department: event.department_id,
        department_name: event.department_id.and_then(|id| named(&id.to_string())),
        changes: changes
            .into_iter()
            .map(|(field, change)| {
                let hidden = !contacts && CONTACTS.contains(&field.as_str());
                let shown = |value: &Value| (!hidden).then(|| words(value, names)).flatten();
                Changed {
                    before: shown(&change.before),
                    after: shown(&change.after),
                    field,
                }
            })
            .collect(),
        request_id: event.request_id,
    })
}

/// A value as a reader understands it: names in place of ids.
fn words(value: &Value, names: &Names) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => names.find(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) => items
            .iter()
            .filter_map(|item| words(item, names))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    };
    Some(match text.char_indices().nth(TEXT_MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    })
}

/// Notes that somebody downloads data: which file, and what was asked for.
pub async fn export_taken(
    platform: &Platform,
    ctx: &Context,
    file: &str,
    question: &str,
) -> Result<()> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let asked: String = question.chars().take(TEXT_MOST).collect();
    let changes = Changeset::new()
        .first("file", file)
        .first("question", &(!asked.is_empty()).then_some(asked))
        .finish();
    uow.emit(NewEvent {
        occurred_at: ctx.now,
        kind: EventKind::ExportTaken,
        subject_kind: PersonId::PREFIX,
        subject_id: ctx.person().0,
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes,
    });
    uow.commit().await?;
    Ok(())
}
