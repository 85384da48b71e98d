//! Floods from people who want nothing but harm.

use super::{Serving, folder};
use std::io::Write as _;
use std::net::TcpStream;

const MIB: u64 = 1024 * 1024;

impl Serving {
    /// Bytes that the process holds.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.expect("a size").trim().trim_end_matches(" kB");
        kib.parse::<u64>().expect("a number") * 1024
    }
}

#[test]
fn floods_leave_memory_as_it_was_and_others_are_answered() {
    let serving = Serving::start(&folder("flood"));
    let fine = |answer: &str| answer.starts_with("HTTP/1.1 200 ");
    let question = "{\"query\": \"{ __typename }\"}";
    assert!(fine(&serving.ask("POST /graphql", question)));
    let before = serving.memory();

    let silent: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut socket = serving.connect();
            write!(
                socket,
                "GET /graphql/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
                serving.address
            )
            .expect("sent");
            socket
        })
        .collect();
    let endless: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut body = serving.connect();
            write!(
                body,
                "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {MIB}\r\n\r\n",
                serving.address
            )
            .expect("sent");
            body.write_all(&vec![b' '; 900_000]).expect("sent");
            body
        })
        .collect();
    let bombs = [
        "{a".repeat(20_000),
        "[".repeat(60_000),
        format!("{{ now {} }}", "@skip(if: false) ".repeat(3_000)),
        format!(
            "{{ {} }}",
            "departments { teams { department { name } } } ".repeat(1_000)
        ),
    ];
    for round in 0..200 {
        let bomb = &bombs[round % bombs.len()];
        let body = serde_json::json!({ "query": bomb }).to_string();
        let answer = serving.ask("POST /graphql", &body);
        // Strangers have a budget too; whichever comes first.
        assert!(
            answer.contains("LIMIT_EXCEEDED") || answer.contains("TOO_MANY_REQUESTS"),
            "{:.300}",
            answer
        );
    }
    let grown = serving.memory().saturating_sub(before);
    assert!(grown < 128 * MIB, "{} MiB more", grown / MIB);
    assert!(fine(&serving.ask("GET /readyz", "")));
    drop((silent, endless));
    let (status, _) = serving.end();
    assert!(status.success(), "{status}");
}
