//! Instants.
//!
//! The one type for "when" in every crate: milliseconds since 1970-01-01T00:00:00Z, always UTC.
//! In JSON and GraphQL it is RFC 3339 text ending in `Z`, in the database a `BIGINT`.

use std::{fmt, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "orm", derive(sea_orm::DeriveValueType))]
pub struct Timestamp(i64);

/// The text is not an RFC 3339 instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an instant like 2026-05-04T09:30:00Z")]
pub struct ParseTimestampError(String);

impl Timestamp {
    /// The instant that many milliseconds after 1970-01-01T00:00:00Z (before it when negative).
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// The instant `seconds` later (earlier when negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// The instant `millis` milliseconds later (earlier when negative); stops at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Whole seconds from `earlier` to here, rounded down; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1000)
    }

    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let format = if self.0.rem_euclid(1000) == 0 {
            SecondsFormat::Secs
        } else {
            SecondsFormat::Millis
        };
        // Instants that no calendar can name are shown as the nearest one that it can.
        let nearest = if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        };
        let instant = DateTime::from_timestamp_millis(self.0).unwrap_or(nearest);
        f.write_str(&instant.to_rfc3339_opts(format, true))
    }
}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        DateTime::parse_from_rfc3339(text)
            .map(|instant| Self(instant.timestamp_millis()))
            .map_err(|_| ParseTimestampError(text.chars().take(40).collect()))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 instant")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// An instant in UTC as RFC 3339 text, such as `2026-05-04T09:30:00Z`.
/// Milliseconds are written only when they are not zero. Other offsets are read and turned into UTC.
#[cfg(feature = "graphql")]
#[async_graphql::Scalar(name = "DateTime")]
impl async_graphql::ScalarType for Timestamp {
    fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        match value {
            async_graphql::Value::String(text) => Ok(text.parse()?),
            other => Err(async_graphql::InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::String(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn whole_seconds_are_written_without_a_fraction() {
        assert_eq!(
            Timestamp::from_millis(0).to_string(),
            "1970-01-01T00:00:00Z"
        );
        assert_eq!(
            Timestamp::from_millis(-1500).to_string(),
            "1969-12-31T23:59:58.500Z"
        );
    }

    #[test]
    fn other_offsets_are_read_as_the_same_instant() {
        assert_eq!(at("2026-05-04T11:30:00+02:00"), at("2026-05-04T09:30:00Z"));
    }

    #[test]
    fn what_is_not_an_instant_is_refused() {
        for text in [
            "",
            "2026-05-04",
            "2026-05-04T25:00:00Z",
            "2026-02-30T00:00:00Z",
            "noon",
        ] {
            assert!(text.parse::<Timestamp>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_keeps_the_instant() {
        let instant = at("2026-05-04T09:30:00.125Z");
        let json = serde_json::to_string(&instant).expect("text");
        assert_eq!(json, "\"2026-05-04T09:30:00.125Z\"");
        assert_eq!(
            serde_json::from_str::<Timestamp>(&json).expect("an instant"),
            instant
        );
    }

    #[test]
    fn arithmetic_stops_at_the_ends_of_the_range() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX).plus_seconds(1).as_millis(),
            i64::MAX
        );
        assert_eq!(
            at("1970-01-01T00:01:00Z").seconds_since(at("1970-01-01T00:00:00.001Z")),
            59
        );
        assert!(!Timestamp::from_millis(i64::MAX).to_string().is_empty());
    }
}
