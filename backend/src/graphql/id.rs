//! Ids of the API.

use crate::platform::error::{Error, Result};
use async_graphql::ID;
use shared::id::InvalidId;
use std::str::FromStr;

/// Reads an id of the wanted kind; `field` is the input's.
pub fn parse<T: FromStr<Err = InvalidId>>(id: &ID, field: &str) -> Result<T> {
    id.parse().map_err(|error| Error::invalid_id(field, &error))
}

/// Reads an optional id.
pub fn parse_opt<T: FromStr<Err = InvalidId>>(id: Option<&ID>, field: &str) -> Result<Option<T>> {
    id.map(|id| parse(id, field)).transpose()
}

/// Writes an id.
pub fn id(id: impl ToString) -> ID {
    ID(id.to_string())
}
