//! What a file is: by an allow-list of endings, and by its first bytes, which must agree.

use super::FileKind;
use super::name::ending_of;

/// How many bytes from the beginning are looked at.
pub const HEAD_BYTES: usize = 4096;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Files with this ending are not taken, whatever they contain.
    Ending,
    /// The content is not what the ending says.
    Content,
}

impl Refused {
    /// For the person who chose it.
    pub fn message(self, name: &str) -> String {
        match self {
            Self::Ending => format!(
                "“{name}” is of a kind that is not taken. Images, PDF, office documents, text, archives, sound and film are."
            ),
            Self::Content => {
                format!(
                    "“{name}” is not what its name says, or it is damaged. Open it and save it again."
                )
            }
        }
    }
}

/// What a file may be by its ending; `None` is not taken.
fn by_ending(ending: &str) -> Option<&'static [FileKind]> {
    use FileKind::*;
    // Images are what their first bytes say: cameras and chat programs give them the wrong ending often enough.
    const IMAGES: &[FileKind] = &[Png, Jpeg, Gif, Webp];
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" | "jpg" | "jpeg" | "jfif" | "gif" | "webp" => IMAGES,
        "pdf" => &[Pdf],
        "txt" | "log" | "csv" | "tsv" | "md" | "json" | "jsonl" | "xml" | "yaml" | "yml"
        | "ini" | "conf" | "cfg" | "toml" | "eml" | "ics" | "vcf" | "diff" | "patch" => &[Text],
        "docx" | "xlsx" | "pptx" | "odt" | "ods" | "odp" | "doc" | "xls" | "ppt" | "msg"
        | "rtf" => &[Office],
        "zip" | "gz" | "tgz" | "7z" => &[Archive],
        "mp4" | "m4v" | "mov" | "webm" => &[Video],
        "mp3" | "m4a" | "wav" | "ogg" | "opus" => &[Audio],
        _ => return None,
    })
}

/// What a file of this (cleaned) name that begins with these bytes is.
pub fn kind_of(name: &str, head: &[u8]) -> Result<FileKind, Refused> {
    let kinds = ending_of(name).and_then(by_ending).ok_or(Refused::Ending)?;
    kinds
        .iter()
        .copied()
        .find(|kind| begins_as(*kind, name, head))
        .ok_or(Refused::Content)
}

/// Whether files of this kind may be called so; for whoever cannot look into it yet.
pub fn ending_is_taken(name: &str) -> bool {
    ending_of(name).and_then(by_ending).is_some()
}

fn begins_as(kind: FileKind, name: &str, head: &[u8]) -> bool {
    let starts = |magic: &[u8]| head.starts_with(magic);
    let at = |place: usize, magic: &[u8]| {
        head.get(place..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    const ZIP: &[u8] = b"PK\x03\x04";
    match kind {
        FileKind::Png => starts(b"\x89PNG\r\n\x1a\n"),
        FileKind::Jpeg => starts(b"\xff\xd8\xff"),
        FileKind::Gif => starts(b"GIF87a") || starts(b"GIF89a"),
        FileKind::Webp => starts(b"RIFF") && at(8, b"WEBP"),
        FileKind::Pdf => starts(b"%PDF-"),
        FileKind::Text => is_text(head),
        FileKind::Office => match ending_of(name).map(str::to_ascii_lowercase).as_deref() {
            Some("doc" | "xls" | "ppt" | "msg") => starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
            Some("rtf") => starts(b"{\\rtf"),
            _ => starts(ZIP),
        },
        FileKind::Archive => match ending_of(name).map(str::to_ascii_lowercase).as_deref() {
            Some("gz" | "tgz") => starts(b"\x1f\x8b"),
            Some("7z") => starts(b"7z\xbc\xaf\x27\x1c"),
            // An empty archive is its directory alone.
            _ => starts(ZIP) || starts(b"PK\x05\x06"),
        },
        FileKind::Video => at(4, b"ftyp") || starts(b"\x1a\x45\xdf\xa3"),
        FileKind::Audio => {
            starts(b"ID3")
                || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0)
                || at(4, b"ftyp")
                || starts(b"OggS")
                || (starts(b"RIFF") && at(8, b"WAVE"))
        }
    }
}

/// Text has no null and hardly any control characters; which alphabet it is in matters not, but for UTF-16 with its
/// mark, which is half nulls.
fn is_text(head: &[u8]) -> bool {
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return true;
    }
    head.iter()
        .all(|byte| !matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127))
}
