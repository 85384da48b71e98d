//! Files that people attach: what is taken, how much of it, and what it is called. The server decides by these rules;
//! the browser asks them first, so that nobody waits for an upload that would be refused.

mod kind;
mod name;

pub use kind::{HEAD_BYTES, Refused, ending_is_taken, kind_of};
pub use name::clean_name;

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a file is, decided by its first bytes and its name, never by what its sender says.
    FileKind {
        /// PNG image.
        Png = "png",
        /// JPEG image.
        Jpeg = "jpeg",
        /// GIF image.
        Gif = "gif",
        /// WebP image.
        Webp = "webp",
        /// PDF document.
        Pdf = "pdf",
        /// Text of any sort: notes, logs, tables, mails.
        Text = "text",
        /// Document of an office program.
        Office = "office",
        /// Archive; it is never unpacked.
        Archive = "archive",
        /// Film, such as a recording of the screen.
        Video = "video",
        /// Sound.
        Audio = "audio",
    }
}

impl FileKind {
    /// With which media type it is served. Nothing here runs in a browser.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Pdf => "application/pdf",
            Self::Text => "text/plain; charset=utf-8",
            Self::Office | Self::Archive | Self::Video | Self::Audio => "application/octet-stream",
        }
    }

    /// Whether it may be shown within a page.
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg | Self::Gif | Self::Webp)
    }
}

/// Most bytes of one file.
pub const FILE_MOST: u64 = 25 * 1024 * 1024;
/// Most files of one message or report.
pub const MESSAGE_MOST: usize = 10;
/// Most files of one ticket.
pub const TICKET_FILES_MOST: u64 = 200;
/// Most bytes of all files of one ticket.
pub const TICKET_BYTES_MOST: u64 = 500 * 1024 * 1024;
/// Most files that one person may have uploaded and not yet sent.
pub const PENDING_FILES_MOST: u64 = 40;
/// Most bytes of them.
pub const PENDING_BYTES_MOST: u64 = 250 * 1024 * 1024;

const UNITS: [&str; 3] = ["KB", "MB", "GB"];

/// A size as people say it: `950 bytes`, `1.4 MB`, `31 MB`; one megabyte has 1024 kilobytes, as file managers count.
pub fn size_in_words(bytes: u64) -> String {
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    // Tenths of the unit, rounded; what rounds up to 1024 of a unit is one of the next.
    let mut scale = 1024;
    for (place, unit) in UNITS.iter().enumerate() {
        let tenths = (u128::from(bytes) * 10 + scale / 2) / scale;
        let last = place + 1 == UNITS.len();
        if tenths < 10 * 1024 || last {
            let (whole, rest) = (tenths / 10, tenths % 10);
            return if whole >= 10 || rest == 0 {
                format!("{} {unit}", (u128::from(bytes) + scale / 2) / scale)
            } else {
                format!("{whole}.{rest} {unit}")
            };
        }
        scale *= 1024;
    }
    unreachable!("the last unit takes everything")
}

/// Why a file of this size is not taken, in words; `None` if it is.
pub fn refuse_size(name: &str, bytes: u64) -> Option<String> {
    if bytes == 0 {
        return Some(format!("“{name}” is empty."));
    }
    (bytes > FILE_MOST).then(|| {
        // Just above the limit both would read the same.
        let size = match size_in_words(bytes) {
            same if same == size_in_words(FILE_MOST) => format!("a little more than {same}"),
            size => size,
        };
        format!(
            "“{name}” is {size}; {} is the limit for one file.",
            size_in_words(FILE_MOST)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_people_say_them() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (1023, "1023 bytes"),
            (1024, "1 KB"),
            (1536, "1.5 KB"),
            (1024 * 1024 - 1, "1 MB"),
            (1024 * 1024 * 3 / 2, "1.5 MB"),
            (31 * 1024 * 1024, "31 MB"),
            (25 * 1024 * 1024, "25 MB"),
            (10 * 1024 * 1024 + 600 * 1024, "11 MB"),
            (3 * 1024 * 1024 * 1024, "3 GB"),
            (u64::MAX, "17179869184 GB"),
        ] {
            assert_eq!(size_in_words(bytes), words, "{bytes}");
        }
    }

    #[test]
    fn a_refused_size_says_what_would_be_taken() {
        assert_eq!(refuse_size("a.png", FILE_MOST), None);
        assert_eq!(
            refuse_size("a.png", 31 * 1024 * 1024).as_deref(),
            Some("“a.png” is 31 MB; 25 MB is the limit for one file.")
        );
        assert_eq!(
            refuse_size("a.png", FILE_MOST + 1).as_deref(),
            Some("“a.png” is a little more than 25 MB; 25 MB is the limit for one file.")
        );
        assert_eq!(refuse_size("a", 0).as_deref(), Some("“a” is empty."));
    }
}
