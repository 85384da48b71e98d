//! What happened to a ticket, in words that a reader understands.

use super::context::app;
use super::error::top_level;
use super::id::id;
use super::organisation::{Person, load, load_person_opt};
use super::page::PageInfo;

use crate::platform::event_log::{self, Event};
use crate::platform::paging::{self, Ends, Part};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use serde_json::Value;
use shared::event::{ActorKind, EventKind};
use shared::id::{CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId, TicketId};
use shared::time::Timestamp;

/// Characters of a text in [`FieldChange`].
const CHANGE_MOST: usize = 500;

/// A field's value before and after, as words (names, not ids). Texts are cut at 500 characters.
#[derive(Clone, SimpleObject)]
pub struct FieldChange {
    /// Which field.
    field: String,
    /// Before.
    before: Option<String>,
    /// After.
    after: Option<String>,
}

/// Something that happened.
pub struct TimelineEntry(Event);

/// Changes that say nothing to a reader.
const SILENT: &[&str] = &[
    "updatedAt",
    "dueOrder",
    "createdAt",
    "contactAt",
    "participants",
    "message",
    "attachment",
    "attachments",
    "stateBeforeHold",
    // The clocks show these better than a line of text.
    "dueAt",
    "risk",
    "wakeUpAt",
    "unanswered",
    "resolvedAt",
    "closedAt",
    "agreement",
    "agreementId",
    "agreementVersion",
    "calendar",
    "calendarVersion",
    "forPriority",
    "because",
    "recordedByAgent",
    "publicMessage",
    "watcher",
    crate::desk::entity::source::ROW,
    crate::desk::routing::decide::RULE,
];

/// Something that happened.
#[Object]
impl TimelineEntry {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Event kind in the past tense, such as TicketAssigned.
    async fn kind(&self) -> &str {
        self.0.kind.as_str()
    }
    /// When it happened.
    async fn occurred_at(&self) -> Timestamp {
        self.0.occurred_at
    }
    /// The person who did it.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        let person = self.0.actor_id.filter(|_| !self.by_a_rule());
        load_person_opt(ctx, person).await
    }
    /// Who, when no person did.
    async fn actor_name(&self) -> &str {
        match self.0.actor_kind {
            ActorKind::Person if self.by_a_rule() => "Bellhop",
            ActorKind::Person => "",
            ActorKind::System => "Bellhop",
            ActorKind::Import => "Import",
        }
    }
    /// What changed.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<FieldChange>> {
        let changes = self.0.changes().map_err(|error| top_level(ctx, error))?;
        let mut list = Vec::new();
        for (field, change) in changes {
            if SILENT.contains(&field.as_str()) {
                continue;
            }
            list.push(FieldChange {
                before: words(ctx, &field, &change.before).await?,
                after: words(ctx, &field, &change.after).await?,
                field: field.strip_suffix("Id").unwrap_or(&field).to_owned(),
            });
        }
        Ok(list)
    }
}

impl TimelineEntry {
    /// Whether a rule did it in the act of a person, who knows nothing of it.
    fn by_a_rule(&self) -> bool {
        self.0.kind == EventKind::TicketRouted
    }
}

/// Long texts in a history are for recognising; the whole text is the ticket's own.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(CHANGE_MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A value as a reader understands it.
async fn words(ctx: &Context<'_>, field: &str, value: &Value) -> Result<Option<String>> {
    Ok(match value {
        Value::Null => None,
        Value::String(word) if VOCABULARIES.contains(&field) => Some(plain(word)),
        Value::String(text) => Some(match name_of(ctx, text).await? {
            Some(name) => name,
            None => shortened(text),
        }),
        other => Some(other.to_string()),
    })
}

/// Fields whose values are words of a vocabulary.
const VOCABULARIES: &[&str] = &[
    "assignment",
    "channel",
    "holdReason",
    "impact",
    "kind",
    "priority",
    "resolutionCode",
    "state",
    "target",
    "urgency",
];

/// A stored word as people say it: `2_high` is "high", `in_progress` "in progress".
fn plain(word: &str) -> String {
    word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_')
        .replace('_', " ")
}

/// The name of what an id stands for.
async fn name_of(ctx: &Context<'_>, text: &str) -> Result<Option<String>> {
    Ok(match shared::id::prefix_of(text) {
        Some(PersonId::PREFIX) => match text.parse::<PersonId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        Some(TeamId::PREFIX) => match text.parse::<TeamId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        Some(DepartmentId::PREFIX) => match text.parse::<DepartmentId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        Some(ServiceId::PREFIX) => match text.parse::<ServiceId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        Some(SiteId::PREFIX) => match text.parse::<SiteId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        Some(CategoryId::PREFIX) => match text.parse::<CategoryId>() {
            Ok(key) => load(ctx, key).await?.map(|row| row.name),
            Err(_) => None,
        },
        _ => None,
    })
}

/// An entry and its place.
#[derive(SimpleObject)]
pub struct TimelineEdge {
    /// Its place.
    cursor: String,
    /// The entry.
    node: TimelineEntry,
}

/// A page of a timeline.
pub struct TimelineConnection {
    rows: Vec<Event>,
    page_info: PageInfo,
}

/// A page of a timeline.
#[Object]
impl TimelineConnection {
    /// Entries with their places.
    async fn edges(&self) -> Vec<TimelineEdge> {
        self.rows
            .iter()
            .map(|row| TimelineEdge {
                cursor: cursor(row),
                node: TimelineEntry(row.clone()),
            })
            .collect()
    }
    /// Entries.
    async fn nodes(&self) -> Vec<TimelineEntry> {
        self.rows.iter().cloned().map(TimelineEntry).collect()
    }
    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

fn cursor(row: &Event) -> String {
    paging::cursor("timeline", &[row.sequence.to_string()])
}

/// A page of a ticket's timeline; the caller has checked that the viewer may read it.
pub async fn timeline(
    ctx: &Context<'_>,
    ticket: TicketId,
    ends: Ends,
) -> Result<TimelineConnection> {
    let work = async {
        let part = Part::of("timeline", &ends, |text| text.parse::<i64>().ok())?;
        let db = app(ctx)?.platform.db.reader();
        let page = part.page(event_log::part_of_ticket(db, ticket, &part).await?);
        let page_info = PageInfo::of(&page, cursor);
        Ok(TimelineConnection {
            rows: page.rows,
            page_info,
        })
    };
    work.await.map_err(|error| top_level(ctx, error))
}
