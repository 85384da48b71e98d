//! Text as it is indexed and asked: its words, without case, accents and the like. Done here and not
//! by the databases, so that both find the same, and by the same code that marks what was found.

use std::ops::Range;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// Longest word, in characters; what is longer counts by its beginning.
const LONGEST: usize = 64;

/// A folded word, and where it stands in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Lower-case letters and digits.
    pub text: String,
    /// Bytes of the text that it was.
    pub place: Range<usize>,
}

/// What a character is to a word.
enum Part {
    /// Goes on with it.
    Letter,
    /// Is not there: an accent, a soft hyphen, a mark of direction.
    Nothing,
    /// Ends it.
    End,
}

/// The words of a text in their order.
pub fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    let mut word = Open::default();
    for (at, letter) in text.char_indices() {
        let end = at + letter.len_utf8();
        match part(letter) {
            Part::Letter => fold(letter, &mut |folded| {
                // Scripts that put no spaces between words: each letter is one.
                let alone = is_word(folded);
                if alone {
                    word.close(&mut found);
                }
                word.push(folded, at..end);
                if alone {
                    word.close(&mut found);
                }
            }),
            Part::Nothing => word.stretch(end),
            Part::End => word.close(&mut found),
        }
    }
    word.close(&mut found);
    found
}

/// A word that may go on.
#[derive(Default)]
struct Open {
    text: String,
    length: usize,
    place: Range<usize>,
}

impl Open {
    fn push(&mut self, folded: char, place: Range<usize>) {
        if self.text.is_empty() {
            self.place.start = place.start;
        }
        self.place.end = place.end;
        if self.length < LONGEST {
            self.text.push(folded);
            self.length += 1;
        }
    }

    /// An accent belongs to the letter before it.
    fn stretch(&mut self, end: usize) {
        if !self.text.is_empty() {
            self.place.end = end;
        }
    }

    fn close(&mut self, found: &mut Vec<Word>) {
        if !self.text.is_empty() {
            found.push(Word {
                text: std::mem::take(&mut self.text),
                place: self.place.clone(),
            });
        }
        self.length = 0;
    }
}

fn part(letter: char) -> Part {
    if letter.is_ascii() {
        return if letter.is_ascii_alphanumeric() {
            Part::Letter
        } else {
            Part::End
        };
    }
    match letter {
        // Soft hyphen, joiners, marks of direction, byte-order mark.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => Part::Nothing,
        _ if is_combining_mark(letter) => Part::Nothing,
        _ => {
            let mut any = false;
            fold(letter, &mut |_| any = true);
            if any { Part::Letter } else { Part::End }
        }
    }
}

/// Whether a letter is a word by itself: Thai, Lao, Myanmar, Khmer; kana; Chinese characters.
fn is_word(letter: char) -> bool {
    matches!(
        letter,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}'
    )
}

/// The letters and digits that a character stands for.
fn fold(letter: char, take: &mut impl FnMut(char)) {
    if letter.is_ascii() {
        take(letter.to_ascii_lowercase());
        return;
    }
    decompose_compatible(letter, |piece| {
        for lower in piece.to_lowercase() {
            match lower {
                'ß' => "ss".chars().for_each(&mut *take),
                'æ' => "ae".chars().for_each(&mut *take),
                'œ' => "oe".chars().for_each(&mut *take),
                'þ' => "th".chars().for_each(&mut *take),
                'ø' => take('o'),
                'đ' | 'ð' => take('d'),
                'ħ' => take('h'),
                'ł' => take('l'),
                'ı' => take('i'),
                'ς' => take('σ'),
                _ if lower.is_alphanumeric() && !is_combining_mark(lower) => take(lower),
                _ => {}
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let words: Vec<String> = words(text).into_iter().map(|word| word.text).collect();
        words.join(" ")
    }

    #[test]
    fn case_accents_and_signs_make_no_difference() {
        for (text, wanted) in [
            ("Größer DRÜCKEN", "grosser drucken"),
            ("Œuvre, Æther; Łódź/Søren", "oeuvre aether lodz soren"),
            ("e\u{301}te\u{301} café", "ete cafe"),
            ("ﬁle № 5 ½", "file no 5 12"),
            ("don't re-try a_b", "don t re try a b"),
            ("İstanbul ΣΊΣΥΦΟΣ", "istanbul σισυφοσ"),
            ("co\u{ad}op\u{200b}erate \u{202e}abc", "cooperate abc"),
            ("ＶＰＮ ２", "vpn 2"),
            ("网络 down", "网 络 down"),
            ("\0 \u{1} %*\"'()", ""),
            ("0x80070005 user@example.org", "0x80070005 user example org"),
        ] {
            assert_eq!(folded(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_long_word_counts_by_its_beginning() {
        let long = "ab".repeat(500);
        let found = words(&long);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].text, "ab".repeat(32));
        assert_eq!(found[0].place, 0..1_000);
    }

    proptest! {
        #[test]
        fn words_are_letters_and_digits_at_places_in_their_order(text in "\\PC{0,60}|.{0,60}") {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(!word.text.is_empty());
                prop_assert!(word.text.chars().all(char::is_alphanumeric));
                prop_assert!(word.text.chars().count() <= LONGEST);
                prop_assert!(word.place.start >= last && word.place.end > word.place.start);
                prop_assert!(text.get(word.place.clone()).is_some());
                last = word.place.start;
            }
        }

        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once);
        }
    }
}
