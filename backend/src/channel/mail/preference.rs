//! Which mail a person wants.

use super::store;
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::platform::event_log::NewEvent;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::PersonId;

/// Whether the person who asks wants mail about tickets.
pub async fn ticket_mails(platform: &Platform, ctx: &Context) -> Result<bool> {
    let wanted = store::who_want_ticket_mails(platform.db.reader(), vec![ctx.person()]).await?;
    Ok(!wanted.is_empty())
}

/// Sets whether the person who asks wants mail about tickets.
pub async fn set_ticket_mails(platform: &Platform, ctx: &Context, wanted: bool) -> Result<bool> {
    let person = ctx.person();
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    // Twice at once, the later one counts.
    uow.wait_turn(&format!("mail preferences {person}")).await?;
    let before = !store::who_want_ticket_mails(uow.tx(), vec![person])
        .await?
        .is_empty();
    if before == wanted {
        return Ok(wanted);
    }
    store::set_ticket_mails(uow.tx(), person, wanted).await?;
    uow.emit(NewEvent {
        occurred_at: ctx.now,
        kind: EventKind::PersonEdited,
        subject_kind: PersonId::PREFIX,
        subject_id: person.0,
        ticket: None,
        department: None,
        version_after: None,
        cause: None,
        changes: Changeset::new()
            .field("ticketMails", &before, &wanted)
            .finish(),
    });
    uow.commit().await?;
    Ok(wanted)
}
