//! What the search index says of tickets, and the rows that hits are shown from.

use super::{DONE, OPEN, department_label, person_label, within_label};
use crate::desk::attachment::entity::attachment;
use crate::desk::entity::{message, participant, ticket};
use crate::desk::store::queue;
use crate::platform::error::Result;
use crate::platform::event_log::Event;
use crate::platform::reader::Reader;
use crate::platform::search::indexer::Source;
use crate::platform::search::{Entry, Field};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, Order, OverStatement as _, Query, WindowStatement,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use shared::event::EventKind;
use shared::id::TicketId;
use shared::permission::Scope;
use shared::ticket::{MessageVisibility, Reference, TicketKind};
use std::collections::HashMap;
use uuid::Uuid;

/// Digits that a reference has at least.
const PADDED: usize = 6;
/// References that begin like what was typed, at most.
const REFERENCES_MOST: u64 = 20;
/// Bytes of a ticket's newest public messages that are indexed, and as many of its notes: nobody's long
/// texts keep the processor busy, and what is found can be shown.
const BYTES_MOST: i64 = 100_000;
/// What a message counts besides its text.
const BYTES_A_MESSAGE: i64 = 100;
/// Files of a ticket whose names are indexed, the newest.
const FILES_MOST: i64 = 500;

/// Tickets, as the index knows them.
pub struct Tickets;

#[async_trait::async_trait]
impl Source for Tickets {
    fn changed(&self, event: &Event) -> Option<Uuid> {
        let ticket = event.ticket_id?;
        changes_an_entry(event.kind).then_some(ticket.0)
    }

    async fn entries(&self, db: &Reader, subjects: &[Uuid]) -> Result<Vec<Entry>> {
        if subjects.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<TicketId> = subjects.iter().copied().map(TicketId).collect();
        let rows = ticket::Entity::find()
            .filter(ticket::Column::Id.is_in(ids.iter().copied()))
            .all(db)
            .await?;
        let mut messages = newest(db, &ids, MessageVisibility::ALL).await?;
        messages.reverse();
        let mut messages = by_ticket(messages, |row| row.ticket_id);
        let mut files = files_of(db, &ids).await?;
        let mut participants = queue::participants(db, &ids).await?;
        let mut entries: Vec<Entry> = rows
            .into_iter()
            .map(|row| {
                entry(
                    &row,
                    &messages.remove(&row.id).unwrap_or_default(),
                    &files.remove(&row.id).unwrap_or_default(),
                    &participants.remove(&row.id).unwrap_or_default(),
                )
            })
            .collect();
        let place = |entry: &Entry| subjects.iter().position(|id| *id == entry.subject);
        entries.sort_by_key(place);
        Ok(entries)
    }

    async fn older(&self, db: &Reader, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
        let ids: Vec<TicketId> = ticket::Entity::find()
            .select_only()
            .column(ticket::Column::Id)
            .apply_if(before, |query, before| {
                query.filter(ticket::Column::Id.lt(TicketId(before)))
            })
            .order_by_desc(ticket::Column::Id)
            .limit(limit)
            .into_tuple()
            .all(db)
            .await?;
        Ok(ids.into_iter().map(|id| id.0).collect())
    }

    async fn count(&self, db: &Reader) -> Result<u64> {
        Ok(ticket::Entity::find().count(db).await?)
    }
}

/// What the others are is no part of an entry: who works it, when it is due, how urgent it is.
const UNCHANGED: [EventKind; 12] = [
    EventKind::TicketRouted,
    EventKind::TicketStarted,
    EventKind::TicketPutOnHold,
    EventKind::TicketResumed,
    EventKind::PriorityChanged,
    EventKind::LinkAdded,
    EventKind::LinkRemoved,
    EventKind::AgreementChosen,
    EventKind::ClockWarned,
    EventKind::ClockBreached,
    EventKind::NotificationSent,
    EventKind::ExportTaken,
];

fn changes_an_entry(kind: EventKind) -> bool {
    !UNCHANGED.contains(&kind)
}

/// What can be found of a ticket.
pub fn entry(
    row: &ticket::Model,
    messages: &[message::Model],
    files: &[attachment::Model],
    participants: &[participant::Model],
) -> Entry {
    let mut texts = vec![
        (Field::Title, row.title.clone()),
        (Field::Body, row.description.clone()),
    ];
    if let Some(text) = &row.resolution_message {
        texts.push((Field::Remark, text.clone()));
    }
    let mut fields = HashMap::new();
    for message in messages {
        let field = match message.visibility {
            MessageVisibility::Public => Field::Remark,
            MessageVisibility::Internal => Field::Note,
        };
        fields.insert(message.id, field);
        texts.push((field, message.body.clone()));
    }
    for file in files {
        // A file whose message is not known is nobody's.
        let field = match file.message_id {
            None => Some(Field::Body),
            Some(message) => fields.get(&message).copied(),
        };
        texts.extend(field.map(|field| (field, file.name.clone())));
    }
    let mut labels: Vec<String> = participants
        .iter()
        .map(|part| person_label(part.person_id))
        .collect();
    if row.restricted {
        let within = |part: &participant::Model| within_label(part.person_id, row.department_id);
        labels.extend(participants.iter().map(within));
    } else {
        labels.push(department_label(row.department_id));
    }
    labels.push(if row.state.is_open() { OPEN } else { DONE }.to_owned());
    labels.sort_unstable();
    labels.dedup();
    Entry {
        subject: row.id.0,
        texts,
        labels,
    }
}

/// The newest messages of each ticket that are indexed, the newest first: of public ones and of notes
/// each so many bytes, so that neither take the other's room.
async fn newest(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
    of: &[MessageVisibility],
) -> Result<Vec<message::Model>> {
    if tickets.is_empty() {
        return Ok(Vec::new());
    }
    let size = Expr::cust(format!("SUM(OCTET_LENGTH(body) + {BYTES_A_MESSAGE})"));
    let window = WindowStatement::partition_by(message::Column::TicketId)
        .partition_by_columns([message::Column::Visibility])
        .order_by(message::Column::Id, Order::Desc)
        .to_owned();
    let sized = Query::select()
        .column(message::Column::Id)
        .expr_window_as(size, window, Alias::new("bytes"))
        .from(message::Entity)
        .and_where(message::Column::TicketId.is_in(tickets.iter().copied()))
        .and_where(message::Column::Visibility.is_in(of.iter().copied()))
        .to_owned();
    let within = Query::select()
        .column(message::Column::Id)
        .from_subquery(sized, Alias::new("sized"))
        .and_where(Expr::col(Alias::new("bytes")).lte(BYTES_MOST))
        .to_owned();
    Ok(message::Entity::find()
        .filter(message::Column::Id.in_subquery(within))
        .order_by_desc(message::Column::Id)
        .all(db)
        .await?)
}

/// The newest files of each ticket that were not removed.
async fn files_of(
    db: &impl ConnectionTrait,
    tickets: &[TicketId],
) -> Result<HashMap<TicketId, Vec<attachment::Model>>> {
    let window = WindowStatement::partition_by(attachment::Column::TicketId)
        .order_by(attachment::Column::Id, Order::Desc)
        .to_owned();
    let numbered = Query::select()
        .column(attachment::Column::Id)
        .expr_window_as(Expr::cust("ROW_NUMBER()"), window, Alias::new("number"))
        .from(attachment::Entity)
        .and_where(attachment::Column::TicketId.is_in(tickets.iter().copied()))
        .and_where(attachment::Column::RemovedAt.is_null())
        .to_owned();
    let within = Query::select()
        .column(attachment::Column::Id)
        .from_subquery(numbered, Alias::new("numbered"))
        .and_where(Expr::col(Alias::new("number")).lte(FILES_MOST))
        .to_owned();
    let rows = attachment::Entity::find()
        .filter(attachment::Column::Id.in_subquery(within))
        .order_by_asc(attachment::Column::Id)
        .all(db)
        .await?;
    let rows = rows
        .into_iter()
        .filter_map(|row| Some((row.ticket_id?, row)));
    let mut map: HashMap<TicketId, Vec<attachment::Model>> = HashMap::new();
    for (ticket, row) in rows {
        map.entry(ticket).or_default().push(row);
    }
    Ok(map)
}

fn by_ticket<R>(rows: Vec<R>, ticket: impl Fn(&R) -> TicketId) -> HashMap<TicketId, Vec<R>> {
    let mut map: HashMap<TicketId, Vec<R>> = HashMap::new();
    for row in rows {
        map.entry(ticket(&row)).or_default().push(row);
    }
    map
}

/// What belongs to some tickets, for showing where something was found.
pub struct Around {
    /// Messages, the newest first.
    pub messages: HashMap<TicketId, Vec<message::Model>>,
    /// Files.
    pub files: HashMap<TicketId, Vec<attachment::Model>>,
}

/// Reads what belongs to the tickets of a page: of `internal` with notes, of `public` without.
pub async fn around(
    db: &impl ConnectionTrait,
    internal: &[TicketId],
    public: &[TicketId],
) -> Result<Around> {
    let mut messages = newest(db, internal, MessageVisibility::ALL).await?;
    messages.extend(newest(db, public, &[MessageVisibility::Public]).await?);
    Ok(Around {
        messages: by_ticket(messages, |row| row.ticket_id),
        files: files_of(db, &[internal, public].concat()).await?,
    })
}

/// Visible tickets whose reference is this, or begins like it: `INC-000042`, `inc42`, `42`, `0000`.
pub async fn by_reference(
    db: &impl ConnectionTrait,
    scope: &Scope,
    typed: &str,
) -> Result<Vec<ticket::Model>> {
    let Some((prefix, digits)) = read_reference(typed) else {
        return Ok(Vec::new());
    };
    let Some(ranges) = ranges(digits) else {
        return Ok(Vec::new());
    };
    let kinds = TicketKind::ALL.iter().map(|kind| kind.reference_prefix());
    let prefixes: Vec<&str> = kinds
        .filter(|known| prefix.is_none_or(|p| p == *known))
        .collect();
    let mut found = Vec::new();
    for prefix in &prefixes {
        let number = ranges[0].0;
        let reference = Reference {
            prefix: (*prefix).to_owned(),
            number,
        };
        found.extend(queue::find_by_reference(db, scope, &reference).await?);
    }
    let mut numbers = Condition::any();
    for (from, to) in &ranges[1..] {
        numbers = numbers.add(ticket::Column::ReferenceNumber.between(*from, *to));
    }
    if ranges.len() > 1 {
        let more = queue::visible(scope)
            .filter(ticket::Column::ReferencePrefix.is_in(prefixes))
            .filter(numbers)
            .order_by_desc(ticket::Column::ReferenceNumber)
            .limit(REFERENCES_MOST);
        found.extend(more.all(db).await?);
    }
    Ok(found)
}

/// A prefix that there is, and digits; nothing else.
fn read_reference(typed: &str) -> Option<(Option<&'static str>, &str)> {
    let typed = typed.trim().trim_start_matches('#');
    let start = typed.find(|letter: char| letter.is_ascii_digit())?;
    let (prefix, digits) = typed.split_at(start);
    if digits.len() > 12 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let prefix = prefix.trim_end_matches(['-', ' ', '\u{2011}']);
    if prefix.is_empty() {
        return Some((None, digits));
    }
    let kinds = TicketKind::ALL.iter().map(|kind| kind.reference_prefix());
    let known = kinds
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(prefix))?;
    Some((Some(known), digits))
}

/// The number itself, then the numbers that begin with these digits: with zeros in front as they are
/// written, without as they are said.
fn ranges(digits: &str) -> Option<Vec<(i64, i64)>> {
    let number: i64 = digits.parse().ok()?;
    let mut ranges = vec![(number, number)];
    if digits.starts_with('0') {
        let missing = u32::try_from(PADDED.checked_sub(digits.len())?).ok()?;
        let power = 10_i64.pow(missing);
        ranges.push((number * power, (number + 1) * power - 1));
    } else {
        let mut power = 10_i64;
        while number * power < 10_i64.pow(9) {
            ranges.push((number * power, (number + 1) * power - 1));
            power *= 10;
        }
    }
    Some(ranges)
}

/// Events after `position` that change an entry, and when the first of them was recorded.
pub async fn waiting(db: &impl ConnectionTrait, position: i64) -> Result<(u64, Option<i64>)> {
    use crate::platform::event_log::EventColumn;
    let kinds = EventKind::ALL
        .iter()
        .filter(|kind| changes_an_entry(**kind));
    let question = Query::select()
        .expr(Expr::col(Alias::new("sequence")).count())
        .expr(Expr::col(Alias::new("recorded_at")).min())
        .from(Alias::new("events"))
        .and_where(EventColumn::Sequence.gt(position))
        .and_where(EventColumn::TicketId.is_not_null())
        .and_where(EventColumn::Kind.is_in(kinds.copied()))
        .to_owned();
    let Some(row) = db.query_one(&question).await? else {
        return Ok((0, None));
    };
    let count: i64 = row.try_get_by_index(0)?;
    Ok((u64::try_from(count).unwrap_or(0), row.try_get_by_index(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        assert_eq!(read_reference(" inc-000042"), Some((Some("INC"), "000042")));
        assert_eq!(read_reference("REQ 7"), Some((Some("REQ"), "7")));
        assert_eq!(read_reference("#42"), Some((None, "42")));
        for other in ["", "INC", "XYZ-1", "42 printers", "4e2", "1234567890123"] {
            assert_eq!(read_reference(other), None, "{other}");
        }
    }

    #[test]
    fn digits_are_a_number_or_its_beginning() {
        assert_eq!(ranges("000042"), Some(vec![(42, 42), (42, 42)]));
        assert_eq!(ranges("00004"), Some(vec![(4, 4), (40, 49)]));
        let said = ranges("12").expect("ranges");
        assert_eq!(said[..3], [(12, 12), (120, 129), (1_200, 1_299)]);
        assert_eq!(said.len(), 8);
        assert!(ranges("0000000").is_none());
        assert!(ranges("0").is_some());
    }
}
