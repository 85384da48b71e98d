//! Keyset paging: a cursor names the list's order and the last row's place in it.

use super::error::{Error, Result, code};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Rows a page unless asked.
pub const DEFAULT: u64 = 50;
/// Most rows a page.
pub const MOST: u64 = 200;

/// The wanted number of rows, checked.
pub fn page_size(first: Option<i32>) -> Result<u64> {
    match first {
        None => Ok(DEFAULT),
        Some(first) => u64::try_from(first)
            .ok()
            .filter(|n| (1..=MOST).contains(n))
            .ok_or_else(|| {
                Error::refused(code::INVALID, "first", format!("Between 1 and {MOST}."))
            }),
    }
}

/// Writes a cursor of the list `order`.
pub fn cursor(order: &str, parts: &[String]) -> String {
    URL_SAFE_NO_PAD.encode(format!("{order}|{}", parts.join("|")))
}

/// What a list that is read from either end is asked for.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// So many from the beginning.
    pub first: Option<i32>,
    /// After this place.
    pub after: Option<String>,
    /// So many up to the end.
    pub last: Option<i32>,
    /// Before this place.
    pub before: Option<String>,
}

/// A part of a list that is read from either end; `P` is a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<P> {
    /// Rows from the beginning, or after a place.
    First {
        /// The place.
        after: Option<P>,
        /// How many.
        size: u64,
    },
    /// Rows up to the end, or before a place.
    Last {
        /// The place.
        before: Option<P>,
        /// How many.
        size: u64,
    },
}

/// Rows of a [`Part`] in the list's order.
pub struct PartRows<R> {
    /// The rows.
    pub rows: Vec<R>,
    /// Some came before them.
    pub has_previous: bool,
    /// More follow.
    pub has_next: bool,
}

impl<P> Part<P> {
    /// Reads what was asked for; `place` reads a place of the list `order` from its cursor's one part.
    ///
    /// # Errors
    /// A size out of bounds, a cursor of another list, or both ends at once.
    pub fn of(order: &str, ends: &Ends, place: impl Fn(&str) -> Option<P>) -> Result<Self> {
        let read = |text: &Option<String>, field: &str| match text {
            None => Ok(None),
            Some(text) => parse_cursor(order, 1, text)
                .ok()
                .and_then(|parts| place(&parts[0]))
                .map(Some)
                .ok_or_else(|| {
                    let words = "This cursor belongs to another list.";
                    Error::refused(code::INVALID, field, words)
                }),
        };
        let backwards = ends.last.is_some() || ends.before.is_some();
        if backwards && (ends.first.is_some() || ends.after.is_some()) {
            let words = "Ask from one end of the list: first and after, or last and before.";
            return Err(Error::refused(code::INVALID, "last", words));
        }
        Ok(if backwards {
            Self::Last {
                before: read(&ends.before, "before")?,
                size: page_size(ends.last)?,
            }
        } else {
            Self::First {
                after: read(&ends.after, "after")?,
                size: page_size(ends.first)?,
            }
        })
    }

    /// How many rows to read: one more than wanted tells whether there are more.
    pub fn limit(&self) -> u64 {
        match self {
            Self::First { size, .. } | Self::Last { size, .. } => size + 1,
        }
    }

    /// Makes a page of up to [`Self::limit`] rows, read in the part's own direction.
    pub fn page<R>(&self, mut rows: Vec<R>) -> PartRows<R> {
        let size = usize::try_from(self.limit() - 1).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        match self {
            Self::First { after, .. } => PartRows {
                rows,
                has_previous: after.is_some(),
                has_next: more,
            },
            Self::Last { before, .. } => {
                rows.reverse();
                PartRows {
                    rows,
                    has_previous: more,
                    has_next: before.is_some(),
                }
            }
        }
    }
}

/// Reads a cursor of the list `order` with `count` parts, of which the last may contain anything.
pub fn parse_cursor(order: &str, count: usize, text: &str) -> Result<Vec<String>> {
    let bad = || {
        Error::refused(
            code::INVALID,
            "after",
            "This cursor belongs to another list.",
        )
    };
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let mut parts = text.splitn(count + 1, '|').map(str::to_owned);
    if parts.next().as_deref() != Some(order) {
        return Err(bad());
    }
    let parts: Vec<String> = parts.collect();
    if parts.len() == count {
        Ok(parts)
    } else {
        Err(bad())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(ends: &Ends) -> Result<Part<i64>> {
        Part::of("days", ends, |text| text.parse().ok())
    }

    #[test]
    fn a_list_is_read_from_its_beginning_unless_its_end_is_asked_for() {
        let size = DEFAULT;
        assert_eq!(
            part(&Ends::default()).unwrap(),
            Part::First { after: None, size }
        );
        let ends = Ends {
            last: Some(3),
            before: Some(cursor("days", &["7".to_owned()])),
            ..Ends::default()
        };
        let wanted = Part::Last {
            before: Some(7),
            size: 3,
        };
        assert_eq!(part(&ends).unwrap(), wanted);
        let page = wanted.page(vec![6, 5, 4, 3]);
        assert_eq!(page.rows, [4, 5, 6]);
        assert!(page.has_previous && page.has_next);
    }

    #[test]
    fn both_ends_at_once_foreign_cursors_and_odd_sizes_are_refused() {
        let foreign = Some(cursor("weeks", &["7".to_owned()]));
        for ends in [
            Ends {
                first: Some(1),
                last: Some(1),
                ..Ends::default()
            },
            Ends {
                after: foreign.clone(),
                ..Ends::default()
            },
            Ends {
                before: foreign,
                ..Ends::default()
            },
            Ends {
                last: Some(0),
                ..Ends::default()
            },
            Ends {
                first: Some(201),
                ..Ends::default()
            },
        ] {
            assert!(part(&ends).is_err(), "{ends:?}");
        }
    }
}
