//! Fuzz targets for whatever reads what others wrote. Each runs a few seconds with the tests, and
//! as long as one likes by `cargo xtask fuzz --minutes N [target]`.

mod harness;
mod html;

use backend::http::asked::Asked;
use backend::http::limits::{self, Limits};
use backend::import::servicenow_log::header::Layout;
use backend::import::servicenow_log::lines::{Record, Records};
use backend::import::servicenow_log::row::Row;
use backend::platform::markdown;
use backend::platform::paging::{Ends, Part, cursor, parse_cursor};
use backend::platform::search::query::{Query, TERMS_MOST};
use backend::platform::search::snippet::Looked;
use harness::fuzz;
use shared::calendar::{CalendarDefinition, CompiledCalendar, Date, WorkingTime as _};
use shared::id::{ApiTokenId, PersonId, TicketId};
use shared::ticket::Reference;
use shared::time::Timestamp;
use std::io::Cursor;

#[test]
fn identities() {
    let seeds = [
        "ticket_01jc4qqwxge2dsvn6qhq5c5f2m",
        "person_00000000000000000000000000",
        "INC-000123",
        "req 77",
        "2026-05-04T09:30:00Z",
        "2026-12-31T23:59:59.999+14:00",
        "2024-02-29",
    ];
    let words = [
        "ticket_",
        "person_",
        "_",
        "7zzzzzzzzzzzzzzzzzzzzzzzzz",
        "8",
        "INC",
        "REQ-",
        "-",
        "T",
        "Z",
        ":",
        "+23:59",
        "-00:00",
        "0000-00-00",
        "9999-12-31",
        ".999999999999",
        "24:00:00",
        "60",
    ];
    fuzz("identities", &seeds, &words, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        if let Ok(id) = text.parse::<TicketId>() {
            assert_eq!(id.to_string(), text, "one writing alone");
            assert!(text.parse::<PersonId>().is_err(), "of one kind alone");
            assert!(text.parse::<ApiTokenId>().is_err());
        }
        if let Ok(reference) = text.parse::<Reference>() {
            let again = reference.to_string().parse::<Reference>();
            assert_eq!(again, Ok(reference));
        }
        if let Ok(instant) = text.parse::<Timestamp>() {
            let again = instant.to_string().parse::<Timestamp>();
            assert_eq!(again.ok(), Some(instant));
        }
        if let Ok(date) = text.parse::<Date>() {
            assert_eq!(date.to_string().parse::<Date>().ok(), Some(date));
        }
    });
}

#[test]
fn cursors() {
    let seed = cursor("DUE", &["123".to_owned(), "a|b".to_owned()]);
    let seeds = [seed.as_str(), "REVF", "", "fA", "ZGF5c3w3"];
    let words = ["RFVFfA", "fHx8", "=", "-", "_", "/", "+", "AA", "gICA"];
    fuzz("cursors", &seeds, &words, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        for count in 1..=3 {
            if let Ok(parts) = parse_cursor("DUE", count, text) {
                assert_eq!(parts.len(), count);
                let written = cursor("DUE", &parts);
                assert_eq!(parse_cursor("DUE", count, &written).ok(), Some(parts));
            }
        }
        let ends = Ends {
            after: Some(text.to_owned()),
            ..Ends::default()
        };
        // Refused or read; a page of at most so many rows in any case.
        if let Ok(part) = Part::of("days", &ends, |text| text.parse::<i64>().ok()) {
            assert!(part.limit() <= 201);
        }
    });
}

#[test]
fn searched_text() {
    let seeds = [
        "wifi printer -basement \"not working\" pri",
        "„Größe“ «à la» e-mail INC-000042 don't",
        "网络断了 ไม่ทำงาน ﬁle ＶＰＮ İstanbul ß",
        "title:a AND (b OR c) NOT d* NEAR(e f, 3) ^g {h} : i",
    ];
    let words = [
        "\"",
        "-",
        "- ",
        "*",
        "(",
        ")",
        ":",
        "'",
        "''",
        "\\",
        "\0",
        "\u{301}",
        "\u{ad}",
        "\u{202e}",
        "\u{fdfa}",
        "\u{1f249}",
        "\u{10ffff}",
        "¦",
        "AND",
        "<->",
        "&!",
        "@open",
        "\t",
        "\n",
        "**",
        "`",
    ];
    fuzz("searched_text", &seeds, &words, |input| {
        let text = String::from_utf8_lossy(input);
        let query = Query::parse(&text);
        assert!(query.wanted.len() + query.unwanted.len() <= TERMS_MOST);
        for term in query.wanted.iter().chain(&query.unwanted) {
            assert!(!term.words.is_empty());
            let sound = |word: &String| !word.is_empty() && word.chars().all(char::is_alphanumeric);
            assert!(term.words.iter().all(sound), "{term:?}");
        }
        // What was asked for is found in itself, unless it is to be found nowhere.
        let looked = Looked::at(&query, &text);
        assert!(looked.terms() as usize <= query.wanted.len());
        let shown: usize = looked
            .piece(80)
            .iter()
            .map(|s| s.text.chars().count())
            .sum();
        assert!(shown <= 80 + 4 + 64 * TERMS_MOST, "{shown}");
    });
}

#[test]
fn rendered_text() {
    let seeds = [
        "**bold** _it_ ~~gone~~ `code` [link](https://example.org \"title\")",
        "| a | b |\n|:--|--:|\n| 1 | 2 |\n\n- [ ] todo\n- [x] done\n\n> quote\n\n1. one",
        "<script>alert(1)</script> <img src=x onerror=alert(1)> <a href=\"javascript:alert(1)\">x</a>",
        "[x](javascript:alert(1)) [y]: data:text/html,<script> ![i](http://x/y.png)",
        "```html\n<svg/onload=alert(1)>\n```\n\n<http://example.org> <mailto:a@b.c>",
        "[a][b]\n\n[b]: <java\nscript:alert(1)> 'onmouseover=\"alert(1)'",
    ];
    let words = [
        "<script>",
        "</script>",
        "<svg onload=alert(1)>",
        "<math><mtext>",
        "<style>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<iframe srcdoc=",
        "javascript:",
        "JaVaScRiPt&colon;",
        "&#106;avascript:",
        "&Tab;",
        "data:text/html;base64,",
        "vbscript:",
        "onclick=",
        "](",
        "[",
        ")",
        "![",
        "<a href='",
        "\n\n",
        "    ",
        "```",
        "|",
        "---",
        "\\",
        "&lt;",
        "&#x3c;",
        "&#0;",
        "<noscript>",
        "<p title=\"</noscript>",
        "<template>",
        "<form action=",
        "<base href=",
        "<meta http-equiv=",
        "</a>",
        "* ",
        "1. ",
        "> ",
    ];
    fuzz("rendered_text", &seeds, &words, |input| {
        let text = String::from_utf8_lossy(input);
        html::assert_harmless(&markdown::render(&text));
    });
}

#[test]
fn incident_logs() {
    let log = String::from_utf8_lossy(include_bytes!("../fixtures/servicenow/sample.csv"));
    let few: String = log
        .lines()
        .take(6)
        .map(|line| format!("{line}\r\n"))
        .collect();
    let seeds = [
        few.as_str(),
        "number,incident_state,sys_updated_at,opened_at\nINC1,New,1/3/2026 09:00,1/3/2026 08:00\n",
        "\u{feff}number;x\n\"a\"\"b\",\"c\nd\"\n",
    ];
    let words = [
        ",",
        "\"",
        "\"\"",
        "\n",
        "\r\n",
        "\r",
        "?",
        "number",
        "incident_state",
        "sys_updated_at",
        "opened_at",
        "31/12/9999 23:59",
        "0/0/0 0:0",
        "29/2/2025 24:60",
        "\x1f\u{8b}",
        "INC",
        ";",
    ];
    fuzz("incident_logs", &seeds, &words, |input| {
        let lines = input.iter().filter(|byte| **byte == b'\n').count() as u64 + 2;
        let Ok(mut records) = Records::read(Cursor::new(input.to_vec())) else {
            return;
        };
        let mut layout: Option<Layout> = None;
        let mut last = 0;
        // What is packed may be longer than it looks, but an input of this size holds few lines.
        for position in 0..1_000_000 {
            match records.next_record() {
                // A packed file may be cut off.
                Err(_) | Ok(None) => return,
                Ok(Some(Record::Broken { line, reason, .. })) => {
                    assert!(
                        !reason.is_empty() && line > last,
                        "line {line} after {last}"
                    );
                    last = line;
                }
                Ok(Some(Record::Fields { line, fields })) => {
                    assert!(line > last, "line {line} after {last}");
                    last = line;
                    match &layout {
                        None => {
                            let Ok(read) = Layout::read(&fields) else {
                                return;
                            };
                            records.expect_width(read.width());
                            layout = Some(read);
                        }
                        Some(known) => {
                            assert_eq!(fields.len(), known.width());
                            if let Ok(row) = Row::read(known, position, fields) {
                                assert_eq!(row.fields().len(), known.width());
                            }
                        }
                    }
                }
            }
            if !input.starts_with(&[0x1f, 0x8b]) {
                assert!(last <= lines, "line {last} of {lines}");
            }
        }
        panic!("it does not end");
    });
}

#[test]
fn requests() {
    let schema = include_str!("../../../schema.graphql");
    let checked = Limits::of(schema).expect("a schema");
    let seeds = [
        "{ tickets(first: 50, filter: { state: { in: [NEW, ON_HOLD] }, text: { contains: \"x\" } }) { nodes { id title } } }",
        "query Q($f: TicketFilter, $n: Int = 3) { tickets(filter: $f, first: $n) { ...F @skip(if: true) } } fragment F on TicketConnection { totalCount { count } }",
        "mutation { a: ticketReply(input: { ticket: \"ticket_x\", body: \"\"\"block \\\"\"\" text\"\"\" }) { userErrors { code } } }",
        "{ __schema { types { fields { type { ofType { name } } } } } }",
        "subscription { queueChanged(since: \"0\") { __typename ... on QueueUpsert { sortKey } } }",
    ];
    let words = [
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "...",
        "@skip(if: $x)",
        "@include(if: false)",
        "$x: Int!",
        "fragment F on Query",
        "...F",
        "on Ticket",
        "first: 200",
        "last: 2147483647",
        "ids: [",
        "\"\"\"",
        "\"\\u{110000}\"",
        "#",
        "query",
        "mutation",
        "subscription",
        "tickets",
        "nodes",
        "edges",
        "node",
        "department",
        "teams",
        "__typename",
        "a:",
        "1e99999",
    ];
    fuzz("requests", &seeds, &words, |input| {
        let Ok(query) = std::str::from_utf8(input) else {
            return;
        };
        let variables = async_graphql::Variables::default();
        if let Ok((_, measured)) = checked.check(query, None, &variables) {
            assert!(measured.complexity <= limits::COMPLEXITY);
        }
        if let Ok(asked) = Asked::of_address(query) {
            assert!(asked.query.len() <= query.len());
        }
        let body = Asked::of_body(input);
        assert!(body.is_err() || query.trim_start().starts_with('{'));
    });
}

#[test]
fn calendars() {
    let seeds = [
        r#"{"zone":"Europe/Lisbon","week":{"monday":["09:00-12:30","13:00-18:00"]},"closed":[{"on":"01-01","name":"New Year"}],"exceptional":[]}"#,
        r#"{"zone":"America/New_York","week":{"sunday":["00:00-24:00"]},"closed":[],"exceptional":[{"on":"2026-12-24","hours":["09:00-12:00"]}]}"#,
    ];
    let real =
        serde_json::to_string(&CalendarDefinition::always_open("Pacific/Apia")).expect("JSON");
    let seeds: Vec<&str> = seeds.into_iter().chain([real.as_str()]).collect();
    let words = [
        "\"00:00\"",
        "\"24:00\"",
        "\"23:59\"",
        "\"24:01\"",
        "\"02-29\"",
        "\"12-31\"",
        "\"9999-12-31\"",
        "Asia/Kathmandu",
        "Antarctica/Troll",
        "UTC",
        "Etc/GMT+12",
        "null",
        "[]",
        "{}",
        "-1",
        "1440",
        "86400",
        ",",
        ":",
    ];
    fuzz("calendars", &seeds, &words, |input| {
        let Ok(definition) = serde_json::from_slice::<CalendarDefinition>(input) else {
            return;
        };
        let problems = definition.validate();
        if let Ok(calendar) = CompiledCalendar::new(&definition) {
            assert!(problems.is_empty() || !calendar.zone_name().is_empty());
            let from: Timestamp = "2026-03-27T00:00:00Z".parse().expect("an instant");
            let to = from.plus_seconds(10 * 86_400);
            let worked = calendar.working_millis(from, to);
            assert!(
                (0..=10 * 86_400_000).contains(&worked),
                "{worked} ms in ten days"
            );
        }
    });
}

#[test]
fn service_level_cases() {
    let rules = include_str!("../../../shared/tests/cases/rules.json");
    let start: String = rules.chars().take(6_000).collect();
    let seeds = [start.as_str(), "[]", "{}", "[{\"name\": \"x\"}]"];
    let words = [
        "\"at\":",
        "\"PT1H\"",
        "-1",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "null",
        "\"2026-01-01T00:00:00Z\"",
        "9223372036854775807",
    ];
    fuzz("service_level_cases", &seeds, &words, |input| {
        if let Ok(text) = std::str::from_utf8(input)
            && let Ok(report) = shared::service_level::check::check_file(text)
        {
            // Whatever it says, it says it without falling over.
            let _ = report.is_success();
        }
    });
}
