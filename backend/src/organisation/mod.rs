//! Who there is: departments, teams, people and their roles, sites, services and categories.
//!
//! Each file has the use cases of one thing: authorise, load, ask the rule in `shared`, save, emit
//! an event, commit.

pub mod access;
pub mod api_token;
pub mod category;
pub mod department;
pub mod entity;
pub mod leaving;
pub mod password;
pub mod password_link;
mod password_link_store;
pub mod person;
pub mod reference;
pub mod role;
pub mod service;
pub mod settings;
pub mod site;
pub mod store;
pub mod team;

use crate::platform::changes::Changeset;
use crate::platform::event_log::NewEvent;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::DepartmentId;
use uuid::Uuid;

/// Departments are founded and changed one at a time: no two have the same key, and the default one
/// stays open to all.
const DEPARTMENTS_TURN: &str = "departments";

/// What an event of the set-up is about.
pub(crate) struct Subject {
    /// Kind, as its id's prefix.
    pub kind: &'static str,
    /// Which.
    pub id: Uuid,
    /// The department that it belongs to.
    pub department: Option<DepartmentId>,
    /// Its version after the act.
    pub version: Option<i32>,
}

/// Emits an event of the set-up.
pub(crate) fn emit(uow: &mut UnitOfWork, kind: EventKind, subject: Subject, changes: Changeset) {
    uow.emit(NewEvent {
        occurred_at: uow.context().now,
        kind,
        subject_kind: subject.kind,
        subject_id: subject.id,
        ticket: None,
        department: subject.department,
        version_after: subject.version,
        cause: None,
        changes: changes.finish(),
    });
}

/// A text without the blanks around it; `None` when nothing is left.
pub(crate) fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}
