//! The `bellhop` command as people and service managers use it.

mod flood;
mod operating;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

fn bellhop(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bellhop"));
    command
        .env("BELLHOP_DATA", data)
        .env_remove("BELLHOP_DATABASE_URL");
    command
}

/// A new folder, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("command-{name}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("removed");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn with_input(mut command: Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a start");
    let mut stdin = child.stdin.take().expect("an input");
    // A command that refuses before it reads has closed its end.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("an end")
}

fn words(output: &Output) -> String {
    let both = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// What a command said, if it ended as it should.
fn said(command: &mut Command, well: bool) -> String {
    let output = command.output().expect("an end");
    assert_eq!(output.status.success(), well, "{}", words(&output));
    words(&output)
}

/// A server that is killed when a test fails.
struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    fn start_with(data: &Path, arguments: &[&str]) -> Self {
        let mut child = bellhop(data)
            .args(["serve", "--listen", "127.0.0.1:0", "--no-demo"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a start");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("an output"))
            .read_line(&mut line)
            .expect("a line");
        let address = line
            .trim()
            .strip_prefix("Bellhop is ready at http://")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .expect("a limit");
        stream
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "{head} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        answer
    }

    /// Tells it to end, and gives how it ended and after how long.
    fn end(mut self) -> (std::process::ExitStatus, Duration) {
        let started = Instant::now();
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill");
        assert!(told.success());
        let status = self.child.wait().expect("an end");
        (status, started.elapsed())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn an_empty_folder_is_enough_to_serve_and_a_signal_ends_it_within_seconds() {
    let data = folder("serve");
    let serving = Serving::start(&data.join("new"));
    let health = serving.ask("GET /healthz", "");
    assert!(health.starts_with("HTTP/1.1 200 ") && health.ends_with("{\"status\":\"ok\"}"));

    // One socket that never says who it is.
    let mut socket = serving.connect();
    write!(
        socket,
        "GET /graphql/ws HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n",
        serving.address
    )
    .expect("sent");
    let mut reader = BufReader::new(socket);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a line");
    assert!(line.starts_with("HTTP/1.1 101 "), "{line}");
    while line != "\r\n" {
        line.clear();
        reader.read_line(&mut line).expect("a line");
    }

    let (status, after) = serving.end();
    assert!(status.success(), "{status}");
    assert!(after < Duration::from_secs(8), "{after:?}");
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).expect("the end");
    assert_eq!(rest[0], 0x88, "a close frame");
    assert_eq!(u16::from_be_bytes([rest[2], rest[3]]), 1001, "going away");
}

#[test]
fn somebody_added_on_the_command_line_signs_in() {
    let data = folder("user");
    let add = |login: &str, password: &str| {
        let mut command = bellhop(&data);
        command.args(["user", "add", login, "--name", "Marta Prova"]);
        command.args(["--email", "marta@example.org", "--administrator"]);
        with_input(command, &format!("{password}\n"))
    };
    let weak = add("marta", "short");
    assert!(!weak.status.success());
    assert!(
        words(&weak).contains("At least 12 characters"),
        "{}",
        words(&weak)
    );
    let added = add("Marta", "correct horse battery");
    assert!(added.status.success(), "{}", words(&added));
    let again = add("marta", "correct horse battery");
    assert!(!again.status.success() && words(&again).contains("sign-in name"));

    let list = bellhop(&data)
        .args(["user", "list"])
        .output()
        .expect("a list");
    assert_eq!(
        String::from_utf8_lossy(&list.stdout),
        "marta\tMarta Prova\tmarta@example.org\tadministrator\n"
    );

    let serving = Serving::start(&data);
    let sign_in = |password: &str| {
        let body = format!("{{\"login\": \"marta\", \"password\": \"{password}\"}}");
        serving.ask("POST /session", &body)
    };
    assert!(sign_in("correct horse battery").starts_with("HTTP/1.1 200 "));
    let mut command = bellhop(&data);
    command.args(["user", "password", "marta"]);
    let changed = with_input(command, "another long password\n");
    assert!(changed.status.success(), "{}", words(&changed));
    assert!(sign_in("correct horse battery").starts_with("HTTP/1.1 401 "));
    assert!(sign_in("another long password").starts_with("HTTP/1.1 200 "));
}

#[test]
fn the_schema_is_printed_and_mistakes_are_named() {
    let data = folder("schema");
    let schema = bellhop(&data).arg("schema").output().expect("a schema");
    let text = String::from_utf8_lossy(&schema.stdout);
    assert!(text.contains("type Query {") && text.contains("type Subscription {"));
    assert!(
        std::fs::read_dir(&data).expect("a folder").next().is_none(),
        "printing it needs no database"
    );
    let wrong = bellhop(&data)
        .args(["serve", "--public-url", "help.example.org"])
        .output()
        .expect("an end");
    assert!(!wrong.status.success());
    assert!(
        words(&wrong).contains("--public-url is like"),
        "{}",
        words(&wrong)
    );
}

#[test]
fn only_a_demo_is_simulated_or_removed() {
    let data = folder("no-demo");
    said(bellhop(&data).arg("migrate"), true);
    let simulated = said(bellhop(&data).args(["simulate", "--for", "1s"]), false);
    assert!(
        simulated.contains("not the demo organisation"),
        "{simulated}"
    );
    let removed = said(
        bellhop(&data).args(["demo", "remove", "--organisation", "Bellhop"]),
        false,
    );
    assert!(
        removed.contains("not the demo organisation: nothing was removed"),
        "{removed}"
    );
    let soon = said(bellhop(&data).args(["simulate", "--for", "soon"]), false);
    assert!(soon.contains("a duration is like 90s, 10m or 2h"), "{soon}");
    let served = said(
        bellhop(&data).args(["serve", "--simulate", "600", "--listen", "127.0.0.1:0"]),
        false,
    );
    assert!(served.contains("--demo"), "{served}");
}
