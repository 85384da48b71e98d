//! The audit log.

use super::context::acting;
use super::error::top_level;
use super::id::{id, parse_opt};
use super::organisation::{Department, Person, load_department, load_person_opt};
use super::page::PageInfo;
use super::scalar::Sequence;
use crate::audit::{self, Changed, Entry, Filter};
use crate::platform::database::Database;
use crate::platform::error::{Error, code};
use crate::platform::paging::{cursor, page_size, parse_cursor};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::event::{ActorKind, AuditTopic, EventKind};
use shared::time::Timestamp;
use uuid::Uuid;

/// Order of the log, as its cursors name it.
const NEWEST: &str = "audit";

/// Which entries are wanted; what is left out does not matter.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AuditFilter {
    /// Done by this person.
    actor: Option<ID>,
    /// About one of these.
    topics: Option<Vec<AuditTopic>>,
    /// One of these event kinds, such as RoleGranted.
    kinds: Option<Vec<String>>,
    /// About this record, whatever it is.
    subject: Option<ID>,
    /// At this instant or later.
    from: Option<Timestamp>,
    /// Before this instant.
    to: Option<Timestamp>,
}

impl AuditFilter {
    fn read(self) -> Result<Filter, Error> {
        Ok(Filter {
            actor: parse_opt(self.actor.as_ref(), "actor")?,
            topics: self.topics.unwrap_or_default(),
            kinds: kinds(self.kinds.unwrap_or_default())?,
            subject: self.subject.map(|id| subject(&id)).transpose()?,
            from: self.from,
            to: self.to,
        })
    }
}

fn kinds(words: Vec<String>) -> Result<Vec<EventKind>, Error> {
    words
        .into_iter()
        .map(|word| {
            word.parse().map_err(|_| {
                Error::refused(code::INVALID, "kinds", "This kind of event does not exist.")
            })
        })
        .collect()
}

/// The record of an id of whatever kind.
pub fn subject(text: &str) -> Result<Uuid, Error> {
    let id = text
        .rsplit_once('_')
        .and_then(|(_, id)| shared::id::decode(id));
    id.ok_or_else(|| Error::refused(code::INVALID_ID, "subject", "This is not an id."))
}

/// A field's value before and after, in words.
#[derive(SimpleObject)]
pub struct AuditChange {
    /// Which field.
    field: String,
    /// Before.
    before: Option<String>,
    /// After.
    after: Option<String>,
}

impl From<&Changed> for AuditChange {
    fn from(changed: &Changed) -> Self {
        Self {
            field: changed.field.clone(),
            before: changed.before.clone(),
            after: changed.after.clone(),
        }
    }
}

/// Something that was set up, signed in to, downloaded or refused.
pub struct AuditEntry(Entry);

#[Object]
impl AuditEntry {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Position in the log.
    async fn sequence(&self) -> Sequence {
        Sequence(self.0.sequence)
    }
    /// When it happened.
    async fn occurred_at(&self) -> Timestamp {
        self.0.occurred_at
    }
    /// Who or what did it.
    async fn actor_kind(&self) -> ActorKind {
        self.0.actor_kind
    }
    /// The person who did it.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        load_person_opt(ctx, self.0.actor).await
    }
    /// Name of the token by which a tool did it.
    async fn token_name(&self) -> Option<&str> {
        self.0.token_name.as_deref()
    }
    /// What it is about.
    async fn topic(&self) -> AuditTopic {
        self.0.topic
    }
    /// Event kind in the past tense, such as RoleGranted.
    async fn kind(&self) -> &str {
        self.0.kind.as_str()
    }
    /// Kind of the record, as its id begins.
    async fn subject_kind(&self) -> &str {
        &self.0.subject_kind
    }
    /// Id of the record.
    async fn subject(&self) -> ID {
        ID(self.0.subject.clone())
    }
    /// Name of the record now; null where it has none.
    async fn subject_name(&self) -> Option<&str> {
        self.0.subject_name.as_deref()
    }
    /// The department that it belongs to.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.0.department {
            Some(key) => Some(load_department(ctx, key).await?),
            None => None,
        })
    }
    /// What changed. Contact details are shown to administrators alone.
    async fn changes(&self) -> Vec<AuditChange> {
        self.0.changes.iter().map(Into::into).collect()
    }
    /// Finds the request in the log of the server.
    async fn request_id(&self) -> &str {
        &self.0.request_id
    }
}

/// A page of the audit log.
#[derive(SimpleObject)]
pub struct AuditConnection {
    /// Entries, newest first.
    nodes: Vec<AuditEntry>,
    /// Where this page lies.
    page_info: PageInfo,
}

/// Asks for the audit log.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit log, newest first; for administrators and auditors. Nothing that belongs to a
    /// ticket is in it.
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        filter: Option<AuditFilter>,
        #[graphql(desc = "How many; at most 200.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<AuditConnection> {
        let acting = acting(ctx)?;
        let found = async {
            audit::authorize(acting)?;
            let filter = filter.unwrap_or_default().read()?;
            let size = page_size(first)?;
            let before = match &after {
                Some(text) => Some(place(text)?),
                None => None,
            };
            let db = ctx.data_unchecked::<Database>().reader();
            let rows = audit::entries(db, acting, &filter, before, size + 1).await?;
            Ok((rows, size))
        };
        let (mut rows, size) = found.await.map_err(|error| top_level(ctx, error))?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let place = |entry: &Entry| cursor(NEWEST, &[entry.sequence.to_string()]);
        let page_info = PageInfo::forward(
            more,
            after.is_some(),
            rows.first().map(place),
            rows.last().map(place),
        );
        Ok(AuditConnection {
            nodes: rows.into_iter().map(AuditEntry).collect(),
            page_info,
        })
    }
}

fn place(text: &str) -> Result<i64, Error> {
    let parts = parse_cursor(NEWEST, 1, text)?;
    parts[0].parse().map_err(|_| {
        Error::refused(
            code::INVALID,
            "after",
            "This cursor belongs to another list.",
        )
    })
}
