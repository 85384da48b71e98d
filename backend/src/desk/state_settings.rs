//! What a department sets about its tickets' states: when what is resolved closes, how long it can be
//! reopened, for which reasons a ticket may wait, how it may be resolved.
//!
//! Settings are kept in all their versions. They hold for what happens from then on: a ticket that was
//! resolved keeps the day on which it closes, and one that was closed keeps the time in which it can
//! be reopened.

use super::store::state_settings as store;
use crate::organisation::access::authorize;
use crate::organisation::{Subject, emit, store as organisation};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::DepartmentId;
use shared::permission::SetUp;
use shared::ticket::{HoldOffer, HoldReason, ResolutionCode, StateSettings, check_state_settings};
use shared::time::Timestamp;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// All versions of a department's settings, the first one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Whose.
    pub department: DepartmentId,
    versions: Vec<Versioned>,
}

/// Settings as they hold from an instant on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Versioned {
    version: i32,
    since: Timestamp,
    settings: StateSettings,
}

impl History {
    /// Of a department that has set nothing.
    fn usual(department: DepartmentId) -> Self {
        let first = Versioned {
            version: 1,
            since: Timestamp::from_millis(0),
            settings: StateSettings::default(),
        };
        Self {
            department,
            versions: vec![first],
        }
    }

    fn last(&self) -> &Versioned {
        // There is always the first.
        &self.versions[self.versions.len() - 1]
    }

    /// As they are now.
    pub fn now(&self) -> &StateSettings {
        &self.last().settings
    }

    /// For edits.
    pub fn version(&self) -> i32 {
        self.last().version
    }

    /// As they were at an instant.
    fn at(&self, instant: Timestamp) -> &StateSettings {
        let found = self.versions.iter().rev().find(|one| one.since <= instant);
        &found.unwrap_or(&self.versions[0]).settings
    }

    /// Until when a ticket can be reopened that was closed then.
    pub fn reopen_until(&self, closed_at: Timestamp) -> Timestamp {
        let days = i64::from(self.at(closed_at).reopen_within_days);
        closed_at.plus_seconds(days * DAY)
    }

    /// When a ticket closes that is resolved now.
    pub fn closes_at(&self, now: Timestamp) -> Timestamp {
        now.plus_seconds(i64::from(self.now().close_after_days) * DAY)
    }

    /// A reason that is offered; a refusal in `reason` otherwise.
    ///
    /// # Errors
    /// The reason is not offered.
    pub fn require_reason(&self, reason: HoldReason) -> Result<HoldOffer> {
        self.now().offer(reason).ok_or_else(|| {
            Error::refused(
                code::INVALID,
                "reason",
                "This department does not use this reason.",
            )
        })
    }

    /// A code that is offered; a refusal in `code` otherwise.
    ///
    /// # Errors
    /// The code is not offered.
    pub fn require_code(&self, how: ResolutionCode) -> Result<()> {
        if self.now().offers(how) {
            return Ok(());
        }
        Err(Error::refused(
            code::INVALID,
            "code",
            "This department does not resolve tickets in this way.",
        ))
    }
}

/// When a hold ends that lasts so long as a department usually lets it.
pub fn wakes_at(now: Timestamp, offer: HoldOffer) -> Timestamp {
    now.plus_seconds(i64::from(offer.wake_up_days) * DAY)
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct StateSettingsEdit {
    /// Days until a resolved ticket closes by itself.
    pub close_after_days: Option<i32>,
    /// Days after closing in which a ticket can be reopened.
    pub reopen_within_days: Option<i32>,
    /// Reasons for which a ticket may wait.
    pub hold_reasons: Option<Vec<HoldOffer>>,
    /// Codes with which a ticket may be resolved.
    pub resolution_codes: Option<Vec<ResolutionCode>>,
}

/// The settings of a department.
pub async fn of(db: &impl Connection, department: DepartmentId) -> Result<History> {
    let found = of_many(db, &[department]).await?;
    Ok(found
        .into_iter()
        .next()
        .unwrap_or_else(|| History::usual(department)))
}

/// The settings of departments, in the same order.
pub async fn of_many(db: &impl Connection, departments: &[DepartmentId]) -> Result<Vec<History>> {
    let mut all: Vec<History> = departments.iter().copied().map(History::usual).collect();
    for row in store::of(db, departments).await? {
        let settings = serde_json::from_str(&row.settings)?;
        let history = all
            .iter_mut()
            .find(|one| one.department == row.department_id);
        if let Some(history) = history {
            history.versions.push(Versioned {
                version: row.version,
                since: row.since,
                settings,
            });
        }
    }
    Ok(all)
}

/// Changes the settings of a department, for what happens from now on.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    department: DepartmentId,
    expected_version: i32,
    edit: StateSettingsEdit,
) -> Result<History> {
    authorize(ctx, SetUp::Department(department))?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(&format!("states of {department}")).await?;
    organisation::department(uow.tx(), department)
        .await?
        .ok_or_else(|| Error::not_found("department"))?;
    let mut history = of(uow.tx(), department).await?;
    if history.version() != expected_version {
        return Err(Error::version_conflict());
    }
    let before = history.now().clone();
    let old = before.clone();
    let mut after = StateSettings {
        close_after_days: edit.close_after_days.unwrap_or(old.close_after_days),
        reopen_within_days: edit.reopen_within_days.unwrap_or(old.reopen_within_days),
        hold_reasons: edit.hold_reasons.unwrap_or(old.hold_reasons),
        resolution_codes: edit.resolution_codes.unwrap_or(old.resolution_codes),
    };
    check_state_settings(&after)?;
    after.tidy();
    let changes = Changeset::new()
        .field(
            "closeAfterDays",
            &before.close_after_days,
            &after.close_after_days,
        )
        .field(
            "reopenWithinDays",
            &before.reopen_within_days,
            &after.reopen_within_days,
        )
        .field("holdReasons", &before.hold_reasons, &after.hold_reasons)
        .field(
            "resolutionCodes",
            &before.resolution_codes,
            &after.resolution_codes,
        );
    if changes.is_empty() {
        return Ok(history);
    }
    let next = Versioned {
        version: history.version() + 1,
        since: ctx.now,
        settings: after,
    };
    let row = store::Model {
        department_id: department,
        version: next.version,
        since: next.since,
        settings: serde_json::to_string(&next.settings)?,
    };
    store::insert(uow.tx(), row).await?;
    let subject = Subject {
        kind: DepartmentId::PREFIX,
        id: department.0,
        department: Some(department),
        // The department's own version has not changed.
        version: None,
    };
    emit(&mut uow, EventKind::StateSettingsEdited, subject, changes);
    uow.commit().await?;
    history.versions.push(next);
    Ok(history)
}
