//! Links by which people set a password: an invitation, or after forgetting the old one. A link is
//! good once and for a while. Its token is made when its mail is written and kept as a digest alone,
//! so that it stands nowhere but in the mail.

use super::access::authorize;
use super::entity::person::Model as Person;
use super::password::{OnSet, confidential_leads, replace};
use super::password_link_store::{self as links, link};
use super::person::subject;
use super::{emit, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result};
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::{normal_login, password, token};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use shared::event::EventKind;
use shared::id::PasswordLinkId;
use shared::organisation::check_password;
use shared::password::PasswordLinkPurpose;
use shared::permission::SetUp;
use shared::time::Timestamp;

/// How long a link is good after somebody forgot their password.
pub const RESET_SECONDS: i64 = 3_600;
/// How long an invitation is good.
pub const INVITATION_SECONDS: i64 = 7 * 86_400;
/// Links after forgetting that one person is sent within [`RESET_SECONDS`].
const MOST_RESETS: u64 = 3;
/// People who share a mail address and are all written to.
const MOST_PEOPLE: u64 = 5;
/// Length of a token in bytes.
const TOKEN_BYTES: usize = 32;
/// How long links are kept after they ran out.
const KEPT_SECONDS: i64 = 30 * 86_400;
/// Longest name that is looked for, in characters.
const NAME_MAX: usize = 254;

/// A link that is good now, and whose it is.
pub struct Good {
    /// The link.
    pub link: link::Model,
    /// Whose.
    pub person: Person,
}

/// Invites somebody who has no password yet; whoever writes the mail arms the link.
pub async fn invite(uow: &mut UnitOfWork, person: &Person) -> Result<PasswordLinkId> {
    authorize(uow.context(), SetUp::Site)?;
    if person.password_hash.is_some() {
        return Err(Error::not_allowed_now(
            "This person has a password already. On the sign-in page they can set a new one.",
        ));
    }
    create(
        uow,
        person,
        PasswordLinkPurpose::Invitation,
        INVITATION_SECONDS,
    )
    .await
}

/// Links for those who forgot the password of this sign-in name or mail address: none for an unknown
/// name, for people who never had a password or an invitation, and for those who asked too often.
pub async fn forgotten(uow: &mut UnitOfWork, name: &str) -> Result<Vec<(PasswordLinkId, Person)>> {
    let now = uow.context().now;
    let name = normal_login(name);
    if name.is_empty() || name.chars().count() > NAME_MAX || name.contains('\0') {
        return Ok(Vec::new());
    }
    let mut made = Vec::new();
    for person in links::people_called(uow.tx(), &name, MOST_PEOPLE).await? {
        // Held, so that those who ask at once are counted one after the other.
        let person = store::lock_person(uow.tx(), person.id).await?;
        let Some(person) = person.filter(|row| row.active) else {
            continue;
        };
        let db = uow.tx();
        let since = |purpose, seconds: i64| {
            links::count_since(db, person.id, purpose, now.plus_seconds(-seconds))
        };
        let invited = since(PasswordLinkPurpose::Invitation, i64::from(i32::MAX)).await? > 0;
        let asked = since(PasswordLinkPurpose::Reset, RESET_SECONDS).await?;
        if (person.password_hash.is_none() && !invited) || asked >= MOST_RESETS {
            continue;
        }
        let id = create(uow, &person, PasswordLinkPurpose::Reset, RESET_SECONDS).await?;
        made.push((id, person));
    }
    Ok(made)
}

async fn create(
    uow: &mut UnitOfWork,
    person: &Person,
    purpose: PasswordLinkPurpose,
    seconds: i64,
) -> Result<PasswordLinkId> {
    let now = uow.context().now;
    let id = PasswordLinkId(uow.next_id());
    let row = link::Model {
        id,
        person_id: person.id,
        purpose,
        token_digest: None,
        created_at: now,
        expires_at: now.plus_seconds(seconds),
        used_at: None,
    };
    links::insert(uow.tx(), row).await?;
    let changes = Changeset::new().first("purpose", &purpose);
    emit(uow, EventKind::PasswordLinkSent, subject(person), changes);
    Ok(id)
}

/// A new token for a link that is still good, for its mail; `None` when it is not. An older token of
/// the same link ends.
pub async fn arm(platform: &Platform, id: PasswordLinkId) -> Result<Option<(String, Good)>> {
    let now = platform.clock.now();
    let Some(link) = links::find(platform.db.reader(), id).await? else {
        return Ok(None);
    };
    let Some(good) = good(platform, link, now).await? else {
        return Ok(None);
    };
    let mut bytes = [0; TOKEN_BYTES];
    platform.ids.fill(&mut bytes);
    let text = URL_SAFE_NO_PAD.encode(bytes);
    let tx = platform.db.begin().await?;
    links::arm(&tx, id, &token::digest(&text)).await?;
    tx.commit().await?;
    Ok(Some((text, good)))
}

/// Whose link this token is of, if it is good now.
pub async fn look(platform: &Platform, text: &str, now: Timestamp) -> Result<Option<Good>> {
    match links::by_digest(platform.db.reader(), &token::digest(text)).await? {
        Some(link) => good(platform, link, now).await,
        None => Ok(None),
    }
}

async fn good(platform: &Platform, link: link::Model, now: Timestamp) -> Result<Option<Good>> {
    if !in_time(&link, now) {
        return Ok(None);
    }
    let person = store::person(platform.db.reader(), link.person_id).await?;
    Ok(person
        .filter(|person| person.active)
        .map(|person| Good { link, person }))
}

fn in_time(link: &link::Model, now: Timestamp) -> bool {
    link.used_at.is_none() && now < link.expires_at
}

/// Sets the password of a link's person, ends all their sessions and links, and tells whom it
/// concerns. `LINK_INVALID` for a link that is not good any more.
pub async fn redeem(
    platform: &Platform,
    ctx: &Context,
    text: &str,
    new: &str,
    on_set: &dyn OnSet,
) -> Result<Person> {
    let found = look(platform, text, ctx.now).await?.ok_or_else(invalid)?;
    check_password(&found.person.login, new)?;
    // Hashing takes long on purpose, so it is done before the writer is taken.
    let hash = password::hash(&platform.ids, new).await?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    // Meanwhile somebody else may have used it, or the person may have left.
    let person = store::lock_person(uow.tx(), found.person.id)
        .await?
        .filter(|person| person.active)
        .ok_or_else(invalid)?;
    let link = links::by_digest(uow.tx(), &token::digest(text))
        .await?
        .filter(|link| in_time(link, ctx.now) && link.person_id == person.id)
        .ok_or_else(invalid)?;
    check_password(&person.login, new)?;
    let changes = Changeset::new().first("purpose", &link.purpose);
    emit(
        &mut uow,
        EventKind::PasswordLinkUsed,
        subject(&person),
        changes,
    );
    replace(&mut uow, &person, hash, None).await?;
    let leads = confidential_leads(&uow, person.id).await?;
    on_set.tell(&mut uow, &person, leads).await?;
    uow.commit().await?;
    Ok(person)
}

/// Why a link is not good is not told: it may be anybody who asks.
fn invalid() -> Error {
    Error::refused(
        "LINK_INVALID",
        "",
        "This link is not good any more. Links can be used once, and for a while.",
    )
}

/// Forgets links that ran out long ago.
pub async fn sweep(platform: &Platform) -> Result<()> {
    let tx = platform.db.begin().await?;
    links::delete_before(&tx, platform.clock.now().plus_seconds(-KEPT_SECONDS)).await?;
    tx.commit().await?;
    Ok(())
}
