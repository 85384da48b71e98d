//! Searching tickets: by reference, and by the words of title, description, messages and names of files.
//!
//! Who finds what is decided three times over: the index is asked for what is written where the actor
//! may read, of departments that they see and of tickets that they take part in; the rows are read within
//! their scope as it is now; and of each hit it is looked, in what they may read of it, whether it says
//! what was asked for. So an index that lags behind shows nothing to anybody; a count may tell for that
//! moment that something is there, of tickets on other pages.

pub mod store;

use crate::desk::entity::ticket;
use crate::desk::store::queue::{self, Count};
use crate::desk::ticket::act;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::paging;
use crate::platform::reader::Reader;
use crate::platform::search::Field;
use crate::platform::search::ask::{Question, Reading};
use crate::platform::search::indexer;
use crate::platform::search::query::{self, Query};
use crate::platform::search::snippet::{Looked, Segment, fits};
use shared::id::{DepartmentId, MessageId, PersonId, TicketId};
use shared::permission::{Scope, TicketAction};
use shared::ticket::MessageVisibility;
use shared::time::Timestamp;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use store::Around;

/// Hits that can be reached by paging; whoever has more asks more closely.
pub const HITS_MOST: usize = 200;
/// Rows of the index that are looked at for each state.
const ROWS_MOST: u64 = 240;
/// Hits a page unless asked.
const PAGE: u64 = 20;
/// Most hits a page.
const PAGE_MOST: u64 = 50;
/// Letters of a snippet.
const SNIPPET: usize = 180;
/// The list's name in its cursors.
const CURSOR: &str = "search";
/// Label of tickets that are open.
const OPEN: &str = "open";
/// Label of all others.
const DONE: &str = "done";
/// What whoever takes part reads.
const PUBLIC: [Field; 3] = [Field::Title, Field::Body, Field::Remark];

fn department_label(id: DepartmentId) -> String {
    format!("d{}", id.0.simple())
}

fn person_label(id: PersonId) -> String {
    format!("p{}", id.0.simple())
}

/// Whoever works in the department reads notes of a restricted ticket, if they take part in it.
fn within_label(person: PersonId, department: DepartmentId) -> String {
    person_label(person) + &department_label(department)
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// As it was typed.
    pub text: String,
    /// Open tickets alone.
    pub only_open: bool,
    /// Tickets that the actor takes part in, alone.
    pub mine: bool,
    /// Hits of this page.
    pub first: Option<i32>,
    /// After this place.
    pub after: Option<String>,
}

/// Where it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its reference is what was typed, or begins like it.
    Reference,
    /// In the title.
    Title,
    /// In the description.
    Description,
    /// In what was said at the end.
    Resolution,
    /// In a public message.
    Message,
    /// In an internal note.
    Note,
    /// In the name of a file.
    File,
}

/// A ticket that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The ticket.
    pub ticket: Arc<ticket::Model>,
    /// Its place in the list.
    pub cursor: String,
    /// Its title.
    pub title: Vec<Segment>,
    /// Where most of it was found.
    pub place: Place,
    /// The message or note, if it was one, or the file's.
    pub message: Option<MessageId>,
    /// When that was written.
    pub written_at: Option<Timestamp>,
    /// A piece of that.
    pub snippet: Vec<Segment>,
}

/// A page of hits.
#[derive(Clone, Debug)]
pub struct Found {
    /// In their order.
    pub hits: Vec<Hit>,
    /// How many in all.
    pub total: Count,
    /// Whether more follow.
    pub has_next: bool,
    /// After which place they do: the last that was looked at, whether or not it is shown.
    pub end: Option<String>,
}

/// Searches. What was typed as a reference comes first; what is open comes before the rest, of both what
/// has all of it in its title, of these what changed last. Where more is found than can be reached, it is
/// what changed last that is put in this order: a common word is not worth reading all it occurs in.
///
/// # Errors
/// The text is too long, the page is none, the database does not answer.
pub async fn find(db: &Reader, ctx: &Context, request: &Request) -> Result<Found> {
    if request.text.chars().count() > query::LONGEST {
        let words = format!("At most {} characters.", query::LONGEST);
        return Err(Error::refused(code::INVALID, "text", words));
    }
    let size = page_size(request.first)?;
    let start = start(request.after.as_deref())?;
    let asked = Query::parse(&request.text);
    let scope = match request.mine {
        true => Arc::new(Scope {
            person: ctx.person(),
            departments: BTreeSet::new(),
        }),
        false => ctx.scope.clone(),
    };
    let by_reference = store::by_reference(db, &scope, &request.text).await?;
    let by_reference: Vec<TicketId> = by_reference.into_iter().map(|row| row.id).collect();
    let mut ids = by_reference.clone();
    let (more, all) = candidates(db, &scope, &asked, request.only_open).await?;
    ids.extend(more);
    let mut known = HashSet::new();
    ids.retain(|id| known.insert(*id));
    let exact = all && ids.len() <= HITS_MOST;
    ids.truncate(HITS_MOST);
    let rows = queue::find_many(db, &scope, &ids).await?;
    let mut rows: HashMap<TicketId, ticket::Model> =
        rows.into_iter().map(|row| (row.id, row)).collect();
    let mut rows: Vec<ticket::Model> = ids
        .iter()
        .filter_map(|id| rows.remove(id))
        .filter(|row| !request.only_open || row.state.is_open())
        .collect();
    let named = |row: &ticket::Model| by_reference.contains(&row.id);
    rows.sort_by_cached_key(|row| match named(row) {
        true => (false, false, false),
        false => (true, !row.state.is_open(), !titled(&asked, row)),
    });
    let mut total = Count {
        value: rows.len() as u64,
        exact,
    };
    let has_next = rows.len() > start + size;
    let cursor = |place: usize| paging::cursor(CURSOR, &[place.to_string()]);
    let page = (start + 1..).zip(rows.into_iter().skip(start).take(size));
    let page: Vec<Candidate> = page
        .map(|(place, row)| Candidate {
            cursor: cursor(place),
            named: named(&row),
            internal: act::standing_of(ctx, &row).may(TicketAction::ReadInternal),
            ticket: Arc::new(row),
        })
        .collect();
    let (internal, public): (Vec<&Candidate>, Vec<&Candidate>) =
        page.iter().partition(|candidate| candidate.internal);
    let ids = |of: Vec<&Candidate>| of.into_iter().map(|c| c.ticket.id).collect::<Vec<_>>();
    let around = store::around(db, &ids(internal), &ids(public)).await?;
    let shown = page.len();
    let end = page.last().map(|candidate| candidate.cursor.clone());
    // Long texts take the processor a while.
    let showing = move || {
        let hits = page.into_iter().filter_map(|c| show(&asked, c, &around));
        hits.collect::<Vec<_>>()
    };
    let hits = tokio::task::spawn_blocking(showing)
        .await
        .map_err(anyhow::Error::from)?;
    // What the index says of them is out of date, and does not count.
    total.value -= (shown - hits.len()) as u64;
    Ok(Found {
        hits,
        total,
        has_next,
        end,
    })
}

fn titled(asked: &Query, row: &ticket::Model) -> bool {
    !asked.is_empty() && Looked::at(asked, &row.title).terms() as usize == asked.wanted.len()
}

fn page_size(first: Option<i32>) -> Result<usize> {
    let size = first.map_or(Some(PAGE), |first| u64::try_from(first).ok());
    size.filter(|size| (1..=PAGE_MOST).contains(size))
        .and_then(|size| usize::try_from(size).ok())
        .ok_or_else(|| {
            let words = format!("Between 1 and {PAGE_MOST}.");
            Error::refused(code::INVALID, "first", words)
        })
}

fn start(after: Option<&str>) -> Result<usize> {
    let Some(cursor) = after else { return Ok(0) };
    let parts = paging::parse_cursor(CURSOR, 1, cursor)?;
    let place = parts[0].parse().ok().filter(|place| *place <= HITS_MOST);
    place.ok_or_else(|| {
        let words = "This cursor belongs to another list.";
        Error::refused(code::INVALID, "after", words)
    })
}

/// Ids in the order of the list, one more than can be reached if there are so many; and whether those are
/// all.
async fn candidates(
    db: &Reader,
    scope: &Scope,
    asked: &Query,
    only_open: bool,
) -> Result<(Vec<TicketId>, bool)> {
    let departments = scope.departments.iter().copied();
    let within = departments.clone().map(|d| within_label(scope.person, d));
    let readings = vec![
        Reading {
            fields: Field::ALL.to_vec(),
            labels: departments.map(department_label).chain(within).collect(),
        },
        Reading {
            fields: PUBLIC.to_vec(),
            labels: vec![person_label(scope.person)],
        },
    ];
    let question = Question::new(db, asked, readings).await?;
    let (mut found, mut known) = (Vec::new(), HashSet::new());
    let labels = if only_open {
        &[OPEN][..]
    } else {
        &[OPEN, DONE]
    };
    let mut all = true;
    for label in labels {
        if found.len() > HITS_MOST {
            break;
        }
        let subjects = question.subjects(db, label, ROWS_MOST).await?;
        all &= (subjects.len() as u64) < ROWS_MOST;
        // Of a ticket with several rows each may come.
        for subject in subjects {
            if known.insert(subject) {
                found.push(TicketId(subject));
            }
        }
    }
    Ok((found, all))
}

/// What may be a hit.
struct Candidate {
    ticket: Arc<ticket::Model>,
    cursor: String,
    /// What was typed is its reference.
    named: bool,
    /// The actor reads its notes.
    internal: bool,
}

/// A hit as the actor may see it; nothing if what they may read of it is not what was asked for.
fn show(asked: &Query, candidate: Candidate, around: &Around) -> Option<Hit> {
    let Candidate {
        ticket: row,
        cursor,
        named,
        internal,
    } = candidate;
    let title = Looked::at(asked, &row.title);
    let mut places = vec![(Place::Description, None, None, &row.description)];
    if let Some(text) = &row.resolution_message {
        places.push((Place::Resolution, None, row.resolved_at, text));
    }
    let mut readable = HashSet::new();
    for message in around.messages.get(&row.id).into_iter().flatten() {
        let place = match message.visibility {
            MessageVisibility::Public => Place::Message,
            MessageVisibility::Internal if internal => Place::Note,
            MessageVisibility::Internal => continue,
        };
        readable.insert(message.id);
        places.push((
            place,
            Some(message.id),
            Some(message.created_at),
            &message.body,
        ));
    }
    for file in around.files.get(&row.id).into_iter().flatten() {
        let message = file.message_id;
        if message.is_none_or(|message| readable.contains(&message)) {
            places.push((Place::File, message, file.attached_at, &file.name));
        }
    }
    let mut looked = vec![title];
    looked.extend(places.iter().map(|(.., text)| Looked::at(asked, text)));
    if !named && !fits(asked, &looked) {
        return None;
    }
    let title = looked.remove(0);
    let best = looked.iter().zip(&places);
    let best = best.reduce(|best, other| {
        if other.0.terms() > best.0.terms() {
            other
        } else {
            best
        }
    })?;
    let (text, (place, message, written_at, _)) = best;
    let (place, message, written_at) = if named {
        (Place::Reference, None, None)
    } else if text.terms() == 0 {
        (Place::Title, None, None)
    } else {
        (*place, *message, *written_at)
    };
    Some(Hit {
        cursor,
        title: title.whole(),
        place,
        message,
        written_at,
        snippet: text.piece(SNIPPET),
        ticket: row,
    })
}

/// How far the index is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behind {
    /// Whether there is an index.
    pub begun: bool,
    /// Events that change an entry and are not in it.
    pub events: u64,
    /// For how long the first of them waits.
    pub seconds: i64,
    /// Tickets that are still to be indexed, about.
    pub tickets: u64,
}

/// Looks how far the index is behind.
///
/// # Errors
/// The database does not answer.
pub async fn behind(
    db: &impl crate::platform::database::Connection,
    now: Timestamp,
) -> Result<Behind> {
    let Some(standing) = indexer::read(db).await? else {
        return Ok(Behind::default());
    };
    let (events, first) = store::waiting(db, standing.position).await?;
    let since = first.map(Timestamp::from_millis);
    let filling = standing.filling.as_ref();
    Ok(Behind {
        begun: true,
        events,
        seconds: since.map_or(0, |since| now.seconds_since(since).max(0)),
        tickets: filling.map_or(0, |filling| filling.total.saturating_sub(filling.done)),
    })
}
