//! Just enough HTML to find `<link data-trunk …>` and put something in its place.

use std::{collections::BTreeMap, ops::Range};

use anyhow::{Result, bail};

/// One `<link data-trunk …>` of the index page.
#[derive(Debug, PartialEq, Eq)]
pub struct Link {
    /// Where the tag stands, from `<` to behind `>`, in bytes.
    pub span: Range<usize>,
    /// Attributes by name; one without a value has an empty one.
    pub attributes: BTreeMap<String, String>,
}

/// All tags marked for Trunk, in the order of the page.
///
/// Comments and the text of scripts and styles are passed over. A marked tag
/// that is no `link` is an error, as is markup that never ends.
pub fn trunk_links(page: &str) -> Result<Vec<Link>> {
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(found) = page[at..].find('<') {
        let start = at + found;
        let rest = &page[start..];
        if rest.starts_with("<!--") {
            let Some(end) = rest.find("-->") else {
                bail!("a comment of the index page never ends");
            };
            at = start + end + 3;
            continue;
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            at = start + 1;
            continue;
        }
        let (name, attributes, length) = read_tag(rest)?;
        let end = start + length;
        if attributes.contains_key("data-trunk") {
            if name != "link" {
                bail!("<{name} data-trunk> is not supported, only <link data-trunk>");
            }
            links.push(Link {
                span: start..end,
                attributes,
            });
        }
        at = end;
        if name == "script" || name == "style" {
            let close = format!("</{name}");
            let Some(text) = page[at..].find(&close) else {
                bail!("a <{name}> of the index page never ends");
            };
            at += text;
        }
    }
    Ok(links)
}

/// Reads one opening tag from its `<`: name in lower case, attributes, length in bytes.
fn read_tag(text: &str) -> Result<(String, BTreeMap<String, String>, usize)> {
    let bytes = text.as_bytes();
    let is_name_end = |b: u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'=');
    let mut at = 1;
    while at < bytes.len() && !is_name_end(bytes[at]) {
        at += 1;
    }
    let name = text[1..at].to_ascii_lowercase();
    let mut attributes = BTreeMap::new();
    loop {
        while at < bytes.len() && (bytes[at].is_ascii_whitespace() || bytes[at] == b'/') {
            at += 1;
        }
        if at >= bytes.len() {
            bail!("the tag <{name} of the index page never ends");
        }
        if bytes[at] == b'>' {
            return Ok((name, attributes, at + 1));
        }
        let key_start = at;
        while at < bytes.len() && !is_name_end(bytes[at]) {
            at += 1;
        }
        if at == key_start {
            bail!("the tag <{name} of the index page has an attribute without a name");
        }
        let key = text[key_start..at].to_ascii_lowercase();
        let mut value = String::new();
        if bytes.get(at) == Some(&b'=') {
            at += 1;
            match bytes.get(at) {
                Some(&quote @ (b'"' | b'\'')) => {
                    let value_start = at + 1;
                    let Some(length) = text[value_start..].find(quote as char) else {
                        bail!("the value of {key} in <{name}> never ends");
                    };
                    value = text[value_start..value_start + length].to_owned();
                    at = value_start + length + 1;
                }
                _ => {
                    let value_start = at;
                    while at < bytes.len() && !bytes[at].is_ascii_whitespace() && bytes[at] != b'>'
                    {
                        at += 1;
                    }
                    value = text[value_start..at].to_owned();
                }
            }
        }
        attributes.insert(key, value);
    }
}

/// The page with each span replaced; spans come in ascending order.
pub fn replace(page: &str, replacements: &[(Range<usize>, String)]) -> String {
    let mut out = String::with_capacity(page.len() + 1024);
    let mut at = 0;
    for (span, html) in replacements {
        out.push_str(&page[at..span.start]);
        out.push_str(html);
        at = span.end;
    }
    out.push_str(&page[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_links_are_found_with_their_attributes_in_order() {
        let page = r#"<head><link rel="icon" href="x"><link data-trunk rel='css' href=a.css>
            <LINK data-trunk rel="rust" data-bin="frontend"/></head>"#;
        let links = trunk_links(page).unwrap();
        assert_eq!(links.len(), 2);
        assert_eq!(links[0].attributes["rel"], "css");
        assert_eq!(links[0].attributes["href"], "a.css");
        assert_eq!(
            &page[links[0].span.clone()],
            "<link data-trunk rel='css' href=a.css>"
        );
        assert_eq!(links[1].attributes["data-bin"], "frontend");
    }

    #[test]
    fn comments_scripts_and_styles_are_passed_over() {
        let page = r#"<!-- <link data-trunk rel="css"> --><script>if (a <b) x("<link data-trunk>")</script>
            <style>/* <link data-trunk> */</style>"#;
        assert_eq!(trunk_links(page).unwrap(), []);
    }

    #[test]
    fn another_marked_tag_is_refused() {
        let error = trunk_links(r#"<script data-trunk src="a.js"></script>"#).unwrap_err();
        assert!(error.to_string().contains("<script data-trunk>"), "{error}");
    }

    #[test]
    fn markup_that_never_ends_is_refused() {
        for page in ["<!-- x", "<link data-trunk", "<link a=\"b>", "<script>x"] {
            assert!(trunk_links(page).is_err(), "{page}");
        }
    }

    #[test]
    fn replacing_leaves_the_rest_of_the_page_alone() {
        let page = "<p>é</p><link data-trunk rel=css href=a><p>z</p>";
        let links = trunk_links(page).unwrap();
        let replaced = replace(page, &[(links[0].span.clone(), "<b>".to_owned())]);
        assert_eq!(replaced, "<p>é</p><b><p>z</p>");
    }
}
