//! Renders what people wrote. Everything that a browser could run is taken out.

use pulldown_cmark::{Event, Options, Parser, html};

/// CommonMark with tables, strikethrough and task lists, as sanitised HTML. Raw HTML shows as the
/// text that it is; line breaks stay; links open apart and tell no referrer; images are not loaded
/// from elsewhere.
pub fn render(text: &str) -> String {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let events = Parser::new_ext(text, options).map(|event| match event {
        Event::Html(raw) | Event::InlineHtml(raw) => Event::Text(raw),
        Event::SoftBreak => Event::HardBreak,
        other => other,
    });
    let mut unsafe_html = String::with_capacity(text.len() * 3 / 2);
    html::push_html(&mut unsafe_html, events);
    ammonia::Builder::default()
        .rm_tags(["img"])
        .url_schemes(["http", "https", "mailto", "tel"].into())
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .clean(&unsafe_html)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_runs_survives() {
        for hostile in [
            "<script>alert(1)</script>",
            "[x](javascript:alert(1))",
            "<img src=x onerror=alert(1)>",
            "<a href=\"data:text/html,x\" onclick=alert(1)>x</a>",
            "![x](https://tracker.example/x.png)",
        ] {
            let html = render(hostile);
            for word in ["<script", "<img", "<a href=\"javascript", "<a href=\"data"] {
                assert!(!html.contains(word), "{hostile} -> {html}");
            }
        }
    }

    #[test]
    fn what_people_write_looks_like_it() {
        assert_eq!(
            render("**no** network"),
            "<p><strong>no</strong> network</p>\n"
        );
        assert!(render("one\ntwo").contains("<br>"));
        assert!(render("a < b").contains("a &lt; b"));
    }
}
