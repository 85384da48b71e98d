//! Queries that were read before.
//!
//! A client asks the same few texts over and over. Reading one costs more than looking it up, and
//! copies of one document share their names: ten thousand subscriptions to the same question would
//! otherwise keep it in memory ten thousand times.

use super::{Refusal, text};
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes that one generation remembers, of texts and of what each takes besides; two are kept.
const GENERATION_BYTES: usize = 128 * 1024;
/// What a text takes besides its bytes, at least.
const BESIDES: usize = 512;
/// A longer text is read anew each time: nobody asks such a one often, and each byte of a text costs
/// some fifty of its document.
const KEPT_BYTES: usize = 8 * 1024;

/// The documents that were asked last, by their texts.
#[derive(Debug, Default)]
pub struct Documents(Mutex<Generations>);

type Known = HashMap<Box<str>, Arc<ExecutableDocument>>;

/// What was asked in this generation, and what only in the one before it: that is forgotten when
/// this one is full.
#[derive(Debug, Default)]
struct Generations {
    young: Known,
    young_bytes: usize,
    old: Known,
}

impl Generations {
    /// Also gives what is forgotten, to be dropped where nobody waits for it.
    fn find(&mut self, query: &str) -> Option<(Arc<ExecutableDocument>, Known)> {
        if let Some(document) = self.young.get(query) {
            return Some((document.clone(), Known::new()));
        }
        let (text, document) = self.old.remove_entry(query)?;
        let forgotten = self.keep(text, document.clone());
        Some((document, forgotten))
    }

    #[must_use]
    fn keep(&mut self, text: Box<str>, document: Arc<ExecutableDocument>) -> Known {
        let bytes = text.len() + BESIDES;
        let mut forgotten = Known::new();
        if self.young_bytes + bytes > GENERATION_BYTES {
            let full = std::mem::take(&mut self.young);
            forgotten = std::mem::replace(&mut self.old, full);
            self.young_bytes = 0;
        }
        if self.young.insert(text, document).is_none() {
            self.young_bytes += bytes;
        }
        forgotten
    }
}

impl Documents {
    /// The document of a text, read unless it was before.
    ///
    /// # Errors
    /// The text is no query, or too long to be read.
    pub fn of(&self, query: &str) -> Result<Arc<ExecutableDocument>, Refusal> {
        if query.len() > KEPT_BYTES {
            return read(query).map(Arc::new);
        }
        let known = self.generations().find(query);
        if let Some((document, _forgotten)) = known {
            return Ok(document);
        }
        read(query).map(Arc::new)
    }

    /// Remembers the document of a text that was answered. Not one that does something and has words
    /// of its own in its text, which may be a secret; clients pass such as variables.
    pub fn keep(&self, query: &str, document: Arc<ExecutableDocument>) {
        let does = document
            .operations
            .iter()
            .any(|(_, operation)| operation.node.ty == OperationType::Mutation);
        if query.len() > KEPT_BYTES || (does && query.contains('"')) {
            return;
        }
        let known = self.generations().young.contains_key(query);
        if !known {
            // Dropped after the lock.
            let _forgotten = self.generations().keep(query.into(), document);
        }
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

    fn ask(documents: &Documents, query: &str) -> Arc<ExecutableDocument> {
        let document = documents.of(query).expect("a query");
        documents.keep(query, document.clone());
        document
    }

    #[test]
    fn a_text_is_read_once() {
        let documents = Documents::default();
        let query = "query Q($n: Int) { tickets(first: $n) { edges { node { id } } } }";
        let first = ask(&documents, query);
        assert_eq!(known(&documents), (1, 0));
        assert!(Arc::ptr_eq(&first, &ask(&documents, query)));
        assert_eq!(known(&documents), (1, 0));
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
        let first = ask(&documents, used);
        for number in 0..20_000 {
            ask(&documents, &format!("{{a{number}}}"));
            if number % 100 == 0 {
                assert!(Arc::ptr_eq(&first, &ask(&documents, used)), "{number}");
            }
        }
        let generations = documents.generations();
        let bytes =
            |texts: &Known| -> usize { texts.keys().map(|text| text.len() + BESIDES).sum() };
        assert_eq!(bytes(&generations.young), generations.young_bytes);
        assert!(bytes(&generations.young) <= GENERATION_BYTES);
        assert!(bytes(&generations.old) <= GENERATION_BYTES);
    }

    #[test]
    fn long_texts_and_words_of_acts_are_not_kept() {
        let documents = Documents::default();
        let long = format!(
            "{{ viewer {{ person {{ id }} }} }} #{}",
            "x".repeat(KEPT_BYTES)
        );
        ask(&documents, &long);
        ask(
            &documents,
            r#"mutation { passwordChange(input: { current: "secret" }) { ok } }"#,
        );
        assert_eq!(known(&documents), (0, 0));
        ask(
            &documents,
            "mutation($i: I!) { passwordChange(input: $i) { ok } }",
        );
        assert_eq!(known(&documents), (1, 0));
    }
}
