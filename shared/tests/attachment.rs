//! What holds for any name and any bytes of an attached file.

use proptest::prelude::*;
use shared::attachment::{FileKind, HEAD_BYTES, Refused, clean_name, ending_is_taken, kind_of};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

proptest! {
    #[test]
    fn a_cleaned_name_is_one_harmless_short_name(given in "\\PC{0,40}[/\\\\.\u{0}\u{202e} ]{0,5}\\PC{0,200}") {
        let name = clean_name(&given);
        prop_assert!(!name.is_empty() && name.chars().count() <= 120);
        let harmful = ['/', '\\', '"', '\0', '\r', '\n', '\u{202e}'];
        prop_assert!(!name.contains(harmful));
        prop_assert!(!name.starts_with('.') && name != "..");
        prop_assert_eq!(clean_name(&name), name.clone(), "cleaning again changes nothing");
    }

    #[test]
    fn only_what_begins_as_an_image_is_one(name in "[a-z]{1,8}", ending in "(png|jpg|gif|webp)", head in proptest::collection::vec(any::<u8>(), 0..64)) {
        match kind_of(&format!("{name}.{ending}"), &head) {
            Ok(kind) => {
                prop_assert!(kind.is_image());
                let magic: &[u8] = match kind {
                    FileKind::Png => b"\x89PNG",
                    FileKind::Jpeg => b"\xff\xd8\xff",
                    FileKind::Gif => b"GIF8",
                    _ => b"RIFF",
                };
                prop_assert!(head.starts_with(magic));
            }
            Err(refused) => prop_assert_eq!(refused, Refused::Content),
        }
    }

    #[test]
    fn an_ending_that_is_not_on_the_list_is_refused_whatever_is_inside(
        ending in "(exe|html|htm|svg|js|bat|cmd|ps1|vbs|jar|lnk|msi|apk|xhtml|swf|hta|scr|EXE|Html|)",
        head in prop_oneof![Just(PNG.to_vec()), Just(b"%PDF-1.7".to_vec()), proptest::collection::vec(any::<u8>(), 0..HEAD_BYTES)],
    ) {
        let name = format!("shot.png.{ending}");
        prop_assert_eq!(kind_of(&name, &head), Err(Refused::Ending));
        prop_assert!(!ending_is_taken(&name));
    }

    #[test]
    fn nothing_is_served_as_something_that_runs(name in "\\PC{1,20}", ending in "[a-z0-9]{1,5}", head in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(kind) = kind_of(&format!("{name}.{ending}"), &head) {
            let served = kind.media_type();
            for active in ["html", "svg", "xml", "javascript", "xhtml"] {
                prop_assert!(!served.contains(active), "{served}");
            }
        }
    }
}

#[test]
fn content_and_ending_must_agree() {
    for (name, head, kind) in [
        ("shot.png", PNG, Ok(FileKind::Png)),
        ("shot.JPG", PNG, Ok(FileKind::Png)),
        ("shot.png", b"<svg onload=alert(1)>", Err(Refused::Content)),
        ("shot.png", b"GIF89a<script>", Ok(FileKind::Gif)),
        ("a.pdf", b"%PDF-1.7", Ok(FileKind::Pdf)),
        ("a.pdf", b"MZ\x90\0", Err(Refused::Content)),
        ("a.txt", b"<html><script>", Ok(FileKind::Text)),
        ("a.txt", b"MZ\x90\0\x03", Err(Refused::Content)),
        ("a.csv", "Größe;1\r\n".as_bytes(), Ok(FileKind::Text)),
        ("a.csv", b"\xff\xfea\0;\0", Ok(FileKind::Text)),
        ("a.docx", b"PK\x03\x04\x14\0", Ok(FileKind::Office)),
        ("a.doc", b"PK\x03\x04\x14\0", Err(Refused::Content)),
        ("a.zip", b"PK\x03\x04\x14\0", Ok(FileKind::Archive)),
        ("a.jar", b"PK\x03\x04\x14\0", Err(Refused::Ending)),
        ("a.mp4", b"\0\0\0\x20ftypisom", Ok(FileKind::Video)),
        ("noending", b"text", Err(Refused::Ending)),
        (".png", PNG, Err(Refused::Ending)),
    ] {
        assert_eq!(kind_of(name, head), kind, "{name}");
    }
}
