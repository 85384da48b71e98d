//! Queries that were read before.
//!
//! A client asks the same few texts over and over. Reading one costs more than looking it up, and
//! copies of one document share their names: ten thousand subscriptions to the same question would
//! otherwise keep it in memory ten thousand times.

use super::{Refusal, text};
use async_graphql::parser::types::ExecutableDocument;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

/// Bytes of texts that one generation remembers; two are kept.
const GENERATION_BYTES: usize = 64 * 1024;
/// A longer text is read anew each time: nobody asks such a one often, and each byte of a text costs
/// some fifty of its document.
const TEXT_BYTES: usize = 8 * 1024;

/// The documents that were asked last, by their texts.
#[derive(Debug, Default)]
pub struct Documents(Mutex<Generations>);

/// What was asked in this generation, and what only in the one before it: that is forgotten when
/// this one is full.
#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Box<str>, ExecutableDocument>,
    young_bytes: usize,
    old: HashMap<Box<str>, ExecutableDocument>,
}

impl Generations {
    fn find(&mut self, query: &str) -> Option<ExecutableDocument> {
        if let Some(document) = self.young.get(query) {
            return Some(document.clone());
        }
        let (text, document) = self.old.remove_entry(query)?;
        let copy = document.clone();
        self.keep(text, document);
        Some(copy)
    }

    fn keep(&mut self, text: Box<str>, document: ExecutableDocument) {
        if self.young_bytes + text.len() > GENERATION_BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        let bytes = text.len();
        if self.young.insert(text, document).is_none() {
            self.young_bytes += bytes;
        }
    }
}

impl Documents {
    /// The document of a text, read unless it was before.
    ///
    /// # Errors
    /// The text is no query, or too long to be read.
    pub fn of(&self, query: &str) -> Result<ExecutableDocument, Refusal> {
        if let Some(known) = self.generations().find(query) {
            return Ok(known);
        }
        let document = read(query)?;
        if query.len() > TEXT_BYTES {
            return Ok(document);
        }
        // The copy has no room to spare, unlike what the parser made.
        let copy = document.clone();
        self.generations().keep(query.into(), document);
        Ok(copy)
    }

    fn generations(&self) -> std::sync::MutexGuard<'_, Generations> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(query: &str) -> Result<ExecutableDocument, Refusal> {
    text::check(query)?;
    // What the parser cannot read it should refuse; if it panics instead, that is its fault and not
    // the end of this request's worker.
    let parsed = catch_unwind(AssertUnwindSafe(|| {
        async_graphql::parser::parse_query(query)
    }));
    match parsed {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(error)) => Err(Refusal::Bad(error.to_string())),
        Err(_) => Err(Refusal::Bad("This query cannot be read.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(documents: &Documents) -> (usize, usize) {
        let generations = documents.generations();
        (generations.young.len(), generations.old.len())
    }

    #[test]
    fn a_text_is_read_once_and_answered_alike() {
        let documents = Documents::default();
        let query = "query Q($n: Int) { tickets(first: $n) { edges { node { id } } } }";
        let first = documents.of(query).expect("a query");
        assert_eq!(known(&documents), (1, 0));
        let again = documents.of(query).expect("a query");
        assert_eq!(known(&documents), (1, 0));
        assert_eq!(format!("{first:?}"), format!("{again:?}"));
    }

    #[test]
    fn what_is_no_query_is_refused_each_time_and_not_kept() {
        let documents = Documents::default();
        for _ in 0..2 {
            assert!(matches!(documents.of("{ a "), Err(Refusal::Bad(_))));
        }
        assert_eq!(known(&documents), (0, 0));
    }

    #[test]
    fn a_flood_of_texts_is_forgotten_and_what_is_in_use_stays() {
        let documents = Documents::default();
        let used = "{ viewer { person { id } } }";
        documents.of(used).expect("a query");
        for number in 0..20_000 {
            documents.of(&format!("{{ a{number} }}")).expect("a query");
            if number % 1_000 == 0 {
                documents.of(used).expect("a query");
            }
        }
        let generations = documents.generations();
        let bytes = |texts: &HashMap<Box<str>, ExecutableDocument>| -> usize {
            texts.keys().map(|text| text.len()).sum()
        };
        assert_eq!(bytes(&generations.young), generations.young_bytes);
        assert!(bytes(&generations.young) <= GENERATION_BYTES);
        assert!(bytes(&generations.old) <= GENERATION_BYTES);
        assert!(generations.young.contains_key(used) || generations.old.contains_key(used));
    }

    #[test]
    fn a_long_text_is_not_kept() {
        let documents = Documents::default();
        let query = format!(
            "{{ viewer {{ person {{ id }} }} }} #{}",
            "x".repeat(TEXT_BYTES)
        );
        documents.of(&query).expect("a query");
        assert_eq!(known(&documents), (0, 0));
    }
}
