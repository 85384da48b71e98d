//! The demo goes, and the first hour begins anew.
//!
//! The rule is simple: everything goes. What people made by hand in a demo hangs on its departments,
//! agreements and people, so nothing of it is kept; what is left is an empty database that waits for
//! its first administrator, and one entry of the audit log that says what was removed by whom.

use super::removal_store as store;
use crate::organisation::access::authorize;
use crate::organisation::settings::{self, organisation};
use crate::organisation::store as people;
use crate::organisation::{Subject, emit, password, reference};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::{SignInError, proof};
use shared::event::EventKind;
use shared::permission::{SetUp, SiteRole};
use uuid::Uuid;

/// Setting: a demo was removed here, so that no start plants another one by itself: its passwords are
/// known to everybody.
const REMOVED: &str = "demo.removed";
/// Sequences that are left out between the demo's last event and the first one after it.
const GAP: i64 = 20_000;

/// What goes with the demo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoData {
    /// Name of the organisation, to be typed by whoever removes it.
    pub organisation: String,
    /// What is there of it.
    pub counts: Counts,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Departments.
    pub departments: i64,
    /// People, deactivated ones too.
    pub people: i64,
    /// Tickets.
    pub tickets: i64,
    /// Messages and notes.
    pub messages: i64,
    /// Attached files.
    pub files: i64,
}

/// What would go; `None` where the data is not the demo's. For administrators.
pub async fn demo_data(db: &impl Connection, ctx: &Context) -> Result<Option<DemoData>> {
    authorize(ctx, SetUp::Site)?;
    present(db).await
}

async fn present(db: &impl Connection) -> Result<Option<DemoData>> {
    let found = organisation(db).await?;
    if !found.demo {
        return Ok(None);
    }
    Ok(Some(DemoData {
        organisation: found.name,
        counts: store::counts(db).await?,
    }))
}

/// Whether a demo was removed from this database.
pub async fn was_removed(db: &impl Connection) -> Result<bool> {
    Ok(setting::get(db, REMOVED).await?.unwrap_or(false))
}

/// Removes the demo for an administrator who types the organisation's name and proves once more who
/// they are. Everybody's sessions end, theirs too.
pub async fn remove_as_administrator(
    platform: &Platform,
    ctx: &Context,
    typed: &str,
    current_password: &str,
) -> Result<DemoData> {
    authorize(ctx, SetUp::Site)?;
    // A tool has no session, and may not.
    let session = ctx.session.ok_or_else(Error::forbidden)?;
    let db = platform.db.reader();
    expect(present(db).await?.as_ref(), typed)?;
    let person = reference::require_person(db, ctx.person(), "").await?;
    let proof = proof::prove(
        platform,
        ctx,
        session,
        person.password_hash,
        current_password,
    )
    .await
    .map_err(password::refusal)?;
    let uow = UnitOfWork::begin(platform, ctx).await?;
    store::keep_others_out(uow.tx()).await?;
    let row = people::lock_person(uow.tx(), person.id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(Error::forbidden)?;
    let roles = people::site_roles_of(uow.tx(), &[row.id]).await?;
    if !roles
        .iter()
        .any(|held| held.role == SiteRole::Administrator)
    {
        return Err(Error::forbidden());
    }
    if !proof.holds(&uow, row.password_hash.as_deref()).await? {
        return Err(password::refusal(SignInError::WrongCredentials));
    }
    take_away(platform, uow, typed, Some(&row.name)).await
}

/// Removes the demo for whoever operates the server, and could as well delete the whole folder.
pub async fn remove_as_operator(platform: &Platform, typed: &str) -> Result<DemoData> {
    let ctx = Context::system(platform.clock.now(), "command:demo");
    let uow = UnitOfWork::begin(platform, &ctx).await?;
    store::keep_others_out(uow.tx()).await?;
    take_away(platform, uow, typed, None).await
}

/// All of it in one transaction; the files follow, and what of them a crash leaves is found by
/// housekeeping, as any file without a row.
async fn take_away(
    platform: &Platform,
    mut uow: UnitOfWork,
    typed: &str,
    by: Option<&str>,
) -> Result<DemoData> {
    let gone = expect(present(uow.tx()).await?.as_ref(), typed)?;
    let files = store::files(uow.tx()).await?;
    store::empty(uow.tx()).await?;
    setting::set(uow.tx(), REMOVED, &true).await?;
    // Whoever listened to the demo is so far behind that no difference is told: they start over.
    uow.next_numbers("event", GAP).await?;
    let subject = Subject {
        kind: "organisation",
        id: Uuid::nil(),
        department: None,
        version: None,
    };
    let counts = &gone.counts;
    let mut changes = Changeset::new()
        .field("name", gone.organisation.as_str(), settings::UNNAMED)
        .field("demo", &true, &false)
        .field("departments", &counts.departments, &0)
        .field("people", &counts.people, &0)
        .field("tickets", &counts.tickets, &0);
    if let Some(by) = by {
        // Their row is gone with all others.
        changes = changes.first("by", by);
    }
    emit(&mut uow, EventKind::DemoRemoved, subject, changes);
    uow.commit().await?;
    for file in files {
        if let Err(error) = platform.files.destroy(file).await {
            tracing::warn!(%error, %file, "a file of the demo is left to housekeeping");
        }
    }
    Ok(gone)
}

/// Refuses where there is no demo, and whoever did not type what goes.
fn expect(present: Option<&DemoData>, typed: &str) -> Result<DemoData> {
    let Some(present) = present else {
        return Err(Error::refused(
            "NOT_A_DEMO",
            "",
            "This is not the demo organisation: nothing was removed.",
        ));
    };
    if typed.trim() != present.organisation {
        return Err(Error::refused(
            "NOT_THE_NAME",
            "organisation",
            format!(
                "Please type the organisation's name: {}",
                present.organisation
            ),
        ));
    }
    Ok(present.clone())
}
