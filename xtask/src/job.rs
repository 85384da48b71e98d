//! Runs commands, several at a time if asked, keeping what they print and showing how far they are.

use std::{
    io::Read,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::console::Console;

/// Commands to run one after the other, as long as each succeeds.
pub struct Job {
    label: &'static str,
    commands: Vec<Command>,
}

impl Job {
    /// Commands under one name for the status line.
    pub fn new(label: &'static str, commands: Vec<Command>) -> Self {
        Self { label, commands }
    }
}

/// How a job ended.
pub struct Outcome {
    /// Whether every command succeeded.
    pub success: bool,
    /// What they printed to both streams, without colours and cargo's progress.
    pub output: String,
}

enum News {
    Line(usize, String),
    Ended(usize, Result<bool>),
}

/// Runs jobs side by side, each in its order, until all have ended.
pub fn run(console: &mut Console, jobs: Vec<Job>) -> Result<Vec<Outcome>> {
    let (sender, receiver) = channel();
    let labels: Vec<_> = jobs.iter().map(|job| job.label).collect();
    for (number, job) in jobs.into_iter().enumerate() {
        let sender = sender.clone();
        thread::spawn(move || {
            let result = run_in_order(number, job.commands, &sender);
            // Nobody listens only if the receiving side failed already.
            sender.send(News::Ended(number, result)).ok();
        });
    }
    drop(sender);
    watch(console, &labels, &receiver)
}

/// Runs a single command.
pub fn run_one(console: &mut Console, command: Command) -> Result<Outcome> {
    run(console, vec![Job::new("", vec![command])])?
        .pop()
        .context("one job gives one outcome")
}

/// Runs a single command that must succeed; its output is the error otherwise.
pub fn must(console: &mut Console, command: Command) -> Result<String> {
    let outcome = run_one(console, command)?;
    if !outcome.success {
        console.line(outcome.output.trim_end());
        bail!("the step above failed");
    }
    Ok(outcome.output)
}

fn watch(
    console: &mut Console,
    labels: &[&'static str],
    receiver: &Receiver<News>,
) -> Result<Vec<Outcome>> {
    let mut outcomes: Vec<Outcome> = labels
        .iter()
        .map(|_| Outcome {
            success: false,
            output: String::new(),
        })
        .collect();
    let mut states = vec![String::new(); labels.len()];
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(News::Line(number, raw)) => {
                let line = without_colours(&raw);
                if let Some(progress) = cargo_progress(&line) {
                    states[number] = progress;
                } else if let Some(progress) = test_progress(&line) {
                    states[number] = progress;
                } else if !is_noise(&line) {
                    outcomes[number].output.push_str(line.trim_end());
                    outcomes[number].output.push('\n');
                }
            }
            Ok(News::Ended(number, result)) => {
                outcomes[number].success = result?;
                states[number] = "done".to_owned();
                // Waiting for the slower half of a build that has failed helps nobody.
                if !outcomes[number].success && labels.len() > 1 {
                    return Ok(outcomes);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(outcomes),
        }
        console.progress(&status(labels, &states));
    }
}

fn status(labels: &[&'static str], states: &[String]) -> String {
    labels
        .iter()
        .zip(states)
        .filter(|(_, state)| !state.is_empty())
        .map(|(label, state)| match *label {
            "" => state.clone(),
            label => format!("{label} {state}"),
        })
        .collect::<Vec<_>>()
        .join(" · ")
}

fn run_in_order(number: usize, commands: Vec<Command>, sender: &Sender<News>) -> Result<bool> {
    for mut command in commands {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {name}"))?;
        let readers = [
            child
                .stdout
                .take()
                .map(|stream| forward(number, stream, sender.clone())),
            child
                .stderr
                .take()
                .map(|stream| forward(number, stream, sender.clone())),
        ];
        let status = child
            .wait()
            .with_context(|| format!("waiting for {name}"))?;
        for reader in readers.into_iter().flatten() {
            if reader.join().is_err() {
                bail!("reading the output of {name} failed");
            }
        }
        if !status.success() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sends each line on; a carriage return ends one too, as progress bars have it.
fn forward(
    number: usize,
    mut stream: impl Read + Send + 'static,
    sender: Sender<News>,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        let mut line = Vec::new();
        let send = |line: &mut Vec<u8>| {
            let text = String::from_utf8_lossy(line).into_owned();
            line.clear();
            sender.send(News::Line(number, text)).is_ok()
        };
        while let Ok(length @ 1..) = stream.read(&mut buffer) {
            for &byte in &buffer[..length] {
                if byte == b'\n' || byte == b'\r' {
                    if !send(&mut line) {
                        return;
                    }
                } else {
                    line.push(byte);
                }
            }
        }
        if !line.is_empty() {
            send(&mut line);
        }
    })
}

/// `34 of 430` from cargo's `Building [==>  ] 34/430: name, name`.
fn cargo_progress(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("Building [")?;
    let (_, rest) = rest.split_once("] ")?;
    let (count, names) = rest.split_once(':').unwrap_or((rest, ""));
    let (done, all) = count.trim().split_once('/')?;
    let (done, all): (usize, usize) = (done.parse().ok()?, all.trim().parse().ok()?);
    let name = names.trim().split(',').next().unwrap_or_default();
    let name = name.split('(').next().unwrap_or_default();
    Some(match name {
        "" => format!("{done} of {all} crates"),
        name => format!("{done} of {all} crates, {name}"),
    })
}

/// The test that has just passed, from cargo's `test name ... ok` or Playwright's `✓  3 name`.
fn test_progress(line: &str) -> Option<String> {
    let trimmed = line.trim();
    if let Some(rest) = trimmed.strip_prefix("test ") {
        return rest.strip_suffix(" ... ok").map(str::to_owned);
    }
    trimmed
        .strip_prefix('✓')
        .or_else(|| trimmed.strip_prefix("ok "))
        .map(|rest| rest.trim().to_owned())
}

/// Lines of cargo that matter only while they happen.
fn is_noise(line: &str) -> bool {
    const VERBS: [&str; 12] = [
        "Blocking",
        "Building",
        "Checking",
        "Compiling",
        "Dirty",
        "Documenting",
        "Downloaded",
        "Downloading",
        "Finished",
        "Fresh",
        "Locking",
        "Updating",
    ];
    let trimmed = line.trim_start();
    // An empty line of a message is kept; what is left of an erased progress bar is not.
    line.contains('\u{7}')
        || (line.starts_with("   ")
            && VERBS.iter().any(|verb| {
                trimmed
                    .strip_prefix(verb)
                    .is_some_and(|rest| rest.starts_with(' '))
            }))
}

/// The text without terminal control sequences.
fn without_colours(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\x1b' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            // A control sequence ends with a letter, a choice of character set after one more.
            Some('[') => {
                characters.by_ref().find(char::is_ascii_alphabetic);
            }
            Some('(') => {
                characters.next();
            }
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_bar_is_read_as_progress() {
        let bar = without_colours(
            "\x1b[1m\x1b[36m    Building\x1b[0m [====>     ] 34/430: sea-orm, tokio(build)",
        );
        assert_eq!(
            cargo_progress(&bar),
            Some("34 of 430 crates, sea-orm".to_owned())
        );
        assert_eq!(
            cargo_progress("    Building [=> ] 430/430: bellhop(bin)"),
            Some("430 of 430 crates, bellhop".to_owned())
        );
        assert_eq!(cargo_progress("warning: unused"), None);
    }

    #[test]
    fn passing_tests_are_read_as_progress() {
        assert_eq!(
            test_progress("test words::a_name ... ok"),
            Some("words::a_name".to_owned())
        );
        assert_eq!(
            test_progress("  ✓   7 tests/boot.spec.ts:3:1 › boots (1.2s)"),
            Some("7 tests/boot.spec.ts:3:1 › boots (1.2s)".to_owned())
        );
        assert_eq!(test_progress("test words::a_name ... FAILED"), None);
        assert_eq!(test_progress("test result: ok. 3 passed; 0 failed"), None);
    }

    #[test]
    fn cargos_verbs_are_left_out_and_messages_kept() {
        assert!(is_noise("   Compiling serde v1.0.0"));
        assert!(is_noise("    Finished `dev` profile in 2 s"));
        assert!(!is_noise("error: Compiling this is impossible"));
        assert!(!is_noise(""));
    }

    #[test]
    fn output_and_success_of_side_by_side_jobs_are_kept_apart() {
        let shell = |text: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", text]);
            command
        };
        let mut console = Console::new(1);
        let outcomes = run(
            &mut console,
            vec![
                Job::new("one", vec![shell("echo a"), shell("echo b >&2")]),
                Job::new("two", vec![shell("echo c")]),
            ],
        )
        .unwrap();
        assert_eq!(outcomes[0].output, "a\nb\n");
        assert_eq!(outcomes[1].output, "c\n");
        assert!(outcomes.iter().all(|outcome| outcome.success));
        let failed = run_one(&mut console, shell("echo before; exit 3")).unwrap();
        assert!(!failed.success);
        assert_eq!(failed.output, "before\n");
    }
}
