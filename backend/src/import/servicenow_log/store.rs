//! What the database knows of incidents of the source, and writing them.

use super::history::{Current, History, KnownRow, RowKey};
use crate::desk::entity::source::ROW as SOURCE_ROW;
use crate::desk::entity::{Part, participant, source, ticket};
use crate::platform::error::Result;
use crate::platform::event_log::{self, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::anyhow;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
};
use shared::event::EventKind;
use shared::id::{DepartmentId, TicketId};
use shared::ticket::{ClockRisk, DUE_ORDER_NONE, Reference, TicketKind};
use std::collections::HashMap;

/// Name of the source system.
pub const SYSTEM: &str = "servicenow";

/// Rows of one statement; a ticket has 44 columns, and SQLite takes 32,766 parameters.
const ROWS_A_STATEMENT: usize = 400;

/// What is known of these incidents, by number.
pub async fn sources(
    db: &impl ConnectionTrait,
    numbers: &[String],
) -> Result<HashMap<String, source::Model>> {
    let mut found = HashMap::new();
    for chunk in numbers.chunks(ROWS_A_STATEMENT) {
        let rows = source::Entity::find()
            .filter(source::Column::System.eq(SYSTEM))
            .filter(source::Column::Number.is_in(chunk))
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.number.clone(), row)));
    }
    Ok(found)
}

/// The rows of an incident that were imported before.
pub async fn known_rows(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Vec<KnownRow>> {
    let events = event_log::of_ticket(db, ticket, &[EventKind::TicketImported]).await?;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let changes = event.changes()?;
        let row = changes.get(SOURCE_ROW).map(|c| &c.after);
        let number = |name: &str| row.and_then(|r| r.get(name)?.as_i64());
        let key: RowKey = (
            event.occurred_at,
            number("modCount").unwrap_or(-1),
            u64::try_from(number("repeat").unwrap_or(0)).unwrap_or(0),
        );
        rows.push(KnownRow { key, changes });
    }
    Ok(rows)
}

/// An incident that is not known yet.
pub struct New {
    /// Its number.
    pub number: String,
    /// Digest of its rows.
    pub digest: String,
    /// Its steps and what it is.
    pub history: History,
}

/// Writes incidents that are not known yet, each with all its events.
pub async fn insert(uow: &mut UnitOfWork, department: DepartmentId, new: Vec<New>) -> Result<()> {
    let prefix = TicketKind::Incident.reference_prefix();
    let count = i64::try_from(new.len()).map_err(anyhow::Error::from)?;
    if count == 0 {
        return Ok(());
    }
    let last = uow.next_numbers(prefix, count).await?;
    let mut tickets = Vec::with_capacity(new.len());
    let mut participants = Vec::with_capacity(new.len());
    let mut sources = Vec::with_capacity(new.len());
    for (number, new) in ((last - count + 1)..=last).zip(new) {
        let id = TicketId(uow.next_id());
        let current = new
            .history
            .current
            .ok_or_else(|| anyhow!("a new incident has a last row"))?;
        let version = i32::try_from(new.history.steps.len()).map_err(anyhow::Error::from)?;
        let reference = Reference::new(TicketKind::Incident, number);
        let row = fresh(uow, id, &reference, department, &current, version);
        for (index, step) in (1i32..).zip(new.history.steps) {
            uow.emit(imported(
                id,
                department,
                step.occurred_at,
                index,
                step.changes,
            ));
        }
        participants.push(
            participant::Model {
                person_id: row.requester_id,
                ticket_id: id,
                part: Part::Requester,
                open: row.state.is_open(),
            }
            .into_active_model(),
        );
        sources
            .push(source_row(id, new.number, new.digest, &current, version)?.into_active_model());
        tickets.push(row.into_active_model());
    }
    for chunk in tickets.chunks(ROWS_A_STATEMENT) {
        ticket::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(uow.tx())
            .await?;
    }
    for chunk in participants.chunks(ROWS_A_STATEMENT) {
        participant::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(uow.tx())
            .await?;
    }
    for chunk in sources.chunks(ROWS_A_STATEMENT) {
        source::Entity::insert_many(chunk.to_vec())
            .exec_without_returning(uow.tx())
            .await?;
    }
    Ok(())
}

/// Adds to an incident what the file knows more of it. Whether anything was written. What people
/// changed here since the last import stays as they left it.
pub async fn extend(
    uow: &mut UnitOfWork,
    known: &source::Model,
    digest: String,
    history: History,
) -> Result<bool> {
    let id = known.ticket_id;
    let ticket = crate::desk::store::ticket::lock(uow.tx(), id)
        .await?
        .ok_or_else(|| anyhow!("{} has a source but no ticket", known.number))?;
    if history.steps.is_empty() && history.corrected.is_empty() {
        return Ok(false);
    }
    let department = ticket.department_id;
    let untouched = known.ticket_version == Some(ticket.version);
    let mut version = ticket.version;
    for step in history.steps {
        version += 1;
        uow.emit(imported(
            id,
            department,
            step.occurred_at,
            version,
            step.changes,
        ));
    }
    if !history.corrected.is_empty() {
        version += 1;
        let now = uow.context().now;
        let event = imported(id, department, now, version, history.corrected);
        uow.emit(NewEvent {
            kind: EventKind::TicketEdited,
            ..event
        });
    }
    let before = ticket.clone();
    let mut after = match &history.current {
        Some(current) if untouched => updated(&ticket, current),
        _ => ticket,
    };
    after.version = version;
    after.updated_at = uow.context().now;
    if after.requester_id != before.requester_id {
        let (old, new) = (before.requester_id, after.requester_id);
        crate::desk::store::participant::remove(uow.tx(), id, old, Part::Requester).await?;
        crate::desk::store::participant::add(uow.tx(), &before, new, Part::Requester).await?;
    }
    crate::desk::store::ticket::update(uow.tx(), &before, &after).await?;
    let mut row = match &history.current {
        Some(current) => {
            let mut row = source_row(id, known.number.clone(), digest, current, version)?;
            // Highest of all rows, those of earlier files included.
            row.reopen_count = row.reopen_count.max(known.reopen_count);
            row.reassignment_count = row.reassignment_count.max(known.reassignment_count);
            row.problem = row.problem.or_else(|| known.problem.clone());
            row
        }
        None => known.clone(),
    };
    row.ticket_version = if untouched {
        Some(version)
    } else {
        known.ticket_version
    };
    source::Entity::update_many()
        .set(row.into_active_model().reset_all())
        .filter(source::Column::TicketId.eq(id))
        .exec(uow.tx())
        .await?;
    Ok(true)
}

fn imported(
    id: TicketId,
    department: DepartmentId,
    occurred_at: shared::time::Timestamp,
    version: i32,
    changes: Changes,
) -> NewEvent {
    NewEvent {
        occurred_at,
        kind: EventKind::TicketImported,
        subject_kind: TicketId::PREFIX,
        subject_id: id.0,
        ticket: Some(id),
        department: Some(department),
        version_after: Some(version),
        cause: None,
        changes,
    }
}

fn fresh(
    uow: &UnitOfWork,
    id: TicketId,
    reference: &Reference,
    department: DepartmentId,
    current: &Current,
    version: i32,
) -> ticket::Model {
    let opened_at = current.source.opened_at;
    let empty = ticket::Model {
        id,
        kind: TicketKind::Incident,
        reference_prefix: reference.prefix.clone(),
        reference_number: reference.number,
        reference: reference.to_string(),
        title: String::new(),
        description: String::new(),
        state: current.state,
        state_before_hold: None,
        source_state: None,
        impact: current.impact,
        urgency: current.urgency,
        priority: current.priority,
        channel: current.channel,
        department_id: department,
        team_id: None,
        assignee_id: None,
        requester_id: current.requester,
        requested_for_id: None,
        opened_by_id: None,
        service_id: None,
        category_id: None,
        // Such a log does not say where its people worked then.
        site_id: None,
        catalog_item_id: None,
        catalog_item_version: None,
        answers: None,
        hold_reason: None,
        wake_up_at: None,
        resolution_code: None,
        resolution_message: None,
        created_at: opened_at,
        // When it changed here: what is pulled or listed by this instant misses no late import.
        updated_at: uow.context().now,
        contact_at: opened_at,
        resolved_at: None,
        closed_at: None,
        due_at: None,
        due_order: DUE_ORDER_NONE,
        risk: ClockRisk::None,
        expected_by: None,
        agreement_id: None,
        unanswered: false,
        restricted: false,
        reopen_count: 0,
        reassignment_count: 0,
        version,
    };
    updated(&empty, current)
}

/// The ticket with the values of the last row.
fn updated(ticket: &ticket::Model, current: &Current) -> ticket::Model {
    ticket::Model {
        title: current.title.clone(),
        description: current.description.clone(),
        state: current.state,
        state_before_hold: current.state_before_hold,
        source_state: Some(current.source.state.clone()),
        impact: current.impact,
        urgency: current.urgency,
        priority: current.priority,
        channel: current.channel,
        team_id: current.team,
        assignee_id: current.assignee,
        requester_id: current.requester,
        opened_by_id: current.opened_by,
        category_id: current.category,
        hold_reason: current.hold_reason,
        created_at: current.source.opened_at,
        contact_at: current.source.opened_at,
        resolved_at: current.resolved_at,
        closed_at: current.closed_at,
        reopen_count: current.source.reopen_count.max(ticket.reopen_count),
        reassignment_count: current
            .source
            .reassignment_count
            .max(ticket.reassignment_count),
        ..ticket.clone()
    }
}

fn source_row(
    id: TicketId,
    number: String,
    digest: String,
    current: &Current,
    version: i32,
) -> Result<source::Model> {
    let from = &current.source;
    Ok(source::Model {
        ticket_id: id,
        system: SYSTEM.to_owned(),
        number,
        state: from.state.clone(),
        opened_at: from.opened_at,
        resolved_at: from.resolved_at,
        closed_at: from.closed_at,
        made_sla: from.made_sla,
        reopen_count: from.reopen_count,
        reassignment_count: from.reassignment_count,
        contact_type: from.contact_type.clone(),
        problem: from.problem.clone(),
        fields: serde_json::to_string(&from.fields)?,
        last_at: Some(from.last.0),
        last_mod_count: Some(from.last.1),
        digest: Some(digest),
        ticket_version: Some(version),
    })
}
