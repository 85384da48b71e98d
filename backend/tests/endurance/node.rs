//! `bellhop serve` as a process of its own, which can be killed.

use crate::ground::Ground;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A process that serves or will serve; dropping it kills it.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that answers.
pub struct Node {
    /// Where it answers.
    pub address: SocketAddr,
    /// How long it took from its start to its first answer.
    pub started_in: Duration,
    process: Process,
    log: PathBuf,
}

impl Node {
    /// Starts one on this database and waits until it says that it is ready.
    pub async fn start(ground: &Ground, name: &str) -> Self {
        let begun = Instant::now();
        let (mut process, log) = spawn(ground, name);
        let output = process.0.stdout.take().expect("an output");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = line.await.expect("a look").expect("a line");
        let address = line.trim().strip_prefix("Bellhop is ready at http://");
        let address = address.unwrap_or_else(|| panic!("no start: {line:?}, {}", said(&log)));
        Self {
            address: address.parse().expect("an address"),
            started_in: begun.elapsed(),
            process,
            log,
        }
    }

    /// Starts one and kills it before it is through.
    pub async fn stillborn(ground: &Ground, name: &str, after: Duration) {
        let (mut process, log) = spawn(ground, name);
        tokio::time::sleep(after).await;
        let ended = process.0.try_wait().expect("a look");
        assert!(ended.is_none(), "it ended by itself: {}", said(&log));
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        let ended = self.process.0.try_wait().expect("a look");
        assert!(ended.is_none(), "it ended by itself: {}", said(&self.log));
        self.process.0.kill().expect("killed");
        self.process.0.wait().expect("its end");
        let said = said(&self.log);
        assert!(!said.contains("panicked"), "{said}");
    }
}

fn spawn(ground: &Ground, name: &str) -> (Process, PathBuf) {
    let log = ground.folder.join(format!("{name}.log"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command
        .args(["serve", "--no-demo", "--listen", "127.0.0.1:0"])
        .args(["--requests-per-second", "100000"])
        .arg("--data")
        .arg(ground.folder.join("data"))
        .arg("--mail-folder")
        .arg(ground.outbox())
        // Not as an argument: a password may be in it.
        .env("BELLHOP_DATABASE_URL", &ground.url)
        .env("BELLHOP_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(
            File::options()
                .create(true)
                .append(true)
                .open(&log)
                .expect("a log"),
        );
    (Process(command.spawn().expect("a start")), log)
}

/// The end of what a server said.
fn said(log: &PathBuf) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
