//! The text of a query, before a parser sees it.

use super::{NESTING, Refusal, TEXT_BYTES, TOKENS};

/// Refuses texts that are too long, too deeply nested, or that name characters which do not exist.
pub fn check(query: &str) -> Result<(), Refusal> {
    if query.len() > TEXT_BYTES {
        return Err(Refusal::TooMuch(format!(
            "The query is longer than {TEXT_BYTES} bytes."
        )));
    }
    let mut scanner = Scanner {
        rest: query.as_bytes(),
        tokens: 0,
        nesting: 0,
    };
    while scanner.step()? {}
    Ok(())
}

struct Scanner<'a> {
    rest: &'a [u8],
    tokens: usize,
    nesting: usize,
}

impl Scanner<'_> {
    /// Reads one token; false at the end.
    fn step(&mut self) -> Result<bool, Refusal> {
        let Some((&byte, after)) = self.rest.split_first() else {
            return Ok(false);
        };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => {
                self.rest = after;
                return Ok(true);
            }
            0 => return Err(Refusal::Bad("The query contains a null character.".into())),
            b'#' => {
                let end = after.iter().position(|b| matches!(b, b'\n' | b'\r'));
                self.rest = &after[end.unwrap_or(after.len())..];
                return Ok(true);
            }
            b'{' | b'[' | b'(' => {
                self.nesting += 1;
                if self.nesting > NESTING {
                    return Err(Refusal::TooMuch(format!(
                        "The query is nested more than {NESTING} deep."
                    )));
                }
                self.rest = after;
            }
            b'}' | b']' | b')' => {
                self.nesting = self.nesting.saturating_sub(1);
                self.rest = after;
            }
            b'"' if after.starts_with(b"\"\"") => self.rest = block_string(&after[2..]),
            b'"' => self.rest = string(after)?,
            _ if is_word(byte) => {
                let end = after.iter().position(|b| !is_word(*b));
                self.rest = &after[end.unwrap_or(after.len())..];
            }
            _ => self.rest = after,
        }
        self.tokens += 1;
        if self.tokens > TOKENS {
            return Err(Refusal::TooMuch(format!(
                "The query has more than {TOKENS} words."
            )));
        }
        Ok(true)
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Skips to the end of a block string; an unfinished one is left to the parser.
fn block_string(mut rest: &[u8]) -> &[u8] {
    loop {
        if let Some(after) = rest.strip_prefix(b"\\\"\"\"") {
            rest = after;
        } else if let Some(after) = rest.strip_prefix(b"\"\"\"") {
            return after;
        } else if let Some((_, after)) = rest.split_first() {
            rest = after;
        } else {
            return rest;
        }
    }
}

/// Skips to the end of a string. The parser panics on escapes that are no characters, and databases
/// do not keep null characters, so both stop here.
fn string(mut rest: &[u8]) -> Result<&[u8], Refusal> {
    loop {
        match rest {
            [] | [b'\n' | b'\r', ..] => return Ok(rest),
            [b'"', after @ ..] => return Ok(after),
            [b'\\', b'u', after @ ..] => {
                let code = after
                    .get(..4)
                    .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                match code.and_then(char::from_u32) {
                    None => {
                        return Err(Refusal::Bad(
                            "A string contains an escape that is no character.".into(),
                        ));
                    }
                    Some('\0') => {
                        return Err(Refusal::Bad("A string contains a null character.".into()));
                    }
                    Some(_) => rest = &after[4..],
                }
            }
            [b'\\', _, after @ ..] | [_, after @ ..] => rest = after,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_queries_pass() {
        for query in [
            "{ now }",
            "query Q($a: [String!]) { f(a: $a, b: \"x \\\" } { \\u00e9\") { g } } # {{{{",
            "{ f(text: \"\"\"a \"quoted\" \\\"\"\" {{{ \"\"\") }",
            "",
            "{ f(a: \"unfinished",
            "{ f(a: \"\"\"unfinished",
        ] {
            assert_eq!(check(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn nested_brackets_are_refused_before_a_parser_recurses_into_them() {
        for open in ["{a", "[", "("] {
            let query = open.repeat(50_000 / open.len());
            assert!(matches!(check(&query), Err(Refusal::TooMuch(_))), "{open}");
        }
    }

    #[test]
    fn long_texts_are_refused() {
        assert!(matches!(
            check(&"a".repeat(TEXT_BYTES + 1)),
            Err(Refusal::TooMuch(_))
        ));
        let words = format!("{{ {} }}", "a ".repeat(TOKENS));
        assert!(matches!(check(&words), Err(Refusal::TooMuch(_))));
    }

    #[test]
    fn escapes_that_are_no_characters_are_refused() {
        for text in [
            "\\ud800", "\\uDFFF", "\\u0000", "\\u12", "\\uzzzz", "\\u+123",
        ] {
            let query = format!("{{ f(a: \"{text}\") }}");
            assert!(matches!(check(&query), Err(Refusal::Bad(_))), "{text}");
        }
        assert!(matches!(check("{ a\0 }"), Err(Refusal::Bad(_))));
    }
}
