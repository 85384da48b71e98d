//! Writes a mail at the moment at which it is sent: from the ticket, the message and the rights of
//! that moment, so that nobody is written what they may not see any more.

use super::letter::{About, Letter, News};
use super::outbox::Outbox;
use super::render::{self, Content};
use super::store;
use super::token::{self, Thread};
use crate::desk::entity::{Part, message, ticket};
use crate::desk::store::{message as messages, participant, ticket as tickets};
use crate::organisation::entity::person::Model as Person;
use crate::organisation::password_link::{self, Good};
use crate::organisation::{reference, settings, store as people};
use crate::platform::Platform;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::session::key::Keys;
use shared::id::{JobId, MessageId, PersonId, TicketId};
use shared::password::PasswordLinkPurpose;
use shared::ticket::MessageVisibility;
use shared::time::Timestamp;

/// A mail that is ready to be put into an envelope.
pub struct Mail {
    /// The job's id: the same for each attempt.
    pub job: JobId,
    /// Name and address of whoever gets it.
    pub to: (String, String),
    /// When.
    pub at: Timestamp,
    /// Subject.
    pub subject: String,
    /// Message-ID.
    pub id: String,
    /// The Message-ID that all mails of the conversation refer to.
    pub root: Option<String>,
    /// What it says.
    pub content: Content,
}

/// Writes the mail of a letter; `None` when it concerns its reader no more.
pub async fn compose(
    platform: &Platform,
    keys: &Keys,
    outbox: &Outbox,
    job: JobId,
    letter: &Letter,
) -> Result<Option<Mail>> {
    let db = platform.db.reader();
    let Some(reader) = people::person(db, letter.to).await?.filter(|p| p.active) else {
        return Ok(None);
    };
    let organisation = settings::organisation(db).await?.name;
    let mail = |subject: String, content: Content| Mail {
        job,
        to: (reader.name.clone(), reader.email.clone()),
        at: platform.clock.now(),
        subject: render::subject(&subject),
        id: token::message_id(outbox.domain(), job),
        root: None,
        content: Content {
            organisation: organisation.clone(),
            name: reader.name.clone(),
            ..content
        },
    };
    Ok(match &letter.about {
        About::Test => Some(mail(
            format!("Mail from {organisation} arrives"),
            Content {
                headline: "This is the test mail that you asked for.".to_owned(),
                notes: vec!["If you read this, mail works.".to_owned()],
                link: Some(("Open Bellhop".to_owned(), outbox.link("/"))),
                reason: "You get this because you asked for it.".to_owned(),
                ..Content::default()
            },
        )),
        About::Password { link, .. } => password_link::arm(platform, *link)
            .await?
            .filter(|(_, good)| good.person.id == reader.id)
            .map(|(token, good)| {
                let (subject, content) = about_password(outbox, &organisation, &token, &good);
                mail(subject, content)
            }),
        About::Ticket {
            ticket,
            news,
            by,
            message,
        } => {
            let found = about_ticket(db, outbox, &reader, *ticket, (*news, *by, *message)).await?;
            found.map(|(subject, content)| {
                let thread = Thread::new(keys, outbox.domain(), *ticket);
                Mail {
                    id: thread.message_id(job, reader.id),
                    root: Some(thread.root()),
                    ..mail(subject, content)
                }
            })
        }
    })
}

/// Subject and content of a mail with a link by which its reader sets a password. The token stands
/// behind `#`: browsers send that part to no server.
fn about_password(
    outbox: &Outbox,
    organisation: &str,
    token: &str,
    good: &Good,
) -> (String, Content) {
    let login = &good.person.login;
    let link = outbox.link(&format!("/set-password#{token}"));
    let content = Content {
        link: Some(("Set your password".to_owned(), link)),
        reason: format!(
            "You get this because this is the mail address of the sign-in name {login}."
        ),
        ..Content::default()
    };
    match good.link.purpose {
        PasswordLinkPurpose::Invitation => (
            format!("Your sign-in for {organisation}"),
            Content {
                headline: format!("You can ask for help and things at {organisation}."),
                notes: vec![
                    format!("Your sign-in name is {login}. Set a password to begin."),
                    "The link can be used once, within seven days.".to_owned(),
                ],
                ..content
            },
        ),
        PasswordLinkPurpose::Reset => (
            format!("A new password for {organisation}"),
            Content {
                headline: format!("Somebody asked for a new password for {login}."),
                notes: vec![
                    "If that was you, the link below can be used once, within an hour.".to_owned(),
                    "If it was not you, there is nothing to do: your password stays as it is."
                        .to_owned(),
                ],
                ..content
            },
        ),
    }
}

/// Subject and content of news about a ticket, for somebody who still takes part in it.
async fn about_ticket(
    db: &impl Connection,
    outbox: &Outbox,
    reader: &Person,
    id: TicketId,
    (news, by, message): (News, Option<PersonId>, Option<MessageId>),
) -> Result<Option<(String, Content)>> {
    let Some(ticket) = tickets::by_ids(db, &[id]).await?.pop() else {
        return Ok(None);
    };
    let parts = participant::parts(db, id).await?;
    let mut own = parts.iter().filter(|row| row.person_id == reader.id);
    let Some(part) = own.next().map(|row| row.part) else {
        return Ok(None);
    };
    let asked = part == Part::Requester || own.any(|row| row.part == Part::Requester);
    if store::who_want_ticket_mails(db, vec![reader.id])
        .await?
        .is_empty()
    {
        return Ok(None);
    }
    let department = reference::department(db, ticket.department_id).await?;
    // What cannot be looked up is taken for confidential.
    let confidential = ticket.restricted || department.is_none_or(|d| d.confidential);
    let link = outbox.link(&format!("/requests/{}", ticket.reference));
    let reason = if asked {
        "You get this because it is your request. You can switch such mails off in the menu behind your initials."
    } else {
        "You get this because you watch this request. You can switch such mails off in the menu behind your initials."
    };
    if confidential {
        return Ok(Some(sealed(&ticket, news, link, reason)));
    }
    let message = match message {
        Some(message) => messages::find(db, message)
            .await?
            .filter(|m| m.ticket_id == id && m.visibility == MessageVisibility::Public),
        None => None,
    };
    let by = match by {
        Some(by) => people::person(db, by).await?.map(|person| person.name),
        None => None,
    };
    let content = Content {
        link: Some((button(news).to_owned(), link)),
        reason: reason.to_owned(),
        ..open(&ticket, news, by.as_deref(), message)
    };
    Ok(Some((
        format!("[{}] {}", ticket.reference, ticket.title),
        content,
    )))
}

/// What a mail about a confidential ticket says: that there is something to read, and where.
fn sealed(ticket: &ticket::Model, news: News, link: String, reason: &str) -> (String, Content) {
    let headline = match news {
        News::Waiting => format!("{} waits for an answer from you.", ticket.reference),
        News::Received | News::Reply | News::Resolved => {
            format!("There is something new in {}.", ticket.reference)
        }
    };
    let content = Content {
        headline,
        notes: vec!["It is confidential, so it can be read on its page alone.".to_owned()],
        link: Some(("Read it".to_owned(), link)),
        reason: reason.to_owned(),
        ..Content::default()
    };
    (
        format!("[{}] There is something new for you", ticket.reference),
        content,
    )
}

fn button(news: News) -> &'static str {
    match news {
        News::Waiting => "Answer",
        News::Received | News::Reply | News::Resolved => "Open it",
    }
}

fn open(
    ticket: &ticket::Model,
    news: News,
    by: Option<&str>,
    message: Option<message::Model>,
) -> Content {
    let who = by.unwrap_or("Bellhop");
    let said = message.map(|message| message.body);
    let (headline, body, note) = match news {
        News::Received => (
            format!("{who} wrote this down for you as {}:", ticket.reference),
            Some(format!(
                "**{}**\n\n{}",
                render::line(&ticket.title).replace('*', "\\*"),
                ticket.description
            )),
            None,
        ),
        News::Reply => (format!("{who} wrote:"), said, None),
        News::Waiting => (
            format!("{who} needs an answer from you."),
            said,
            Some("Until then this waits."),
        ),
        News::Resolved => (
            format!("{who} resolved this:"),
            ticket.resolution_message.clone().or(said),
            Some(
                "Is it not solved? Say so on its page; without an answer it is closed in a few days.",
            ),
        ),
    };
    Content {
        headline,
        body,
        notes: note.into_iter().map(str::to_owned).collect(),
        ..Content::default()
    }
}
