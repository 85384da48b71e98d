//! An incident's rows as steps of a history, and what it is after the last.

use super::header::{Column, Layout};
use super::mapping;
use super::names::{Names, UNKNOWN_PERSON};
use super::row::Row;
use crate::desk::entity::source::ROW as SOURCE_ROW;
use crate::platform::event_log::{Change, Changes};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use shared::id::{CategoryId, PersonId, TeamId};
use shared::text::{BODY_MAX, TITLE_MAX};
use shared::ticket::{
    Channel, HoldReason, Impact, Matrix, Priority, TicketState, Urgency, priority_of,
};
use shared::time::Timestamp;
use std::collections::{BTreeMap, HashSet};

/// What begins the names of the source's own columns among the changes.
const SOURCE_COLUMN: &str = "source.";

/// Values of a ticket by name, as events carry them.
pub type Snapshot = BTreeMap<String, Value>;

/// Which row of an incident: time, count of changes (-1 when not told), and its number among rows
/// that share both.
pub type RowKey = (Timestamp, i64, u64);

/// A row that was imported earlier.
#[derive(Clone, Debug)]
pub struct KnownRow {
    /// Which.
    pub key: RowKey,
    /// What its event said.
    pub changes: Changes,
}

/// One event to write.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When the source wrote it.
    pub occurred_at: Timestamp,
    /// What differs from the step before.
    pub changes: Changes,
}

/// An incident after its rows.
#[derive(Debug)]
pub struct History {
    /// New steps, in order of time.
    pub steps: Vec<Step>,
    /// What the ticket is now; `None` when the file knows nothing newer.
    pub current: Option<Current>,
    /// What differs between the last step known before and the file's last row, when there are no
    /// new steps: the source corrected itself.
    pub corrected: Changes,
}

/// What a ticket is after the last row of the file.
#[derive(Debug)]
pub struct Current {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Our state.
    pub state: TicketState,
    /// State that a hold interrupted.
    pub state_before_hold: Option<TicketState>,
    /// Why it waits.
    pub hold_reason: Option<HoldReason>,
    /// Impact.
    pub impact: Impact,
    /// Urgency.
    pub urgency: Urgency,
    /// Priority.
    pub priority: Priority,
    /// Channel.
    pub channel: Channel,
    /// Team.
    pub team: Option<TeamId>,
    /// Assignee.
    pub assignee: Option<PersonId>,
    /// Who asked.
    pub requester: PersonId,
    /// Who recorded it.
    pub opened_by: Option<PersonId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// Resolution by our own reading of the rows.
    pub resolved_at: Option<Timestamp>,
    /// Closing by our own reading of the rows.
    pub closed_at: Option<Timestamp>,
    /// The source's own words and instants.
    pub source: Source,
}

/// The source's facts, as they were.
#[derive(Debug)]
pub struct Source {
    /// State.
    pub state: String,
    /// Opened.
    pub opened_at: Timestamp,
    /// Resolved.
    pub resolved_at: Option<Timestamp>,
    /// Closed.
    pub closed_at: Option<Timestamp>,
    /// Whether it kept its promise.
    pub made_sla: Option<bool>,
    /// Highest of all rows.
    pub reopen_count: i32,
    /// Highest of all rows.
    pub reassignment_count: i32,
    /// Contact type.
    pub contact_type: Option<String>,
    /// Problem, the latest told.
    pub problem: Option<String>,
    /// All columns of the last row.
    pub fields: BTreeMap<String, String>,
    /// Key of the last row.
    pub last: (Timestamp, i64),
}

/// A digest of everything that the file says of an incident; order of columns does not matter.
pub fn digest(layout: &Layout, rows: &[Row]) -> String {
    let mut places: Vec<usize> = (0..layout.width()).collect();
    places.sort_by_key(|place| &layout.names()[*place]);
    let mut hash = Sha256::new();
    for row in rows {
        for place in &places {
            for text in [&layout.names()[*place], &row.fields()[*place]] {
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text);
            }
        }
    }
    format!("{:x}", hash.finalize())
}

struct Entry {
    key: RowKey,
    snapshot: Snapshot,
    row: Option<usize>,
}

/// Puts an incident's rows (in file order, at least one) in order of time, after and between those
/// that are known. `None` when the rows cannot belong to a ticket.
pub fn assemble(
    layout: &Layout,
    mut rows: Vec<Row>,
    names: &Names,
    matrix: &Matrix,
    known: &[KnownRow],
) -> Option<History> {
    let last_position = rows.iter().map(|r| r.position).max()?;
    rows.sort_by_key(Row::order);
    let mut entries = fold(known);
    let seen: HashSet<RowKey> = entries.iter().map(|e| e.key).collect();
    let known_last = entries.last().map(|e| (e.key, e.snapshot.clone()));
    let mut last_key = None;
    let mut key: RowKey = (Timestamp::from_millis(i64::MIN), 0, 0);
    for (index, row) in rows.iter().enumerate() {
        let (at, count, _) = row.order();
        key = (
            at,
            count,
            if (at, count) == (key.0, key.1) {
                key.2 + 1
            } else {
                0
            },
        );
        if row.position == last_position {
            last_key = Some(key);
        }
        if !seen.contains(&key) {
            entries.push(Entry {
                key,
                snapshot: Snapshot::new(),
                row: Some(index),
            });
        }
    }
    let last_key = last_key?;
    entries.sort_by_key(|e| e.key);
    let mut steps = Vec::new();
    let nothing = Snapshot::new();
    let mut last_snapshot = None;
    for index in 0..entries.len() {
        let (before, rest) = entries.split_at_mut(index);
        let before = before.last().map_or(&nothing, |e| &e.snapshot);
        let entry = &mut rest[0];
        if let Some(row) = entry.row {
            entry.snapshot = snapshot(layout, &rows[row], names, matrix, before);
            let mut changes = difference(before, &entry.snapshot);
            changes.insert(
                SOURCE_ROW.to_owned(),
                Change {
                    before: Value::Null,
                    after: source_row(layout, &rows[row], entry.key, &entry.snapshot),
                },
            );
            steps.push(Step {
                occurred_at: entry.key.0,
                changes,
            });
        }
        if entry.key == last_key {
            // The file's row again, for what the source may have corrected since.
            let row = rows.iter().find(|r| r.position == last_position)?;
            last_snapshot = Some(snapshot(layout, row, names, matrix, before));
        }
    }
    let last_snapshot = last_snapshot?;
    let newest = known_last
        .as_ref()
        .is_none_or(|(known, _)| last_key >= *known);
    let corrected = match &known_last {
        Some((_, known)) if newest && steps.is_empty() => difference(known, &last_snapshot),
        _ => Changes::new(),
    };
    let current = if newest {
        let last = rows.iter().find(|r| r.position == last_position)?;
        Some(current(layout, &rows, last, &last_snapshot, last_key)?)
    } else {
        None
    };
    Some(History {
        steps,
        current,
        corrected,
    })
}

/// Known rows with their values, in order of time.
fn fold(known: &[KnownRow]) -> Vec<Entry> {
    let mut known: Vec<&KnownRow> = known.iter().collect();
    known.sort_by_key(|row| row.key);
    let mut values = Snapshot::new();
    let mut entries = Vec::with_capacity(known.len());
    for row in known {
        for (name, change) in &row.changes {
            if change.after.is_null() {
                values.remove(name);
            } else if name != SOURCE_ROW {
                values.insert(name.clone(), change.after.clone());
            }
        }
        entries.push(Entry {
            key: row.key,
            snapshot: values.clone(),
            row: None,
        });
    }
    entries
}

fn difference(before: &Snapshot, after: &Snapshot) -> Changes {
    let mut changes = Changes::new();
    for (name, value) in after {
        let previous = before.get(name);
        if previous != Some(value) {
            changes.insert(
                name.clone(),
                Change {
                    before: previous.cloned().unwrap_or(Value::Null),
                    after: value.clone(),
                },
            );
        }
    }
    for (name, value) in before {
        if !after.contains_key(name) {
            changes.insert(
                name.clone(),
                Change {
                    before: value.clone(),
                    after: Value::Null,
                },
            );
        }
    }
    changes
}

fn source_row(layout: &Layout, row: &Row, key: RowKey, values: &Snapshot) -> Value {
    json!({
        "modCount": key.1,
        "repeat": key.2,
        "sourceState": values.get("sourceState"),
        "state": values.get("state"),
        "teamId": values.get("teamId"),
        "updatedBy": row.text(layout, Column::SysUpdatedBy),
    })
}

/// Columns that are bookkeeping, or that a field of the ticket shows.
const NOT_COPIED: &[Column] = &[
    Column::Number,
    Column::IncidentState,
    Column::SysUpdatedAt,
    Column::SysModCount,
    Column::SysUpdatedBy,
    Column::ReassignmentCount,
    Column::ReopenCount,
    Column::CallerId,
    Column::OpenedBy,
    Column::Category,
    Column::Subcategory,
    Column::Impact,
    Column::Urgency,
    Column::Priority,
    Column::AssignmentGroup,
    Column::AssignedTo,
    Column::ShortDescription,
    Column::Description,
];

fn get<T: DeserializeOwned>(values: &Snapshot, name: &str) -> Option<T> {
    serde_json::from_value(values.get(name)?.clone()).ok()
}

fn put(values: &mut Snapshot, name: &str, value: Option<impl Serialize>) {
    // Words, ids, numbers and instants always have a JSON form.
    if let Some(value) = value.and_then(|v| serde_json::to_value(v).ok()) {
        values.insert(name.to_owned(), value);
    }
}

/// The values of a ticket at a row, given those at the row before.
fn snapshot(
    layout: &Layout,
    row: &Row,
    names: &Names,
    matrix: &Matrix,
    before: &Snapshot,
) -> Snapshot {
    let text = |column| row.text(layout, column);
    let mut values = Snapshot::new();
    let was: Option<TicketState> = get(before, "state");
    let was_held: Option<HoldReason> = get(before, "holdReason");
    let word = text(Column::IncidentState).unwrap_or("?");
    let (state, reason) =
        mapping::state(word).unwrap_or((was.unwrap_or(TicketState::New), was_held));
    put(&mut values, "state", Some(state));
    put(&mut values, "sourceState", Some(word));
    if state == TicketState::OnHold {
        put(&mut values, "holdReason", reason);
        let interrupted = match was {
            Some(TicketState::OnHold) => get(before, "stateBeforeHold"),
            other => other,
        };
        put(&mut values, "stateBeforeHold", interrupted);
    }
    let done = |s: TicketState| matches!(s, TicketState::Resolved | TicketState::Closed);
    if done(state) {
        let earlier: Option<Timestamp> = get(before, "resolvedAt");
        let now = (state == TicketState::Resolved).then_some(row.updated_at);
        put(
            &mut values,
            "resolvedAt",
            earlier.filter(|_| was.is_some_and(done)).or(now),
        );
    }
    if matches!(state, TicketState::Closed | TicketState::Cancelled) {
        let earlier: Option<Timestamp> = get(before, "closedAt");
        put(
            &mut values,
            "closedAt",
            earlier
                .filter(|_| was == Some(state))
                .or(Some(row.updated_at)),
        );
    }
    let impact = row.impact.unwrap_or(Impact::Person);
    let urgency = row.urgency.unwrap_or(Urgency::Medium);
    put(&mut values, "impact", Some(impact));
    put(&mut values, "urgency", Some(urgency));
    let priority = row
        .priority
        .unwrap_or_else(|| priority_of(matrix, impact, urgency));
    put(&mut values, "priority", Some(priority));
    put(&mut values, "title", Some(title(layout, row)));
    put(
        &mut values,
        "channel",
        Some(mapping::channel(text(Column::ContactType))),
    );
    put(
        &mut values,
        "teamId",
        names.team(text(Column::AssignmentGroup)),
    );
    put(
        &mut values,
        "assigneeId",
        names.person(text(Column::AssignedTo)),
    );
    let requester = text(Column::CallerId).or(Some(UNKNOWN_PERSON));
    put(&mut values, "requesterId", names.person(requester));
    put(
        &mut values,
        "openedById",
        names.person(text(Column::OpenedBy)),
    );
    put(
        &mut values,
        "categoryId",
        names.category(text(Column::Category), text(Column::Subcategory)),
    );
    put(&mut values, "reopenCount", Some(row.reopen_count));
    put(
        &mut values,
        "reassignmentCount",
        Some(row.reassignment_count),
    );
    for (place, name) in layout.names().iter().enumerate() {
        let copied = NOT_COPIED.iter().all(|c| layout.place(*c) != Some(place));
        let value = row.fields()[place].trim();
        if copied && !value.is_empty() && value != "?" {
            put(&mut values, &format!("{SOURCE_COLUMN}{name}"), Some(value));
        }
    }
    values
}

/// The source's own line, or what it is about.
fn title(layout: &Layout, row: &Row) -> String {
    let text = |column| row.text(layout, column).map(str::trim);
    let title = match text(Column::ShortDescription) {
        Some(line) => line.to_owned(),
        None => {
            let about = [Column::Category, Column::Subcategory, Column::Symptom];
            let parts: Vec<&str> = about.into_iter().filter_map(text).collect();
            if parts.is_empty() {
                format!("Incident {}", row.number)
            } else {
                parts.join(" / ")
            }
        }
    };
    shorten(&title, TITLE_MAX)
}

fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        text.to_owned()
    } else {
        text.chars().take(most - 1).chain(['…']).collect()
    }
}

fn current(
    layout: &Layout,
    rows: &[Row],
    last: &Row,
    values: &Snapshot,
    key: RowKey,
) -> Option<Current> {
    let text = |column| last.text(layout, column).map(|t| t.trim().to_owned());
    let newest_known = |column| {
        rows.iter()
            .rev()
            .find_map(|r| r.text(layout, column))
            .map(|t| t.trim().to_owned())
    };
    let fields = layout
        .names()
        .iter()
        .zip(last.fields())
        .filter(|(_, value)| !value.trim().is_empty() && value.trim() != "?")
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Some(Current {
        title: get(values, "title")?,
        description: shorten(&text(Column::Description).unwrap_or_default(), BODY_MAX),
        state: get(values, "state")?,
        state_before_hold: get(values, "stateBeforeHold"),
        hold_reason: get(values, "holdReason"),
        impact: get(values, "impact")?,
        urgency: get(values, "urgency")?,
        priority: get(values, "priority")?,
        channel: get(values, "channel")?,
        team: get(values, "teamId"),
        assignee: get(values, "assigneeId"),
        requester: get(values, "requesterId")?,
        opened_by: get(values, "openedById"),
        category: get(values, "categoryId"),
        resolved_at: get(values, "resolvedAt"),
        closed_at: get(values, "closedAt"),
        source: Source {
            state: text(Column::IncidentState).unwrap_or_else(|| "?".into()),
            opened_at: last
                .opened_at
                .or_else(|| rows.iter().find_map(|r| r.opened_at))
                .unwrap_or(rows.first()?.updated_at),
            resolved_at: last.resolved_at,
            closed_at: last.closed_at,
            made_sla: last.made_sla,
            reopen_count: rows.iter().map(|r| r.reopen_count).max()?,
            reassignment_count: rows.iter().map(|r| r.reassignment_count).max()?,
            contact_type: text(Column::ContactType),
            problem: newest_known(Column::ProblemId),
            fields,
            last: (key.0, key.1),
        },
    })
}
