//! The human key of a ticket: `INC-000123`.

use super::TicketKind;
use std::fmt;
use std::str::FromStr;

/// Prefix and number; increasing per prefix, never used again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// `INC`, `REQ`, …
    pub prefix: String,
    /// From 1.
    pub number: i64,
}

impl Reference {
    /// The reference of the `number`-th ticket of a kind.
    pub fn new(kind: TicketKind, number: i64) -> Self {
        Self {
            prefix: kind.reference_prefix().to_owned(),
            number,
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:06}", self.prefix, self.number)
    }
}

impl FromStr for Reference {
    type Err = ();

    /// Forgiving, as people type: `inc-123`, `INC123`, ` INC-000123 `.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.trim();
        let digits = text.find(|c: char| c.is_ascii_digit()).ok_or(())?;
        let (prefix, number) = text.split_at(digits);
        let prefix = prefix.trim_end_matches('-').to_ascii_uppercase();
        let known = TicketKind::ALL
            .iter()
            .any(|kind| kind.reference_prefix() == prefix);
        match number.parse::<i64>() {
            Ok(number) if known && number > 0 => Ok(Self { prefix, number }),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let wanted = Reference::new(TicketKind::Incident, 123);
        for text in ["INC-000123", "inc-123", " INC123 "] {
            assert_eq!(text.parse::<Reference>().as_ref(), Ok(&wanted), "{text}");
        }
        for text in [
            "",
            "INC",
            "XYZ-1",
            "INC-0",
            "INC-1x",
            "INC-99999999999999999999",
        ] {
            assert!(text.parse::<Reference>().is_err(), "{text}");
        }
        assert_eq!(wanted.to_string(), "INC-000123");
    }
}
