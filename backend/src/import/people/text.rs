//! Makes text of a file's bytes, and finds what separates its columns.

/// The file as text: UTF-8 or UTF-16 with or without a byte-order mark, else Latin-1 as Windows
/// writes it. Gives the name of what it was, too.
pub fn decode(bytes: &[u8]) -> (String, &'static str) {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => (String::from_utf8_lossy(rest).into_owned(), "UTF-8"),
        [0xFF, 0xFE, rest @ ..] => (utf16(rest, u16::from_le_bytes), "UTF-16"),
        [0xFE, 0xFF, rest @ ..] => (utf16(rest, u16::from_be_bytes), "UTF-16"),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => (text.to_owned(), "UTF-8"),
            Err(_) => (
                bytes.iter().map(|byte| windows_1252(*byte)).collect(),
                "Latin-1",
            ),
        },
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| read([pair[0], pair[1]]))
        .collect();
    String::from_utf16_lossy(&units)
}

/// Windows puts signs of its own where Latin-1 has controls.
fn windows_1252(byte: u8) -> char {
    const SIGNS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9F => SIGNS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// What separates the columns: whichever of comma, semicolon and tab is most frequent in the first
/// line, outside of quotes.
pub fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(sign, _)| *sign == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    let mut best = counts[0];
    for candidate in counts {
        if candidate.1 > best.1 {
            best = candidate;
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_whatever_letters_they_were_written() {
        for bytes in [
            "João".as_bytes().to_vec(),
            [b"\xEF\xBB\xBF", "João".as_bytes()].concat(),
            b"Jo\xE3o".to_vec(),
            b"\xFF\xFEJ\0o\0\xE3\0o\0".to_vec(),
        ] {
            assert_eq!(decode(&bytes).0, "João", "{bytes:?}");
        }
        assert_eq!(decode(b"\x80 \x96 \xFC"), ("€ – ü".to_owned(), "Latin-1"));
    }

    #[test]
    fn the_separator_is_found_outside_of_quotes() {
        assert_eq!(separator("a;b;c\n1,2;3"), b';');
        assert_eq!(separator("\"a;b;c\",d\n"), b',');
        assert_eq!(separator("a\tb"), b'\t');
        assert_eq!(separator("email"), b',');
    }
}
