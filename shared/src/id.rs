//! Typed ids. In the API an id is a prefix and a UUIDv7 in 26 characters (the TypeID format):
//! `ticket_01jc3…`; in the database it is the UUID alone.

use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the id of a {expected}")]
pub struct InvalidId {
    /// The wanted prefix.
    pub expected: &'static str,
    /// What was given, shortened.
    pub text: String,
}

/// 128 bits in 26 base-32 characters, most significant first.
pub fn encode(uuid: Uuid) -> String {
    let value = uuid.as_u128();
    (0..26)
        .rev()
        .map(|i| ALPHABET[((value >> (5 * i)) & 31) as usize] as char)
        .collect()
}

/// The reverse of [`encode`]; `None` for anything that it could not have written.
pub fn decode(text: &str) -> Option<Uuid> {
    let bytes = text.as_bytes();
    if bytes.len() != 26 || bytes[0] > b'7' {
        return None;
    }
    bytes
        .iter()
        .try_fold(0u128, |value, byte| {
            let digit = ALPHABET.iter().position(|letter| letter == byte)?;
            Some((value << 5) | digit as u128)
        })
        .map(Uuid::from_u128)
}

/// The prefix of an id's text, before its last underscore.
pub fn prefix_of(text: &str) -> Option<&str> {
    text.rsplit_once('_').map(|(prefix, _)| prefix)
}

fn shorten(text: &str) -> String {
    text.chars().take(64).collect()
}

macro_rules! typed_ids {
    ($($(#[$meta:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
        pub struct $name(pub Uuid);

        impl $name {
            /// What its text starts with.
            pub const PREFIX: &'static str = $prefix;
        }

        #[cfg(feature = "orm")]
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(Self::PREFIX))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(Self::PREFIX)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .and_then(decode)
                    .map(Self)
                    .ok_or_else(|| InvalidId { expected: Self::PREFIX, text: shorten(text) })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

typed_ids! {
    /// A department.
    DepartmentId = "department";
    /// A team within a department.
    TeamId = "team";
    /// A person.
    PersonId = "person";
    /// A place where people work.
    SiteId = "site";
    /// A service.
    ServiceId = "service";
    /// A category.
    CategoryId = "category";
    /// A working calendar.
    CalendarId = "calendar";
    /// A service-level agreement.
    AgreementId = "agreement";
    /// A catalog item.
    CatalogItemId = "catalogitem";
    /// A ticket of any kind.
    TicketId = "ticket";
    /// A link between two tickets.
    LinkId = "link";
    /// A message of a conversation.
    MessageId = "message";
    /// A file of a conversation.
    AttachmentId = "attachment";
    /// A routing rule.
    RoutingRuleId = "routingrule";
    /// A service-level clock.
    ClockId = "clock";
    /// A timer.
    TimerId = "timer";
    /// A job.
    JobId = "job";
    /// A link by which somebody sets a password.
    PasswordLinkId = "passwordlink";
    /// An event of the log.
    EventId = "event";
    /// A notification of a person.
    NotificationId = "notification";
    /// A signed-in session.
    SessionId = "session";
    /// An API token of a person.
    ApiTokenId = "apitoken";
    /// A dashboard.
    DashboardId = "dashboard";
    /// A run of an import.
    ImportId = "import";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_wrote() {
        let id = TicketId(Uuid::from_u128(0x0193_3f2a_7c1d_7abc_8def_0123_4567_89ab));
        assert_eq!(id.to_string().parse::<TicketId>(), Ok(id));
        assert_eq!(id.to_string().len(), "ticket_".len() + 26);
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = TeamId(Uuid::from_u128(7)).to_string();
        assert!(id.parse::<TicketId>().is_err());
        for text in [
            "",
            "ticket_",
            "ticket",
            "ticket_zzzzzzzzzzzzzzzzzzzzzzzzzz",
            "ticket_O1",
            "\u{0}",
        ] {
            assert!(text.parse::<TicketId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_sort_as_their_texts() {
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(u128::MAX / 3));
        assert!(encode(a) < encode(b));
    }
}
