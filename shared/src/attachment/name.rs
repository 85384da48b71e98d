//! Names of files, made harmless.

/// Most characters of a name.
const NAME_MAX: usize = 120;
/// An ending longer than this is part of the name.
const ENDING_MAX: usize = 12;

/// A file's name as it is kept and shown: without folders, control characters, and characters that turn the direction
/// of reading (which would let `gnp.exe` look like `exe.png`); not hidden, and not too long. Never empty.
pub fn clean_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = last
        .chars()
        .filter(|c| !c.is_control() && !unseen(*c))
        .map(|c| match c {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let name = kept.trim_matches(|c: char| c == '.' || c == ' ');
    if name.is_empty() {
        return "file".to_owned();
    }
    shortened(name)
}

/// Characters that nobody sees and that change how others are read.
fn unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Cut in the middle: the ending says what it is.
fn shortened(name: &str) -> String {
    let length = name.chars().count();
    if length <= NAME_MAX {
        return name.to_owned();
    }
    let ending = ending_of(name).map_or(0, |ending| ending.chars().count() + 1);
    let start: String = name.chars().take(NAME_MAX - ending - 1).collect();
    let end: String = name.chars().skip(length - ending).collect();
    format!("{}…{end}", start.trim_end())
}

/// What stands after the last dot, if that is short enough to be an ending.
pub(super) fn ending_of(name: &str) -> Option<&str> {
    let (before, ending) = name.rsplit_once('.')?;
    (!before.is_empty() && !ending.is_empty() && ending.chars().count() <= ENDING_MAX)
        .then_some(ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_could_do_harm() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\ana\\shot.png", "shot.png"),
            ("..", "file"),
            ("", "file"),
            ("  .htaccess ", "htaccess"),
            ("a\u{0}b\r\nc.txt", "abc.txt"),
            ("photo\u{202e}gnp.exe", "photognp.exe"),
            ("a\"b<c>.txt", "a_b_c_.txt"),
            ("Übersicht März.xlsx", "Übersicht März.xlsx"),
            ("a\u{a0}b.txt", "a b.txt"),
        ] {
            assert_eq!(clean_name(given), kept, "{given:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let name = clean_name(&format!("{}.xlsx", "ä".repeat(300)));
        assert_eq!(name.chars().count(), 120);
        assert!(name.ends_with("….xlsx"), "{name}");
    }
}
