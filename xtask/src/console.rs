//! What the person at the terminal reads: numbered steps, how far each is, how long it took.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// How often progress is repeated where lines cannot be overwritten, as in a log file.
const LOG_INTERVAL: Duration = Duration::from_secs(15);

/// Numbered steps with a status line.
pub struct Console {
    started: Instant,
    step: usize,
    steps: usize,
    step_started: Instant,
    title: String,
    terminal: bool,
    shown: bool,
    last_shown: Instant,
}

impl Console {
    /// Announces so many steps.
    pub fn new(steps: usize) -> Self {
        let now = Instant::now();
        Self {
            started: now,
            step: 0,
            steps,
            step_started: now,
            title: String::new(),
            terminal: std::io::stderr().is_terminal(),
            shown: false,
            last_shown: now,
        }
    }

    /// Begins the next step.
    pub fn step(&mut self, title: &str) {
        self.step += 1;
        self.step_started = Instant::now();
        self.title = title.to_owned();
        if self.terminal {
            self.progress("");
        } else {
            self.line(&format!("{} {title} …", self.prefix()));
        }
        self.last_shown = Instant::now();
    }

    /// Says how far the step is; may be called as often as one likes.
    pub fn progress(&mut self, how_far: &str) {
        let separator = if how_far.is_empty() { "" } else { ": " };
        let text = format!("{} {}{separator}{how_far}", self.prefix(), self.title);
        if self.terminal {
            let short: String = text.chars().take(110).collect();
            eprint!("\r\x1b[K{short}");
            std::io::stderr().flush().ok();
            self.shown = true;
        } else if !how_far.is_empty() && self.last_shown.elapsed() >= LOG_INTERVAL {
            self.line(&text);
        }
    }

    /// Prints a line that stays.
    pub fn line(&mut self, text: &str) {
        if self.shown {
            eprint!("\r\x1b[K");
            self.shown = false;
        }
        eprintln!("{text}");
        self.last_shown = Instant::now();
    }

    /// Ends the step with a word on how it went.
    pub fn done(&mut self, how: &str) {
        let text = format!(
            "{} {}: {how} ({})",
            self.prefix(),
            self.title,
            seconds(self.step_started.elapsed())
        );
        self.line(&text);
    }

    /// Time since the first step.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn prefix(&self) -> String {
        let total = self.started.elapsed().as_secs();
        format!(
            "[{}/{} · {}:{:02}]",
            self.step,
            self.steps,
            total / 60,
            total % 60
        )
    }
}

/// A duration as people say it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    match whole {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..100 => format!("{whole} s"),
        _ => format!("{} min {:02} s", whole / 60, whole % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_naturally() {
        assert_eq!(seconds(Duration::from_millis(420)), "0.4 s");
        assert_eq!(seconds(Duration::from_secs(42)), "42 s");
        assert_eq!(seconds(Duration::from_secs(185)), "3 min 05 s");
    }
}
