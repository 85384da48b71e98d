//! Reads HTML as suspiciously as a browser reads it kindly: whatever is not known to be harmless
//! is a fault.

/// Elements that a rendered text may have.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
];
/// Attributes that they may have.
const ATTRIBUTES: &[&str] = &[
    "align", "href", "rel", "start", "target", "title", "colspan", "rowspan", "lang", "cite",
];
/// What a link may lead to.
const SCHEMES: &[&str] = &["http", "https", "mailto", "tel"];

/// Panics unless nothing in the text could run, load, or take a visitor anywhere but by a link.
pub fn assert_harmless(html: &str) {
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest
            .find('>')
            .unwrap_or_else(|| panic!("an open tag: {html}"));
        tag(&rest[..end], html);
        rest = &rest[end + 1..];
    }
}

fn tag(text: &str, html: &str) {
    let name = text.trim_start_matches('/');
    let end = name
        .find(|c: char| !c.is_ascii_alphanumeric())
        .unwrap_or(name.len());
    let (name, mut attributes) = name.split_at(end);
    assert!(ELEMENTS.contains(&name), "<{name}> in {html}");
    loop {
        attributes = attributes.trim_start_matches([' ', '/']);
        if attributes.is_empty() {
            return;
        }
        let (attribute, rest) = attributes
            .split_once("=\"")
            .unwrap_or_else(|| panic!("an attribute without a value: {html}"));
        let (value, rest) = rest
            .split_once('"')
            .unwrap_or_else(|| panic!("an open attribute: {html}"));
        assert!(ATTRIBUTES.contains(&attribute), "{attribute} in {html}");
        if matches!(attribute, "href" | "cite") {
            link(value, html);
        }
        attributes = rest;
    }
}

/// A browser passes over blanks and control characters within a scheme.
fn link(value: &str, html: &str) {
    let plain: String = value
        .replace("&colon;", ":")
        .replace("&#58;", ":")
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .collect();
    let before = plain.split(['/', '?', '#']).next().unwrap_or_default();
    if let Some((scheme, _)) = before.split_once(':') {
        // Anything else before a colon is part of a relative address.
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        let scheme = scheme.to_ascii_lowercase();
        assert!(
            !is_scheme || SCHEMES.contains(&scheme.as_str()),
            "{value} in {html}"
        );
    }
}
