//! What bad requests get: a coded error, and a server that goes on.

use crate::support::http::raw;
use crate::support::json;
use awc::http::Method;

const JSON: (&str, &str) = ("content-type", "application/json");
const NOW: &[u8] = br#"{"query": "{ now }"}"#;

fn times(count: usize, text: impl Fn(usize) -> String) -> String {
    (0..count).map(text).collect::<Vec<_>>().join(" ")
}

on_both_databases! {
    async fn only_queries_in_addresses_and_posted_json_are_taken(app) {
        let client = app.stranger();
        for method in ["PUT", "DELETE", "OPTIONS"] {
            let method = method.parse().expect("a method");
            let answer = client.send(method, "/graphql?query=%7Bnow%7D", &[], vec![]).await;
            assert_eq!((answer.status, answer.code().as_str()), (405, "METHOD_NOT_ALLOWED"));
            assert_eq!(answer.headers["allow"], "GET, POST");
        }
        let answer = client.send(Method::GET, "/graphql?query=%7B__typename%7D", &[], vec![]).await;
        assert_eq!((answer.status, answer.json()["data"]["__typename"].as_str()), (200, Some("Query")));
        for query in ["mutation%7B__typename%7D", "query%20A%7Bnow%7Dmutation%20B%7B__typename%7D&operationName=B"] {
            let answer = client.send(Method::GET, &format!("/graphql?query={query}"), &[], vec![]).await;
            assert_eq!((answer.status, answer.code().as_str()), (405, "METHOD_NOT_ALLOWED"), "{query}");
            assert_eq!(answer.headers["allow"], "POST");
        }
        for query in ["", "?query=%7Bnow%7D&query=%7Bnow%7D", "?query=%7Bnow%7D&variables=1", "?query=subscription%7BnotificationReceived%7Bunread%7D%7D"] {
            let answer = client.send(Method::GET, &format!("/graphql{query}"), &[], vec![]).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_QUERY"), "{query}");
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", ""] {
            let answer = client.send(Method::POST, "/graphql", &[("content-type", kind)], NOW.to_vec()).await;
            assert_eq!((answer.status, answer.code().as_str()), (415, "BAD_REQUEST"), "{kind}");
        }
        let answer = client.send(Method::POST, "/graphql", &[], NOW.to_vec()).await;
        assert_eq!(answer.status, 415);
        let packed = client.send(Method::POST, "/graphql", &[JSON, ("content-encoding", "gzip")], NOW.to_vec()).await;
        assert_eq!(packed.status, 415);
        let charset = ("content-type", "Application/JSON; charset=utf-8");
        assert_eq!(client.send(Method::POST, "/graphql", &[charset], NOW.to_vec()).await.status, 200);
    }

    async fn whoever_names_the_newer_media_type_gets_a_status_that_says_it(app) {
        let client = app.stranger();
        let ask = async |query: &str, accept: &'static str| {
            let body = json!({ "query": query });
            client.post_json("/graphql", &[("accept", accept)], &body).await
        };
        let newer = "application/graphql-response+json, application/json;q=0.9";
        for (query, status, code) in [
            ("{ __typename }", 200, ""),
            ("{", 400, "BAD_QUERY"),
            ("{ nosuch }", 400, "BAD_QUERY"),
            ("{ __schema { queryType { name } } }", 401, "UNAUTHENTICATED"),
            ("query($x: Int!) { now }", 400, "BAD_QUERY"),
        ] {
            let answer = ask(query, newer).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code), "{query}");
            assert!(answer.headers["content-type"].starts_with("application/graphql-response+json"));
            assert_eq!(answer.json().get("data").is_some(), status == 200, "{}", answer.text);
            let answer = ask(query, "application/json").await;
            assert_eq!((answer.status, answer.code().as_str()), (200, code), "{query}");
            assert_eq!(answer.headers["content-type"], "application/json");
        }
        let refused = ask("{ tickets { nodes { id } } }", newer).await;
        assert_eq!((refused.status, refused.code().as_str()), (200, "UNAUTHENTICATED"), "a field was refused, not the request");
    }

    async fn what_is_no_request_gets_a_coded_error(app) {
        let client = app.stranger();
        let bodies: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"{".to_vec(),
            b"null".to_vec(),
            b"42".to_vec(),
            b"\"{ now }\"".to_vec(),
            b"{}".to_vec(),
            b"{\"query\": 1}".to_vec(),
            b"{\"query\": \"{ now }\", \"variables\": []}".to_vec(),
            b"{\"query\": \"{ now }\", \"variables\": \"x\"}".to_vec(),
            b"{\"query\": \"{ now }\", \"extensions\": []}".to_vec(),
            b"{\"query\": \"{ now }\", \"operationName\": 1}".to_vec(),
            b"{\"query\": \"{ now }\"} trailing".to_vec(),
            b"{\"query\": \"\xff\xfe\"}".to_vec(),
            b"{\"query\": \"\\ud800\"}".to_vec(),
            b"[{\"query\": \"{ now }\"}]".to_vec(),
            b" \n[]".to_vec(),
            vec![b'['; 500_000],
            [b"{\"query\": \"{ now }\", \"variables\": {\"a\": ".to_vec(), vec![b'['; 900_000]].concat(),
        ];
        for body in bodies {
            let answer = client.send(Method::POST, "/graphql", &[JSON], body.clone()).await;
            let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!((answer.status, answer.code().as_str()), (400, "BAD_QUERY"), "{start}");
        }
        assert_eq!(client.send(Method::POST, "/graphql", &[JSON], NOW.to_vec()).await.status, 200);
    }

    async fn what_is_too_large_is_not_read(app) {
        let client = app.stranger();
        let body = vec![b' '; 1024 * 1024 + 1];
        let answer = client.send(Method::POST, "/graphql", &[JSON], body).await;
        assert_eq!((answer.status, answer.code().as_str()), (413, "TOO_LARGE"));
        let mut fits = NOW.to_vec();
        fits.resize(1024 * 1024, b' ');
        assert_eq!(client.send(Method::POST, "/graphql", &[JSON], fits).await.status, 200);
        // Without an announced length.
        let mut chunked = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_vec();
        for _ in 0..20 {
            chunked.extend_from_slice(b"10000\r\n");
            chunked.extend_from_slice(&[b' '; 0x10000]);
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        let answer = raw(app.address(), chunked).await;
        assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("TOO_LARGE"), "{answer}");
        let announced = b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99999999999999\r\n\r\n".to_vec();
        let answer = raw(app.address(), announced).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }

    async fn queries_that_do_not_fit_get_bad_query(app) {
        let ana = app.employee().await;
        for query in [
            "",
            "{",
            "{ }",
            "nonsense",
            "{ nosuch }",
            "{ now(x: 1) }",
            "{ now { x } }",
            "{ departments }",
            "query($x: Nosuch) { now }",
            "query($x: Int!) { now }",
            "{ ...F }",
            "{ ...F } fragment F on Query { ...F }",
            "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
            "query A { now } query B { now }",
            "query A { now } query A { now }",
            "subscription { notificationReceived { unread } }",
            "{ node(id: \"\\ud800\") { id } }",
            "{ node(id: \"\\u0000\") { id } }",
            "{ node(id: \"\u{0}\") { id } }",
            "\u{feff}\u{200b}{ now",
            "{ now @nosuch }",
            "{ now @skip }",
        ] {
            assert_eq!(ana.refused(query, json!({})).await, "BAD_QUERY", "{query}");
        }
        let answer = ana.ask("query($x: String) { now }", json!({ "x": "a\u{0}b" })).await;
        assert_eq!(answer.code(), "BAD_QUERY");
        let answer = ana.ask("query($x: String) { now }", json!({ "x": [{ "y": "\u{0}" }] })).await;
        assert_eq!(answer.code(), "BAD_QUERY");
    }

    async fn queries_that_ask_for_too_much_are_refused_quickly(app) {
        let ana = app.employee().await;
        let doubling = format!(
            "{{ departments {{ ...F0 }} }} {} fragment F60 on Department {{ id }}",
            times(60, |n| format!("fragment F{n} on Department {{ ...F{} ...F{} }}", n + 1, n + 1))
        );
        let queries = [
            "{a".repeat(20_000),
            "[".repeat(60_000),
            format!("{{ now(a: {}1{}) }}", "[".repeat(30_000), "]".repeat(30_000)),
            format!("query($a: {}Int{}) {{ now }}", "[".repeat(20_000), "]".repeat(20_000)),
            format!("{{ {} }}", times(51, |n| format!("a{n}: now"))),
            format!("{{ {} }}", "now ".repeat(15_000)),
            format!("{{ now {} }}", "@skip(if: false) ".repeat(60)),
            format!("{{ departments {{ {} id {} }} }}", "teams { department { ".repeat(8), "} } ".repeat(8)),
            doubling,
            "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".to_owned(),
            format!("# {}", "x".repeat(70_000)),
            format!("{{ now }} {}", times(800, |n| format!("fragment F{n} on Query {{ ...F{} }}", n + 1))) + " fragment F800 on Query { now }",
            format!("query A {{ now }} query B {{ ...F0 }} {} fragment F60 on Query {{ now }}", times(60, |n| format!("fragment F{n} on Query {{ ...F{} ...F{} }}", n + 1, n + 1))),
        ];
        for query in queries {
            let started = std::time::Instant::now();
            let name = query.starts_with("query A").then_some("A");
            let answer = ana.ask_as(&query, name, json!({})).await;
            let start: String = query.chars().take(60).collect();
            assert_eq!(answer.code(), "LIMIT_EXCEEDED", "{start}: {}", answer.text);
            assert!(started.elapsed().as_secs() < 2, "{start}");
        }
        let wide = format!("{{ {} }}", "now ".repeat(9_000));
        let started = std::time::Instant::now();
        assert_eq!(ana.query(&wide, json!({})).await["now"], "2026-03-02T09:00:00Z", "allowed, and quick");
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }

    async fn numbers_that_no_computer_holds_are_refused(app) {
        let ana = app.employee().await;
        for first in ["-1", "99999999999999999999999999", "1e400", "1.5", "-0"] {
            let query = format!("{{ notifications(first: {first}) {{ nodes {{ id }} }} }}");
            let answer = ana.ask(&query, json!({})).await;
            assert!(["BAD_QUERY", "INVALID"].contains(&answer.code().as_str()), "{first}: {}", answer.text);
        }
        let body = br#"{"query": "query($n: Int) { notifications(first: $n) { nodes { id } } }", "variables": {"n": 1e400}}"#;
        let bearer = format!("Bearer {}", ana.token());
        let answer = ana.client.send(Method::POST, "/graphql", &[JSON, ("authorization", &bearer)], body.to_vec()).await;
        assert_eq!(answer.code(), "BAD_QUERY");
    }

    async fn the_schema_is_shown_to_those_who_signed_in(app) {
        let query = "{ __schema { queryType { name } } __type(name: \"Query\") { name } }";
        let refused = app.stranger().graphql(None, query, json!({})).await;
        assert_eq!(refused.code(), "UNAUTHENTICATED");
        let hidden = "{ ...F } fragment F on Query { s: __schema { queryType { name } } }";
        assert_eq!(app.stranger().graphql(None, hidden, json!({})).await.code(), "UNAUTHENTICATED");
        let typename = app.stranger().graphql(None, "{ __typename }", json!({})).await;
        assert_eq!(typename.json()["data"]["__typename"], "Query");
        let ana = app.employee().await;
        assert_eq!(ana.query(query, json!({})).await["__schema"]["queryType"]["name"], "Query");
    }

    async fn wrong_tokens_are_told_apart_from_none(app) {
        let ana = app.employee().await;
        let token = ana.token();
        let (head, rest) = token.split_once('.').expect("three parts");
        let (claims, signature) = rest.split_once('.').expect("three parts");
        for value in [
            "Bearer ".to_owned(),
            "Bearer x".to_owned(),
            "Basic YTpi".to_owned(),
            token.clone(),
            format!("Bearer {head}.{claims}."),
            format!("Bearer {claims}.{head}.{signature}"),
            format!("Bearer {token}x"),
            format!("Bearer {}", "a.".repeat(3_000)),
        ] {
            let answer = ana
                .client
                .post_json("/graphql", &[("authorization", &value)], &json!({ "query": "{ now }" }))
                .await;
            assert_eq!((answer.status, answer.code().as_str()), (401, "UNAUTHENTICATED"), "{value}");
        }
    }

    async fn every_answer_is_named_and_hardened(app) {
        let client = app.stranger();
        for (method, path, headers, body) in [
            (Method::POST, "/graphql", vec![JSON], NOW.to_vec()),
            (Method::POST, "/graphql", vec![JSON], b"{".to_vec()),
            (Method::POST, "/graphql", vec![JSON], br#"{"query": "{ nosuch }"}"#.to_vec()),
            (Method::GET, "/graphql", vec![], vec![]),
            (Method::GET, "/session", vec![], vec![]),
            (Method::GET, "/healthz", vec![], vec![]),
            (Method::GET, "/graphql/ws", vec![], vec![]),
        ] {
            let answer = client.send(method, path, &headers, body).await;
            let id = &answer.headers["x-request-id"];
            assert_eq!(id.len(), 36);
            let json = answer.json();
            let named = json.pointer("/errors/0/extensions/requestId").or_else(|| json.pointer("/error/requestId"));
            assert!(named.is_none_or(|named| named == id), "{}", answer.text);
            assert_eq!(answer.headers["x-content-type-options"], "nosniff");
            assert_eq!(answer.headers["x-frame-options"], "DENY");
            assert_eq!(answer.headers["cache-control"], "no-store");
            assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
        }
    }

    async fn long_answers_are_compressed_for_those_who_ask(app) {
        let ana = app.employee().await;
        let bearer = format!("Bearer {}", ana.token());
        let body = json!({ "query": "{ __schema { types { name description } } }" });
        for encoding in ["gzip", "br"] {
            let headers = [("authorization", bearer.as_str()), ("accept-encoding", encoding)];
            let answer = ana.client.post_json("/graphql", &headers, &body).await;
            assert_eq!(answer.headers["content-encoding"], encoding);
        }
    }

    async fn bytes_that_are_no_http_harm_nobody(app) {
        let garbage: Vec<Vec<u8>> = vec![
            b"\0\0\0\0\r\n\r\n".to_vec(),
            b"GET / HTTP/9.9\r\n\r\n".to_vec(),
            b"POST /graphql HTTP/1.1\r\ncontent-length: -1\r\nconnection: close\r\n\r\n".to_vec(),
            b"POST /graphql HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n".to_vec(),
            b"POST /graphql HTTP/1.1\r\nauthorization: Bearer \xff\xfe\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(),
            [b"GET / HTTP/1.1\r\nx: ".to_vec(), vec![b'x'; 1_000_000]].concat(),
            b"GET /%ff%00/../../etc/passwd HTTP/1.1\r\nconnection: close\r\n\r\n".to_vec(),
        ];
        for bytes in garbage {
            let start = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]).into_owned();
            let answer = raw(app.address(), bytes).await;
            assert!(!answer.starts_with("HTTP/1.1 200"), "{start}: {answer}");
            assert!(!answer.contains(" 500 "), "{start}: {answer}");
        }
        assert_eq!(app.stranger().send(Method::GET, "/healthz", &[], vec![]).await.status, 200);
    }
}

on_both_databases! { with |settings| { settings.burst = 3; settings.per_second = 0.25; };
    async fn each_actor_has_a_budget_of_requests(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        for _ in 0..3 {
            assert_eq!(ana.ask("{ now }", json!({})).await.status, 200);
        }
        let refused = ana.ask("{ now }", json!({})).await;
        assert_eq!((refused.status, refused.code().as_str()), (429, "TOO_MANY_REQUESTS"));
        assert_eq!(refused.headers["retry-after"], "4");
        let acts = "mutation { a: nosuch b: nosuch c: nosuch d: nosuch }";
        let costly = ben.in_another_browser().await;
        assert_eq!(costly.ask(acts, json!({})).await.status, 429, "four acts are worth four requests");
        assert_eq!(ben.ask("{ now }", json!({})).await.status, 200, "others have their own");
        app.advance(4).await;
        assert_eq!(ana.ask("{ now }", json!({})).await.status, 200);
    }
}
