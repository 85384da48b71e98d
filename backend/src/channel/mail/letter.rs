//! What is to be written, and to whom: the payload of a mail's job. It names everything by id, so
//! that neither a waiting job nor a dead letter keeps a copy of what somebody wrote.

use super::KIND;
use crate::platform::error::Result;
use crate::platform::job::NewJob;
use serde::{Deserialize, Serialize};
use shared::id::{MessageId, PasswordLinkId, PersonId, TicketId};
use shared::password::PasswordLinkPurpose;

/// A letter to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// To whom.
    pub to: PersonId,
    /// About what.
    pub about: About,
}

/// What a letter is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// Something happened to a ticket.
    Ticket {
        /// Which.
        ticket: TicketId,
        /// What.
        news: News,
        /// Who did it.
        by: Option<PersonId>,
        /// The message that was written with it.
        message: Option<MessageId>,
    },
    /// A link by which its reader sets a password.
    Password {
        /// Which.
        link: PasswordLinkId,
        /// Why.
        purpose: PasswordLinkPurpose,
    },
    /// An administrator tries whether mail arrives.
    Test,
}

/// What happened to a ticket, as its requester's side is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// Somebody wrote it down for them.
    Received,
    /// Somebody who works on it wrote.
    Reply,
    /// It waits for their answer.
    Waiting,
    /// It was resolved.
    Resolved,
}

impl Letter {
    /// The job that sends it.
    pub fn job(&self) -> Result<NewJob> {
        Ok(NewJob {
            ticket: match self.about {
                About::Ticket { ticket, .. } => Some(ticket),
                About::Password { .. } | About::Test => None,
            },
            person: Some(self.to),
            ..NewJob::new(KIND, self)?
        })
    }
}
