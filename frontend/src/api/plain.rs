//! Rows inside the members of a union.

use std::borrow::Cow;

use cynic::{QueryFragment, queries::SelectionBuilder};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;

/// A row that is read the way all others are.
///
/// A union's members are read from a buffer of cynic's own. Without this, the code that reads a row would be in the
/// client twice: once from that buffer, once from the [`Value`] that every other answer is read from.
#[derive(Clone, Debug)]
pub struct Plain<Row>(pub Row);

impl<Row: QueryFragment> QueryFragment for Plain<Row> {
    type SchemaType = Row::SchemaType;
    type VariablesFields = Row::VariablesFields;

    const TYPE: Option<&'static str> = Row::TYPE;

    fn query(builder: SelectionBuilder<'_, Self::SchemaType, Self::VariablesFields>) {
        Row::query(builder);
    }

    fn name() -> Option<Cow<'static, str>> {
        Row::name()
    }
}

impl<'de, Row: DeserializeOwned> Deserialize<'de> for Plain<Row> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        serde_json::from_value(value)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}
