//! What was found, shown from the text itself: whether it is there, and the piece of it that shows most.

use super::fold::{self, Word};
use super::query::{Query, TERMS_MOST};
use std::ops::Range;

/// Letters before the first mark of a piece.
const BEFORE: usize = 40;

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The stretch.
    pub text: String,
    /// Whether it is what was asked for.
    pub found: bool,
}

/// A text that was looked through.
pub struct Looked<'a> {
    text: &'a str,
    /// What was found: which wanted term, and where.
    marks: Vec<(usize, Range<usize>)>,
    unwanted: bool,
}

impl<'a> Looked<'a> {
    /// Looks through a text.
    pub fn at(query: &Query, text: &'a str) -> Self {
        let words = fold::words(text);
        let mut marks = Vec::new();
        for at in 0..words.len() {
            for (number, term) in query.wanted.iter().enumerate() {
                if let Some(count) = term.starts(rest(&words, at)) {
                    let end = words[at + count - 1].place.end;
                    marks.push((number, words[at].place.start..end));
                }
            }
        }
        let unwanted = (0..words.len()).any(|at| {
            let mut terms = query.unwanted.iter();
            terms.any(|term| term.starts(rest(&words, at)).is_some())
        });
        Self {
            text,
            marks,
            unwanted,
        }
    }

    /// How many of the wanted terms are in it.
    pub fn terms(&self) -> u32 {
        self.mask().count_ones()
    }

    fn mask(&self) -> u32 {
        self.marks
            .iter()
            .fold(0, |mask, (term, _)| mask | 1 << term)
    }

    /// The whole text.
    pub fn whole(&self) -> Vec<Segment> {
        self.segments(0..self.text.len())
    }

    /// The piece of at most so many letters that shows most of what was asked for; the beginning when
    /// there is nothing of it.
    pub fn piece(&self, length: usize) -> Vec<Segment> {
        let window = self.window(self.best(length.saturating_sub(BEFORE)), length);
        let mut segments = self.segments(window.clone());
        if window.start > 0 {
            segments.insert(0, plain("… "));
        }
        if window.end < self.text.len() {
            segments.push(plain(" …"));
        }
        merged(segments)
    }

    /// Where the first of those stretches of so many letters begins that have most terms. One way
    /// through the marks, which lie in their order: a text may be nothing but marks.
    fn best(&self, length: usize) -> usize {
        let mut letters = (0..).zip(self.text.char_indices()).peekable();
        let mut starts = Vec::with_capacity(self.marks.len());
        for (_, place) in &self.marks {
            let at = |(_, (at, _)): &(usize, (usize, char))| *at < place.start;
            while letters.next_if(at).is_some() {}
            starts.push(letters.peek().map_or(0, |(number, _)| *number));
        }
        let all = self.terms();
        let (mut inside, mut terms) = ([0_u32; TERMS_MOST], 0);
        let (mut next, mut best, mut most) = (0, 0, 0);
        for (first, (term, place)) in self.marks.iter().enumerate() {
            // The mark itself counts, however long it is.
            while next < starts.len() && (next <= first || starts[next] < starts[first] + length) {
                let term = self.marks[next].0;
                terms += u32::from(inside[term] == 0);
                inside[term] += 1;
                next += 1;
            }
            if terms > most {
                (best, most) = (place.start, terms);
            }
            if most == all {
                break;
            }
            inside[*term] -= 1;
            terms -= u32::from(inside[*term] == 0);
        }
        best
    }

    /// Where a piece around `mark` begins and ends: between words.
    fn window(&self, mark: usize, length: usize) -> Range<usize> {
        let text = self.text;
        let start = text[..mark]
            .char_indices()
            .rev()
            .take(BEFORE)
            .last()
            .map_or(mark, |(at, _)| at);
        // Forward to the next word, unless the text begins here.
        let start = match text[start..mark].find(char::is_whitespace) {
            Some(space) if start > 0 => start + space,
            _ => start,
        };
        let start = text.len() - text[start..].trim_start().len();
        let start = start.min(mark);
        let end = text[start..]
            .char_indices()
            .nth(length)
            .map_or(text.len(), |(at, _)| start + at);
        // Back to the end of a word, unless that would leave too little.
        let end = match text[start..end].rfind(char::is_whitespace) {
            Some(space) if end < text.len() && start + space > mark => start + space,
            _ => end,
        };
        start..end
    }

    fn segments(&self, window: Range<usize>) -> Vec<Segment> {
        let mut segments = Vec::new();
        let mut at = window.start;
        for (_, place) in &self.marks {
            let (start, end) = (place.start.max(at), place.end.min(window.end));
            if start >= end {
                continue;
            }
            segments.push(plain(&self.text[at..start]));
            segments.push(Segment {
                text: self.text[start..end].to_owned(),
                found: true,
            });
            at = end;
        }
        segments.push(plain(&self.text[at..window.end]));
        merged(segments)
    }
}

/// Whether these texts together are what was asked for.
pub fn fits(query: &Query, texts: &[Looked<'_>]) -> bool {
    let found = texts.iter().fold(0, |mask, text| mask | text.mask());
    !query.is_empty()
        && found.count_ones() as usize == query.wanted.len()
        && !texts.iter().any(|text| text.unwanted)
}

fn rest(words: &[Word], at: usize) -> impl Iterator<Item = &str> {
    words[at..].iter().map(|word| word.text.as_str())
}

fn plain(text: &str) -> Segment {
    Segment {
        text: text.to_owned(),
        found: false,
    }
}

/// Neighbours of a kind together, white space as one space, and no signs of Markdown that only
/// emphasise.
fn merged(segments: Vec<Segment>) -> Vec<Segment> {
    let mut all: Vec<Segment> = Vec::new();
    let mut spaced = true;
    for segment in segments {
        let mut text = String::new();
        for letter in segment.text.replace("**", "").chars() {
            if letter == '`' || letter == '\0' {
                continue;
            }
            let space = letter.is_whitespace();
            if !space {
                text.push(letter);
            } else if !spaced {
                text.push(' ');
            }
            spaced = space;
        }
        match all.last_mut() {
            _ if text.is_empty() => {}
            Some(last) if last.found == segment.found => last.text.push_str(&text),
            _ => all.push(Segment {
                text,
                found: segment.found,
            }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(segments: &[Segment]) -> String {
        let one = |s: &Segment| match s.found {
            true => format!("[{}]", s.text),
            false => s.text.clone(),
        };
        segments.iter().map(one).collect()
    }

    fn piece(query: &str, text: &str, length: usize) -> String {
        shown(&Looked::at(&Query::parse(query), text).piece(length))
    }

    #[test]
    fn what_was_asked_for_is_marked_as_it_was_written() {
        let text = "The **Drücker** in\n\nroom 5 does not work. Not working at all!";
        assert_eq!(
            piece("drucker \"not work\" ", text, 200),
            "The [Drücker] in room 5 does [not work]. Not working at all!"
        );
        assert_eq!(
            piece("work", text, 200),
            "The Drücker in room 5 does not [work]. Not [working] at all!"
        );
        assert_eq!(piece("nothing", "Short.", 200), "Short.");
        assert_eq!(piece("网络", "公司网络断了", 200), "公司[网络]断了");
    }

    #[test]
    fn a_piece_lies_where_most_is_found() {
        let far = "printer ".to_owned()
            + &"bla ".repeat(100)
            + "the wifi printer of room 7 "
            + &"end ".repeat(50);
        let found = piece("wifi printer ", &far, 60);
        assert!(found.starts_with("… bla bla"), "{found}");
        assert!(found.contains("the [wifi] [printer]"), "{found}");
        assert!(found.ends_with(" …"), "{found}");
    }

    #[test]
    fn texts_fit_together() {
        let query = Query::parse("wifi printer -basement ");
        let look = |texts: &[&str]| {
            let looked: Vec<Looked<'_>> = texts.iter().map(|t| Looked::at(&query, t)).collect();
            fits(&query, &looked)
        };
        assert!(look(&["No wifi", "for the printer"]));
        assert!(!look(&["No wifi", "for the scanner"]));
        assert!(!look(&["No wifi", "for the printer", "in the basement"]));
        assert!(!fits(&Query::parse("-basement"), &[]));
    }

    #[test]
    fn a_text_of_nothing_but_marks_is_gone_through_once() {
        let text = "网".repeat(20_000) + &" x".repeat(200) + " end";
        let begun = std::time::Instant::now();
        for _ in 0..10 {
            // Both are there, and no stretch has both: none is good enough to stop at.
            let query = Query::parse("网 网网 end ");
            let looked = Looked::at(&query, &text);
            assert_eq!(looked.terms(), 3);
            assert!(looked.piece(180).iter().any(|s| s.found));
            assert!(fits(&query, &[looked]));
        }
        // Each mark against each took minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn a_piece_is_of_the_text(
            text in "(\\PC|\\s|wifi|VPN| ){0,80}",
            typed in "[a-z\\- \"]{0,20}|wifi v|vpn",
            length in 1_usize..80,
        ) {
            let query = Query::parse(&typed);
            let looked = Looked::at(&query, &text);
            let squeezed = |text: &str| -> String {
                let text = text.replace("**", "");
                text.chars().filter(|c| !c.is_whitespace() && !"`\0…".contains(*c)).collect()
            };
            let all: String = looked.whole().into_iter().map(|s| s.text).collect();
            prop_assert_eq!(squeezed(&all), squeezed(&text));
            let piece: String = looked.piece(length).into_iter().map(|s| s.text).collect();
            prop_assert!(squeezed(&text).contains(&squeezed(&piece)), "{piece}");
            let marked = looked.whole().iter().any(|s| s.found);
            prop_assert_eq!(marked, looked.terms() > 0);
        }
    }
}
