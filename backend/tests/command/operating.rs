//! What whoever operates a server does with it: drain, back up, restore, examine.

use super::{Serving, bellhop, folder, said, with_input, words};
use std::process::Command;

#[test]
fn a_server_that_drains_says_so_and_goes_on_answering() {
    let data = folder("drain");
    let serving = Serving::start_with(&data, &["--drain-seconds", "5"]);
    let ready = |answer: &str| answer.starts_with("HTTP/1.1 200 ");
    while !ready(&serving.ask("GET /readyz", "")) {}
    let told = Command::new("kill")
        .args(["-TERM", &serving.child.id().to_string()])
        .status()
        .expect("kill");
    assert!(told.success());
    let answer = loop {
        let answer = serving.ask("GET /readyz", "");
        if !ready(&answer) {
            break answer;
        }
    };
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("{\"status\":\"STOPPING\"}"),
        "{answer}"
    );
    assert!(ready(
        &serving.ask("POST /graphql", "{\"query\": \"{ __typename }\"}")
    ));
    let (status, _) = serving.end();
    assert!(status.success(), "{status}");
}

#[test]
fn a_backup_is_made_beside_a_server_and_restored_without_one() {
    let all = folder("backup");
    let (data, other) = (all.join("data"), all.join("other"));
    let (plain, packed) = (all.join("copy.tar"), all.join("copy.tar.gz"));
    let mut add = bellhop(&data);
    add.args(["user", "add", "marta", "--name", "Marta Prova"])
        .args(["--email", "marta@example.org"]);
    let added = with_input(add, "correct horse battery\n");
    assert!(added.status.success(), "{}", words(&added));
    std::fs::create_dir_all(data.join("files/ab")).expect("a folder");
    std::fs::write(data.join("files/ab/picture"), b"\x89PNG and so on").expect("a file");

    let serving = Serving::start(&data);
    for file in [&plain, &packed] {
        let words = said(bellhop(&data).arg("backup").arg(file), true);
        assert!(words.contains("1 files"), "{words}");
        let again = said(bellhop(&data).arg("backup").arg(file), false);
        assert!(again.contains("exists already"), "{again}");
    }
    let running = said(
        bellhop(&data).arg("restore").arg(&plain).arg("--force"),
        false,
    );
    assert!(running.contains("stop the server first"), "{running}");
    let (status, _) = serving.end();
    assert!(status.success(), "{status}");
    let names: Vec<_> = std::fs::read_dir(&all)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    assert_eq!(names.len(), 3, "nothing is left beside: {names:?}");

    for file in [&plain, &packed] {
        let words = said(
            bellhop(&other).arg("restore").arg(file).arg("--force"),
            true,
        );
        assert!(words.contains("1 files"), "{words}");
    }
    let refused = said(bellhop(&other).arg("restore").arg(&plain), false);
    assert!(refused.contains("with --force"), "{refused}");
    let picture = std::fs::read(other.join("files/ab/picture")).expect("the file");
    assert_eq!(picture, b"\x89PNG and so on");
    let list = said(bellhop(&other).args(["user", "list"]), true);
    assert!(list.contains("Marta Prova"), "{list}");
    let serving = Serving::start(&other);
    let body = "{\"login\": \"marta\", \"password\": \"correct horse battery\"}";
    assert!(
        serving
            .ask("POST /session", body)
            .starts_with("HTTP/1.1 200 ")
    );
    let kept = std::fs::read_dir(&other)
        .expect("a folder")
        .filter_map(|entry| entry.expect("an entry").file_name().into_string().ok())
        .filter(|name| name.contains("before-restore"))
        .count();
    assert!(kept >= 2, "what was replaced is kept: {kept}");
}

#[test]
fn a_backup_that_was_changed_is_not_restored() {
    let all = folder("backup-broken");
    let (data, good, bad) = (all.join("data"), all.join("good.tar"), all.join("bad.tar"));
    said(bellhop(&data).arg("migrate"), true);
    said(bellhop(&data).arg("backup").arg(&good), true);
    let whole = std::fs::read(&good).expect("the backup");
    let mut changed = whole.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    let cut = whole[..whole.len() / 2].to_vec();
    let newer = String::from_utf8_lossy(&whole[..]).contains("m0001_platform");
    assert!(newer, "the manifest names the steps");
    for bytes in [changed, cut, b"no backup at all".to_vec(), Vec::new()] {
        std::fs::write(&bad, &bytes).expect("a file");
        let other = all.join("other");
        said(bellhop(&other).arg("restore").arg(&bad), false);
        let left: Vec<_> = std::fs::read_dir(&other)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name())
            .filter(|name| !name.to_string_lossy().ends_with("-lock"))
            .collect();
        assert!(left.is_empty(), "nothing half restored: {left:?}");
    }
    let words = said(bellhop(&data).arg("restore").arg(&good), false);
    assert!(words.contains("with --force"), "{words}");
}

#[test]
fn the_doctor_finds_a_well_installation_well_and_names_what_is_broken() {
    let all = folder("doctor");
    let data = all.join("data");
    let missing = said(bellhop(&data).arg("doctor"), false);
    assert!(
        missing.contains("BROKEN") && missing.contains("There is no database"),
        "{missing}"
    );
    assert!(!data.exists(), "it changes nothing");

    said(bellhop(&data).args(["seed", "demo"]), true);
    let well = said(bellhop(&data).arg("doctor"), true);
    assert!(
        well.contains("stand where their histories put them"),
        "{well}"
    );
    let json = bellhop(&data)
        .args(["doctor", "--json"])
        .output()
        .expect("an end");
    let findings: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    let findings = findings.as_array().expect("findings");
    for check in [
        "database",
        "migrations",
        "integrity",
        "disk",
        "files",
        "write-ahead log",
        "log",
        "participants",
        "clock",
        "jobs",
        "timers",
        "promises",
        "mail",
    ] {
        let found = findings
            .iter()
            .filter(|found| found["check"] == check)
            .count();
        assert_eq!(found, 1, "{check}");
    }
    assert!(
        findings.iter().all(|found| found["state"] != "broken"),
        "{findings:?}"
    );

    // Pages of the middle of the file are written over.
    let file = data.join("bellhop.sqlite3");
    let mut bytes = std::fs::read(&file).expect("the database");
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xa5);
    std::fs::write(&file, bytes).expect("a database");
    let broken = said(bellhop(&data).arg("doctor"), false);
    assert!(broken.contains("BROKEN   integrity"), "{broken}");
}

#[test]
fn figures_are_never_open_to_the_world() {
    let data = folder("figures");
    let refused = said(
        bellhop(&data).args(["serve", "--metrics-listen", "0.0.0.0:0"]),
        false,
    );
    assert!(refused.contains("needs --metrics-token"), "{refused}");
    let short = [
        "serve",
        "--metrics-listen",
        "0.0.0.0:0",
        "--metrics-token",
        "short",
    ];
    let refused = said(bellhop(&data).args(short), false);
    assert!(refused.contains("at least 16"), "{refused}");
}
