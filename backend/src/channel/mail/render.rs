//! What a mail looks like: the same content as plain text and as simple HTML. Everything that people
//! wrote is escaped, or goes through the Markdown renderer that the client's pages use.

use crate::platform::markdown;
use std::fmt::Write as _;

/// Longest subject, in characters.
const SUBJECT_MAX: usize = 150;

/// What a mail says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Whose mail.
    pub organisation: String,
    /// To whom.
    pub name: String,
    /// What happened, in a sentence.
    pub headline: String,
    /// What somebody wrote, in Markdown.
    pub body: Option<String>,
    /// What to know besides; a paragraph each.
    pub notes: Vec<String>,
    /// What the one button says, and where it leads.
    pub link: Option<(String, String)>,
    /// Why this came.
    pub reason: String,
}

/// Text as one line: nothing of it can begin another header, and nothing turns its direction.
pub fn line(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}'))
        .collect::<String>()
        .split(' ')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A subject: one line that is not too long for lists of mail.
pub fn subject(text: &str) -> String {
    let text = line(text);
    if text.chars().count() <= SUBJECT_MAX {
        return text;
    }
    let mut short: String = text.chars().take(SUBJECT_MAX - 1).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// Text of several lines without what is no text.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

/// As plain text.
pub fn plain(content: &Content) -> String {
    let mut parts = Vec::new();
    if !content.name.is_empty() {
        parts.push(format!("Hello {},", line(&content.name)));
    }
    parts.push(line(&content.headline));
    if let Some(body) = &content.body {
        parts.push(lines(body).trim().to_owned());
    }
    parts.extend(content.notes.iter().map(|note| line(note)));
    if let Some((label, url)) = &content.link {
        parts.push(format!("{}:\n{url}", line(label)));
    }
    let mut text = parts.join("\n\n");
    // The separator of signatures, which programs know: two hyphens and a blank.
    let _ = write!(
        text,
        "\n\n-- \n{}\n{}\n",
        line(&content.organisation),
        line(&content.reason)
    );
    text
}

/// As HTML: no picture, no script, nothing that is loaded from elsewhere.
pub fn html(content: &Content) -> String {
    let mut html = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\n\
         <body style=\"margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif\">\n\
         <div style=\"max-width:600px;margin:0 auto\">\n",
    );
    let mut paragraph = |text: &str, style: &str| {
        let style = if style.is_empty() {
            String::new()
        } else {
            format!(" style=\"{style}\"")
        };
        let _ = writeln!(html, "<p{style}>{}</p>", escape(&line(text)));
    };
    if !content.name.is_empty() {
        paragraph(&format!("Hello {},", content.name), "");
    }
    paragraph(&content.headline, "font-weight:600");
    if let Some(body) = &content.body {
        let _ = writeln!(
            html,
            "<div style=\"margin:16px 0;padding:4px 16px;border-left:3px solid #8a8f98;overflow-wrap:anywhere\">{}</div>",
            markdown::render(&lines(body))
        );
    }
    for note in &content.notes {
        let _ = writeln!(html, "<p>{}</p>", escape(&line(note)));
    }
    if let Some((label, url)) = &content.link {
        let _ = writeln!(
            html,
            "<p style=\"margin:24px 0\"><a href=\"{url}\" style=\"display:inline-block;padding:10px 18px;border-radius:8px;background:#2f5bd7;color:#fff;text-decoration:none;font-weight:600\">{label}</a></p>\n\
             <p style=\"font-size:13px;overflow-wrap:anywhere\">{url}</p>",
            url = escape(url),
            label = escape(&line(label)),
        );
    }
    let _ = write!(
        html,
        "<hr style=\"border:0;border-top:1px solid #8a8f98;margin:24px 0 8px\">\n\
         <p style=\"font-size:13px;margin:0\">{}<br>{}</p>\n</div></body></html>\n",
        escape(&line(&content.organisation)),
        escape(&line(&content.reason))
    );
    html
}

fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content(hostile: &str) -> Content {
        Content {
            organisation: hostile.to_owned(),
            name: hostile.to_owned(),
            headline: hostile.to_owned(),
            body: Some(hostile.to_owned()),
            notes: vec![hostile.to_owned()],
            link: Some((hostile.to_owned(), "https://help.example.org/x".to_owned())),
            reason: hostile.to_owned(),
        }
    }

    #[test]
    fn nothing_that_runs_or_loads_survives() {
        for hostile in [
            "<script>alert(1)</script>",
            "<img src=https://tracker.example/x.png>",
            "![x](https://tracker.example/x.png)",
            "\"><svg onload=alert(1)>",
            "<style>*{display:none}</style>",
        ] {
            let html = html(&content(hostile));
            for word in ["<script", "<img", "<svg", "<style"] {
                assert!(!html.contains(word), "{hostile} -> {html}");
            }
        }
    }

    #[test]
    fn a_long_subject_ends_in_dots() {
        let long = subject(&"word ".repeat(100));
        assert_eq!(long.chars().count(), SUBJECT_MAX);
        assert!(long.ends_with("word…") || long.ends_with('…'), "{long}");
        assert_eq!(subject("short"), "short");
    }

    #[test]
    fn plain_text_reads_like_a_letter() {
        let content = Content {
            organisation: "Example".into(),
            name: "Ana Sousa".into(),
            headline: "Marta wrote:".into(),
            body: Some("Which **mailbox**?\r\nThe shared one?".into()),
            notes: Vec::new(),
            link: Some(("Answer".into(), "https://help.example.org/x".into())),
            reason: "Because.".into(),
        };
        assert_eq!(
            plain(&content),
            "Hello Ana Sousa,\n\nMarta wrote:\n\nWhich **mailbox**?\nThe shared one?\n\nAnswer:\nhttps://help.example.org/x\n\n-- \nExample\nBecause.\n"
        );
    }

    proptest! {
        #[test]
        fn a_line_is_one_line(text in any::<String>()) {
            let line = line(&text);
            prop_assert!(!line.chars().any(char::is_control), "{line:?}");
            let turned = line.contains(['\u{2028}', '\u{2029}', '\u{202e}']);
            prop_assert!(!turned, "{line:?}");
        }

        #[test]
        fn html_has_no_tags_but_its_own(text in "[<>\"'&a-z/ !=\n]{0,60}") {
            let opened = html(&Content { body: None, ..content(&text) }).matches('<').count();
            let plain = html(&Content { body: None, ..content("x") }).matches('<').count();
            // A name without a letter leaves its greeting out, and nothing adds a tag.
            prop_assert!(opened <= plain, "{text:?}");
        }
    }
}
