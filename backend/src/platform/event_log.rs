//! The log of all that was committed. Live subscriptions, timeline, reports and clocks read it.

use super::batch::Batch;
use super::bulk::{self, Relative};
use super::error::Result;
use super::ids::Ids;
use super::paging::Part;
use sea_orm::entity::prelude::*;
use sea_orm::{
    ConnectionTrait, FromQueryResult, JoinType, QueryOrder, QuerySelect, QueryTrait, Set,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use shared::event::{ActorKind, EventKind};
use shared::id::{ApiTokenId, DepartmentId, EventId, PersonId, TicketId};
use shared::time::Timestamp;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One field's value before and after; null where there was none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Before.
    pub before: Value,
    /// After.
    pub after: Value,
}

/// Field name → change.
pub type Changes = BTreeMap<String, Change>;

/// An event about to be written.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// When it happened; for importers and late timers not when it was recorded.
    pub occurred_at: Timestamp,
    /// What happened.
    pub kind: EventKind,
    /// Kind of the subject, as its id's prefix.
    pub subject_kind: &'static str,
    /// The subject.
    pub subject_id: Uuid,
    /// The ticket that it belongs to.
    pub ticket: Option<TicketId>,
    /// The department that it belongs to.
    pub department: Option<DepartmentId>,
    /// The subject's version after it.
    pub version_after: Option<i32>,
    /// The event that caused it.
    pub cause: Option<EventId>,
    /// What changed.
    pub changes: Changes,
}

/// An event of the log.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Event {
    /// Position in the log.
    pub sequence: i64,
    /// Identity.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it was written.
    pub recorded_at: Timestamp,
    /// Who or what.
    pub actor_kind: ActorKind,
    /// The person, if one.
    pub actor_id: Option<PersonId>,
    /// Kind of the subject.
    pub subject_kind: String,
    /// The subject.
    pub subject_id: Uuid,
    /// Its ticket.
    pub ticket_id: Option<TicketId>,
    /// Its department.
    pub department_id: Option<DepartmentId>,
    /// What happened.
    pub kind: EventKind,
    /// What changed, as JSON; absent once destroyed.
    pub changes: Option<String>,
}

impl Event {
    /// The changes; none once they were destroyed.
    pub fn changes(&self) -> Result<Changes> {
        Ok(match &self.changes {
            Some(text) => serde_json::from_str(text)?,
            None => Changes::new(),
        })
    }
}

pub(super) mod event {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub id: EventId,
        pub occurred_at: Timestamp,
        pub recorded_at: Timestamp,
        pub actor_kind: ActorKind,
        pub actor_id: Option<PersonId>,
        pub subject_kind: String,
        pub subject_id: Uuid,
        pub ticket_id: Option<TicketId>,
        pub department_id: Option<DepartmentId>,
        pub kind: EventKind,
        pub schema_version: i32,
        pub version_after: Option<i32>,
        pub cause_id: Option<EventId>,
        pub request_id: String,
        pub payload_digest: String,
        pub token_id: Option<ApiTokenId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::payload::Entity",
            from = "Column::Sequence",
            to = "super::payload::Column::Sequence"
        )]
        Payload,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

pub(super) mod payload {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_payloads")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sequence: i64,
        pub salt: String,
        pub changes: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Columns of the log that conditions may name.
pub use event::Column as EventColumn;

/// The counter of sequences.
const COUNTER: &str = "event";
/// Sequences as differences to the last one, where the counter was raised by a statement before.
const RAISED: Relative = Relative {
    column: "sequence",
    to: "SELECT value FROM counters WHERE name = 'event'",
};

/// What all events of one commit share.
pub(super) struct Stamp<'a> {
    pub recorded_at: Timestamp,
    pub actor_kind: ActorKind,
    pub actor_id: Option<PersonId>,
    pub token_id: Option<ApiTokenId>,
    pub request_id: &'a str,
    pub ids: &'a Ids,
}

fn salt(ids: &Ids) -> String {
    let mut bytes = [0; 8];
    ids.fill(&mut bytes);
    format!("{:016x}", u64::from_le_bytes(bytes))
}

/// The sequences of events that are about to be written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sequences {
    /// Taken: this is the last one.
    UpTo(i64),
    /// To be taken by the statements themselves; the row that they give holds the last one.
    Next,
}

/// Takes sequences for so many events: the last thing before a commit, for the counter's lock is held
/// from here on, and readers so always see a prefix of the log. Gives the last.
pub(super) async fn take<C: ConnectionTrait>(db: &C, count: usize) -> Result<i64> {
    let count = i64::try_from(count).map_err(anyhow::Error::from)?;
    super::counter::raise(db, COUNTER, count).await
}

/// Adds the statements that write events.
pub(super) fn add(
    batch: &mut Batch,
    stamp: &Stamp<'_>,
    events: Vec<NewEvent>,
    sequences: Sequences,
) -> Result<()> {
    let count = i64::try_from(events.len()).map_err(anyhow::Error::from)?;
    let (last, relative) = match sequences {
        Sequences::UpTo(last) => (last, None),
        Sequences::Next => {
            batch.add(&super::counter::raising(COUNTER, count));
            (0, Some(RAISED))
        }
    };
    let mut rows = Vec::with_capacity(events.len());
    let mut payloads = Vec::with_capacity(events.len());
    for (sequence, new) in ((last - count + 1)..=last).zip(events) {
        let changes = serde_json::to_string(&new.changes)?;
        let salt = salt(stamp.ids);
        let digest = Sha256::new()
            .chain_update(&salt)
            .chain_update(&changes)
            .finalize();
        rows.push(event::ActiveModel {
            sequence: Set(sequence),
            id: Set(EventId(stamp.ids.next(stamp.recorded_at))),
            occurred_at: Set(new.occurred_at),
            recorded_at: Set(stamp.recorded_at),
            actor_kind: Set(stamp.actor_kind),
            actor_id: Set(stamp.actor_id),
            subject_kind: Set(new.subject_kind.to_owned()),
            subject_id: Set(new.subject_id),
            ticket_id: Set(new.ticket),
            department_id: Set(new.department),
            kind: Set(new.kind),
            schema_version: Set(1),
            version_after: Set(new.version_after),
            cause_id: Set(new.cause),
            request_id: Set(stamp.request_id.to_owned()),
            payload_digest: Set(format!("{digest:x}")),
            token_id: Set(stamp.token_id),
        });
        payloads.push(payload::ActiveModel {
            sequence: Set(sequence),
            salt: Set(salt),
            changes: Set(changes),
        });
    }
    let backend = batch.backend();
    for statement in bulk::statements_with::<event::Entity, _>(backend, rows, relative) {
        batch.extend([statement?]);
    }
    for statement in bulk::statements_with::<payload::Entity, _>(backend, payloads, relative) {
        batch.extend([statement?]);
    }
    Ok(())
}

/// The last committed sequence.
pub async fn last_sequence<C: ConnectionTrait>(db: &C) -> Result<i64> {
    super::counter::value(db, COUNTER).await
}

fn query() -> sea_orm::Select<event::Entity> {
    rows().order_by_asc(event::Column::Sequence)
}

fn rows() -> sea_orm::Select<event::Entity> {
    event::Entity::find()
        .select_only()
        .columns([
            event::Column::Sequence,
            event::Column::Id,
            event::Column::OccurredAt,
            event::Column::RecordedAt,
            event::Column::ActorKind,
            event::Column::ActorId,
            event::Column::SubjectKind,
            event::Column::SubjectId,
            event::Column::TicketId,
            event::Column::DepartmentId,
            event::Column::Kind,
        ])
        .column(payload::Column::Changes)
        .join(JoinType::LeftJoin, event::Relation::Payload.def())
}

/// Events after `sequence`, at most `limit`.
pub async fn after<C: ConnectionTrait>(db: &C, sequence: i64, limit: u64) -> Result<Vec<Event>> {
    Ok(query()
        .filter(event::Column::Sequence.gt(sequence))
        .limit(limit)
        .into_model()
        .all(db)
        .await?)
}

/// A ticket's events of these kinds (all when empty), in the order of the log.
pub async fn of_ticket<C: ConnectionTrait>(
    db: &C,
    ticket: TicketId,
    kinds: &[EventKind],
) -> Result<Vec<Event>> {
    let mut query = query().filter(event::Column::TicketId.eq(ticket));
    if !kinds.is_empty() {
        query = query.filter(event::Column::Kind.is_in(kinds.iter().copied()));
    }
    Ok(query.into_model().all(db).await?)
}

/// Events of these tickets after `sequence`, in the order of the log.
pub async fn of_tickets_after<C: ConnectionTrait>(
    db: &C,
    tickets: &[TicketId],
    sequence: i64,
) -> Result<Vec<Event>> {
    Ok(query()
        .filter(event::Column::TicketId.is_in(tickets.iter().copied()))
        .filter(event::Column::Sequence.gt(sequence))
        .into_model()
        .all(db)
        .await?)
}

/// A part of a ticket's events in the order of the log, read in the part's direction.
pub async fn part_of_ticket<C: ConnectionTrait>(
    db: &C,
    ticket: TicketId,
    part: &Part<i64>,
) -> Result<Vec<Event>> {
    let all = rows()
        .filter(event::Column::TicketId.eq(ticket))
        .limit(part.limit());
    let wanted = match *part {
        Part::First { after, .. } => all
            .apply_if(after, |query, after| {
                query.filter(event::Column::Sequence.gt(after))
            })
            .order_by_asc(event::Column::Sequence),
        Part::Last { before, .. } => all
            .apply_if(before, |query, before| {
                query.filter(event::Column::Sequence.lt(before))
            })
            .order_by_desc(event::Column::Sequence),
    };
    Ok(wanted.into_model().all(db).await?)
}

/// Whether a person did something to a ticket in another request than those called `request`;
/// `harmless` does not count.
pub async fn touched_by_others<C: ConnectionTrait>(
    db: &C,
    ticket: TicketId,
    request: &str,
    harmless: &[EventKind],
) -> Result<bool> {
    let found: Option<i64> = event::Entity::find()
        .select_only()
        .column(event::Column::Sequence)
        .filter(event::Column::TicketId.eq(ticket))
        .filter(event::Column::ActorKind.eq(ActorKind::Person))
        .filter(event::Column::RequestId.ne(request))
        .filter(event::Column::Kind.is_not_in(harmless.iter().copied()))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// How many events of a kind came after `sequence`.
pub async fn count_after<C: ConnectionTrait>(
    db: &C,
    sequence: i64,
    kind: EventKind,
) -> Result<u64> {
    Ok(event::Entity::find()
        .filter(event::Column::Sequence.gt(sequence))
        .filter(event::Column::Kind.eq(kind))
        .count(db)
        .await?)
}
