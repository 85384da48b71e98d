//! What a query may cost, decided before anything of it is executed.
//!
//! First the text is read letter by letter (`text`), because a parser recurses and can be led
//! astray; then the parsed document is measured against the schema (`cost`).

mod cost;
mod documents;
mod shape;
mod text;

pub use cost::{Measured, chosen};

use documents::Documents;
use shape::Shape;

use async_graphql::Variables;
use async_graphql::parser::types::ExecutableDocument;

/// Most bytes of a query's text.
pub const TEXT_BYTES: usize = 64 * 1024;
/// Most words and signs of a query's text.
pub const TOKENS: usize = 10_000;
/// Deepest nesting of brackets in a query's text.
pub const NESTING: usize = 40;
/// Deepest nesting of fields and fragments together.
pub const LEVELS: u64 = 30;
/// Deepest nesting of fields.
pub const DEPTH: u32 = 15;
/// Deepest nesting of fields in introspection, which tools ask for in one go.
pub const INTROSPECTION_DEPTH: u32 = 20;
/// Lists within lists in introspection: types, their fields, their arguments.
pub const INTROSPECTION_LISTS: u32 = 3;
/// Most fields of an answer, lists counted with their rows.
pub const COMPLEXITY: u64 = 50_000;
/// Most aliases.
pub const ALIASES: u64 = 50;
/// Most directives.
pub const DIRECTIVES: u64 = 50;
/// Most fields of a mutation's first level: each is an act of its own.
pub const ACTS: u64 = 20;

/// Why a query is not executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no GraphQL, or does not fit the schema.
    Bad(String),
    /// It asks for more than one request may.
    TooMuch(String),
}

/// Reads and measures queries to one schema.
#[derive(Debug)]
pub struct Limits {
    shape: Shape,
    documents: Documents,
}

impl Limits {
    /// Of a schema in its own language.
    ///
    /// # Errors
    /// That is no schema.
    pub fn of(sdl: &str) -> anyhow::Result<Self> {
        Ok(Self {
            shape: Shape::of(sdl)?,
            documents: Documents::default(),
        })
    }

    /// Reads and measures a query.
    ///
    /// # Errors
    /// It cannot be read, or asks for more than a request may.
    pub fn check(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: &Variables,
    ) -> Result<(ExecutableDocument, Measured), Refusal> {
        let document = self.documents.of(query)?;
        let measured = cost::measure(&self.shape, &document, operation_name, variables)?;
        self.documents.keep(query, document.clone());
        // A copy has no room to spare, unlike what the parser made, and shares its names.
        Ok((document.as_ref().clone(), measured))
    }
}
