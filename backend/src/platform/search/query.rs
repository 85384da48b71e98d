//! What people type: words, "phrases", and -without. Nothing that is typed is an error; what means
//! nothing is passed over.

use super::fold;

/// Longest question, in characters; what follows is passed over.
pub const LONGEST: usize = 200;
/// Most terms of a question; what follows is passed over.
pub const TERMS_MOST: usize = 12;
/// Most words of a question, phrases included; what follows is passed over.
pub const WORDS_MOST: usize = 24;
/// Fewest letters of a beginning by which longer words are found.
pub const BEGINNING_LEAST: usize = 2;

/// What is wanted, and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All of these occur.
    pub wanted: Vec<Term>,
    /// None of these occurs.
    pub unwanted: Vec<Term>,
}

/// A word, or several that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Folded words; at least one.
    pub words: Vec<String>,
    /// The last word may go on: it is still being typed.
    pub begins: bool,
}

impl Query {
    /// Reads what was typed. The last word may go on, unless a space or a quotation mark ends it, or
    /// it is digits alone: they begin references, and more numbers than anybody looks for.
    pub fn parse(text: &str) -> Self {
        let letters: Vec<char> = text.chars().take(LONGEST).collect();
        let mut rest = letters.as_slice();
        let mut query = Self::default();
        let mut room = WORDS_MOST;
        while let Some((first, after)) = rest.split_first() {
            if first.is_whitespace() {
                rest = after;
                continue;
            }
            let without = is_minus(*first) && after.first().is_some_and(|c| !c.is_whitespace());
            if without {
                rest = after;
            }
            let (inside, quoted, left) = term(rest);
            rest = left;
            let inside: String = inside.iter().collect();
            let mut words: Vec<String> = fold::words(&inside).into_iter().map(|w| w.text).collect();
            if words.is_empty() {
                continue;
            }
            if query.wanted.len() + query.unwanted.len() == TERMS_MOST || room == 0 {
                break;
            }
            let whole = words.len() <= room;
            if without && !whole {
                // Its beginning alone would take out more.
                break;
            }
            words.truncate(room);
            room -= words.len();
            let beginning = words.last().is_some_and(|word| {
                let number = word.bytes().all(|byte| byte.is_ascii_digit());
                !number && word.chars().count() >= BEGINNING_LEAST
            });
            let ends_here = whole && rest.is_empty() && inside.ends_with(char::is_alphanumeric);
            let begins = ends_here && !quoted && !without && beginning;
            let list = if without {
                &mut query.unwanted
            } else {
                &mut query.wanted
            };
            let term = Term { words, begins };
            if !list.contains(&term) {
                list.push(term);
            }
        }
        query
    }

    /// Whether nothing is asked for: what is only without something is everything else.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty()
    }
}

impl Term {
    /// How many of these words, from the first on, are the term; none if they do not begin with it.
    pub fn starts<'a>(&self, mut words: impl Iterator<Item = &'a str>) -> Option<usize> {
        let (last, before) = self.words.split_last()?;
        for wanted in before {
            if words.next()? != wanted {
                return None;
            }
        }
        let found = words.next()?;
        let fits = found == last || (self.begins && found.starts_with(last.as_str()));
        fits.then_some(self.words.len())
    }
}

/// What is between quotation marks, or up to the next space or quotation mark; whether it was quoted;
/// and what follows.
fn term(rest: &[char]) -> (&[char], bool, &[char]) {
    let quoted = rest.first().is_some_and(|c| is_quote(*c));
    let rest = if quoted { &rest[1..] } else { rest };
    let ends = |c: &char| is_quote(*c) || (!quoted && c.is_whitespace());
    let end = rest.iter().position(ends).unwrap_or(rest.len());
    let (inside, after) = rest.split_at(end);
    // The mark that ends a phrase belongs to it; one after a word begins the next phrase.
    let after = if quoted && !after.is_empty() {
        &after[1..]
    } else {
        after
    };
    (inside, quoted, after)
}

fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '＂')
}

fn is_minus(letter: char) -> bool {
    matches!(letter, '-' | '−' | '–')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(query: &Query) -> String {
        let term = |term: &Term, sign: &str| {
            let end = if term.begins { "…" } else { "" };
            format!("{sign}{}{end}", term.words.join("+"))
        };
        let wanted = query.wanted.iter().map(|t| term(t, ""));
        let unwanted = query.unwanted.iter().map(|t| term(t, "-"));
        wanted.chain(unwanted).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_phrases_and_what_is_not_wanted() {
        for (typed, wanted) in [
            ("wifi print", "wifi print…"),
            ("wifi printer ", "wifi printer"),
            ("\"not working\" vpn", "not+working vpn…"),
            ("vpn -office", "vpn -office"),
            ("-office", "-office"),
            ("vpn -\"head office\" x", "vpn x -head+office"),
            ("\"unfinished phrase", "unfinished+phrase"),
            ("„Größe“ «à la»", "grosse a+la"),
            ("e-mail", "e+mail…"),
            ("INC-000042", "inc+000042"),
            ("- -- * \" () AND OR NOT", "and+or+not"),
            ("a\"b c\"d", "a b+c d"),
            ("vpn vpn vpn ", "vpn"),
            ("x", "x"),
            ("title:secret NEAR(a b)", "title+secret near+a b"),
            ("don't", "don+t"),
            ("", ""),
        ] {
            assert_eq!(written(&Query::parse(typed)), wanted, "{typed}");
        }
    }

    #[test]
    fn a_question_has_an_end() {
        let many = Query::parse(&"ab cd ef gh ij kl mn op qr st uv wx yz 12 34 ".repeat(200));
        assert_eq!(many.wanted.len(), TERMS_MOST);
        let phrase = "网".repeat(198);
        let cut = Query::parse(&format!("{phrase}ab"));
        assert_eq!(cut.wanted[0].words.len(), WORDS_MOST);
        assert!(!cut.wanted[0].begins, "its end was not typed");
        assert_eq!(written(&Query::parse(&format!("vpn -{phrase}"))), "vpn");
        let long = Query::parse(&"x".repeat(10_000));
        assert_eq!(long.wanted[0].words[0].len(), 64);
    }

    #[test]
    fn a_term_knows_itself_in_a_row_of_words() {
        let query = Query::parse("\"not working\" pri");
        let starts =
            |n: usize, words: &str| query.wanted[n].starts(words.split(' ')).unwrap_or_default();
        assert_eq!(starts(0, "not working today"), 2);
        assert_eq!(starts(0, "not worked"), 0);
        assert_eq!(starts(0, "not"), 0);
        assert_eq!(starts(1, "printer"), 1);
        assert_eq!(starts(1, "sprint"), 0);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_understood(text in "\\PC{0,80}|.{0,80}|[-\" a-z*()^:]{0,60}") {
            let query = Query::parse(&text);
            prop_assert!(query.wanted.len() + query.unwanted.len() <= TERMS_MOST);
            let terms = query.wanted.iter().chain(&query.unwanted);
            prop_assert!(terms.map(|term| term.words.len()).sum::<usize>() <= WORDS_MOST);
            for term in query.wanted.iter().chain(&query.unwanted) {
                prop_assert!(!term.words.is_empty());
                for word in &term.words {
                    prop_assert!(!word.is_empty() && word.chars().all(char::is_alphanumeric));
                }
            }
        }
    }
}
