//! Notes for the audit log that somebody guesses a person's password.

use super::lockout::Counted;
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::event_log::NewEvent;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::PersonId;
use shared::time::Timestamp;

/// The same beside the answer to a stranger: how long it takes does not tell whether the name exists.
pub fn raise(
    platform: Platform,
    person: PersonId,
    counted: Counted,
    source: String,
    now: Timestamp,
    request_id: String,
) {
    tokio::spawn(async move {
        let noted = wrong_password(&platform, person, counted, &source, now, &request_id).await;
        if let Err(error) = noted {
            tracing::error!(%error, %person, "a guessed password could not be noted");
        }
    });
}

/// To be called after a wrong password: notes it when it was the one after which its source waits,
/// or the one that makes an attack of strangers' failures. So there is one note for each source and
/// day, not one for each guess. Names that nobody has are not noted: people type passwords there.
pub async fn wrong_password(
    platform: &Platform,
    person: PersonId,
    counted: Counted,
    source: &str,
    now: Timestamp,
    request_id: &str,
) -> Result<()> {
    let how = match (counted.is_attack(), counted.holds_up()) {
        (true, _) => "attack",
        (false, true) => "held_up",
        (false, false) => return Ok(()),
    };
    let context = Context::system(now, request_id);
    let mut uow = UnitOfWork::begin(platform, &context).await?;
    let changes = Changeset::new().first("source", source).first("how", how);
    uow.emit(NewEvent {
        occurred_at: now,
        kind: EventKind::SignInHeldUp,
        subject_kind: PersonId::PREFIX,
        subject_id: person.0,
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes: changes.finish(),
    });
    uow.commit().await?;
    Ok(())
}
