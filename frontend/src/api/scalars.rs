//! The API's scalars.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::schema;

pub use cynic::Id;
pub use shared::time::Timestamp;

cynic::impl_scalar!(Timestamp, schema::DateTime);
cynic::impl_scalar!(serde_json::Value, schema::JSON);

/// CommonMark text.
#[derive(cynic::Scalar, Clone, Debug, PartialEq, Eq)]
pub struct Markdown(pub String);

/// A date without a time, `YYYY-MM-DD`.
#[derive(cynic::Scalar, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Date")]
pub struct CalendarDate(pub String);

/// A position in the event log. Text on the wire, since JavaScript's numbers end at 53 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sequence(pub u64);

cynic::impl_scalar!(Sequence, schema::Sequence);

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Sequence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sequence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        u64::from_str(&text).map(Self).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_beyond_53_bits_survives_the_wire() {
        let sequence = Sequence(9_007_199_254_740_993);
        let json = serde_json::to_string(&sequence).expect("text");
        assert_eq!(json, "\"9007199254740993\"");
        assert_eq!(
            serde_json::from_str::<Sequence>(&json).expect("a sequence"),
            sequence
        );
    }
}
