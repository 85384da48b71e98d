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
