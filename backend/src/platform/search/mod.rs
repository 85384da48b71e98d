//! Full-text search, without a word of what is searched: entries of texts in four fields, with labels
//! that say who reads them, found by words, phrases and what is not wanted.
//!
//! Text is folded here ([`fold`]), so that FTS5 and PostgreSQL find the same, and neither keeps it:
//! what was found is shown from the rows themselves ([`snippet`]). Entries are not written by acts, but
//! by an [`indexer`] that follows the log. `docs/adr/0015-search.md` says why.

pub mod ask;
pub mod fold;
pub mod index;
pub mod indexer;
pub mod query;
pub mod snippet;

use uuid::Uuid;

/// A part of an entry. Who reads which is up to whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// What it is called; counts more than the rest.
    Title,
    /// What it says.
    Body,
    /// What was said of it.
    Remark,
    /// What only some may read.
    Note,
}

impl Field {
    /// All of them, in their order in the index.
    pub const ALL: [Self; 4] = [Self::Title, Self::Body, Self::Remark, Self::Note];

    /// Column of the table of FTS5.
    fn column(self) -> &'static str {
        ["title", "body", "remark", "note"][self as usize]
    }

    /// Weight in a tsvector: what PostgreSQL offers to tell parts of one apart.
    fn weight(self) -> char {
        ['A', 'B', 'C', 'D'][self as usize]
    }
}

/// What of a subject can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose words these are.
    pub subject: Uuid,
    /// Texts by field, as people wrote them.
    pub texts: Vec<(Field, String)>,
    /// ASCII letters and digits alone.
    pub labels: Vec<String>,
}

impl Entry {
    /// Bytes of its texts.
    fn size(&self) -> usize {
        self.texts.iter().map(|(_, text)| text.len()).sum()
    }
}
