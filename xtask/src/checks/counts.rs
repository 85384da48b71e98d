//! Reads how many tests passed and failed from what the test runners print.

use std::fmt;

/// Passed and failed tests.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Counts {
    pub passed: usize,
    pub failed: usize,
}

impl Counts {
    /// A check without tests of its own that holds.
    pub fn one_passed() -> Self {
        Self {
            passed: 1,
            failed: 0,
        }
    }

    /// A check without tests of its own that does not hold.
    pub fn one_failed() -> Self {
        Self {
            passed: 0,
            failed: 1,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.failed == 0 {
            write!(f, "{} passed", self.passed)
        } else {
            write!(f, "{} passed, {} FAILED", self.passed, self.failed)
        }
    }
}

/// From every `test result: ok. 3 passed; 0 failed; …` of `cargo test`.
pub fn cargo_test(output: &str) -> Option<Counts> {
    let mut counts = None;
    for line in output
        .lines()
        .filter(|line| line.starts_with("test result:"))
    {
        let counts = counts.get_or_insert(Counts::default());
        counts.passed += number_before(line, "passed")?;
        counts.failed += number_before(line, "failed")?;
    }
    counts
}

/// From Playwright's last lines, `2 failed`, `1 flaky`, `3 did not run`, `12 passed (5.4s)`.
pub fn playwright(output: &str) -> Option<Counts> {
    let count = |word: &str| {
        output
            .lines()
            .filter_map(|line| {
                let (number, rest) = line.trim().split_once(' ')?;
                let rest = rest.split(" (").next()?;
                (rest == word).then(|| number.parse::<usize>().ok())?
            })
            .next_back()
    };
    let words = ["passed", "failed", "flaky", "interrupted", "did not run"];
    let [passed, failed, flaky, interrupted, not_run] = words.map(count);
    if passed.is_none() && failed.is_none() && interrupted.is_none() {
        return None;
    }
    Some(Counts {
        passed: passed.unwrap_or(0),
        failed: [failed, flaky, interrupted, not_run]
            .into_iter()
            .flatten()
            .sum(),
    })
}

/// `12` from `… 12 passed …`.
fn number_before(text: &str, word: &str) -> Option<usize> {
    let mut previous = "";
    for part in text.split(|c: char| c.is_whitespace() || c == ',' || c == ';') {
        if part == word {
            return previous.parse().ok();
        }
        if !part.is_empty() {
            previous = part;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_all_test_binaries_are_added_up() {
        let output = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured\n\
                      test result: FAILED. 5 passed; 2 failed; 1 ignored; 0 measured\n";
        assert_eq!(
            cargo_test(output),
            Some(Counts {
                passed: 8,
                failed: 2
            })
        );
        assert_eq!(cargo_test("error: no"), None);
    }

    #[test]
    fn a_journey_that_did_not_run_or_needed_luck_is_no_success() {
        let output = "  ✓ 7 passed things\n  1 failed\n    boot\n  1 flaky\n  3 did not run\n  12 passed (5.4s)\n";
        assert_eq!(
            playwright(output),
            Some(Counts {
                passed: 12,
                failed: 5
            })
        );
        assert_eq!(playwright("Error: Cannot find module"), None);
    }
}
