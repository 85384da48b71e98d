//! How an answer will find its way back: each mail's Message-ID carries a token that names the
//! ticket and the person it was sent to, signed. A mail program puts the Message-ID into the answer's
//! `In-Reply-To` and `References`, so an answer brings the token along; nobody can make one up.

use crate::session::key::{self, Keys};
use shared::id::{JobId, PersonId, TicketId, decode, encode};
use uuid::Uuid;

/// What stands in place of the person in the Message-ID that a ticket's mails all refer to.
const EVERYBODY: PersonId = PersonId(Uuid::nil());

/// Ids of mails about one ticket.
pub struct Thread<'a> {
    keys: &'a Keys,
    domain: &'a str,
    ticket: TicketId,
}

impl<'a> Thread<'a> {
    /// Of a ticket; `domain` is the sender's.
    pub fn new(keys: &'a Keys, domain: &'a str, ticket: TicketId) -> Self {
        Self {
            keys,
            domain,
            ticket,
        }
    }

    /// The Message-ID of a mail to a person: the same each time its job is tried.
    pub fn message_id(&self, job: JobId, to: PersonId) -> String {
        format!(
            "<{}.{}@{}>",
            encode(job.0),
            write(self.keys, self.ticket, to),
            self.domain
        )
    }

    /// What all mails of the ticket refer to, so that mail programs show them as one conversation.
    pub fn root(&self) -> String {
        format!(
            "<{}@{}>",
            write(self.keys, self.ticket, EVERYBODY),
            self.domain
        )
    }
}

/// The Message-ID of a mail that is about no ticket.
pub fn message_id(domain: &str, job: JobId) -> String {
    format!("<{}@{domain}>", encode(job.0))
}

fn proof(keys: &Keys, ticket: TicketId, person: PersonId) -> Uuid {
    let mac = keys.sign_mail(ticket.0.as_bytes(), person.0.as_bytes());
    let mut half = [0; 16];
    half.copy_from_slice(&mac[..16]);
    Uuid::from_bytes(half)
}

fn write(keys: &Keys, ticket: TicketId, person: PersonId) -> String {
    format!(
        "{}{}{}",
        encode(ticket.0),
        encode(person.0),
        encode(proof(keys, ticket, person))
    )
}

/// The ticket and the person that a Message-ID of ours names; `None` for one that we did not write.
pub fn read(keys: &Keys, message_id: &str) -> Option<(TicketId, PersonId)> {
    let local = message_id
        .trim()
        .trim_start_matches('<')
        .split('@')
        .next()?;
    let token = local.rsplit('.').next()?;
    if token.len() != 78 || !token.is_ascii() {
        return None;
    }
    let ticket = TicketId(decode(&token[..26])?);
    let person = PersonId(decode(&token[26..52])?);
    let given = decode(&token[52..])?;
    let wanted = proof(keys, ticket, person);
    (key::same(given.as_bytes(), wanted.as_bytes()) && person != EVERYBODY)
        .then_some((ticket, person))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> (JobId, TicketId, PersonId) {
        (
            JobId(Uuid::from_u128(1)),
            TicketId(Uuid::from_u128(2)),
            PersonId(Uuid::from_u128(3)),
        )
    }

    #[test]
    fn an_answer_brings_back_ticket_and_person() {
        let keys = Keys::fixed();
        let (job, ticket, to) = ids();
        let thread = Thread::new(&keys, "help.example.org", ticket);
        let id = thread.message_id(job, to);
        assert_eq!(read(&keys, &id), Some((ticket, to)));
        assert_eq!(read(&keys, &format!(" {id} ")), Some((ticket, to)));
        assert!(id.len() < 200 && id.is_ascii(), "{id}");
    }

    #[test]
    fn nobody_makes_a_token_up() {
        let keys = Keys::fixed();
        let (job, ticket, to) = ids();
        let thread = Thread::new(&keys, "help.example.org", ticket);
        let id = thread.message_id(job, to);
        let other = Thread::new(&keys, "help.example.org", TicketId(Uuid::from_u128(9)))
            .message_id(job, to);
        // The start of one with the proof of another.
        let mixed = format!("{}{}", &other[..80], &id[80..]);
        for forged in [
            mixed.as_str(),
            &thread.root(),
            &id.replace("@", "x@"),
            "<@>",
            "",
            "<ä@example.org>",
            &format!("<{}@x>", "ä".repeat(39)),
        ] {
            assert_eq!(read(&keys, forged), None, "{forged}");
        }
    }
}
