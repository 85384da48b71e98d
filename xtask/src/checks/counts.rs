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

/// From the last lines of `node --test` in TAP: `# pass 5`, `# fail 0`, `# cancelled 0`.
pub fn node_test(output: &str) -> Option<Counts> {
    let count = |word: &str| {
        output.lines().rev().find_map(|line| {
            let number = line.strip_prefix("# ")?.strip_prefix(word)?;
            number.trim().parse::<usize>().ok()
        })
    };
    Some(Counts {
        passed: count("pass")?,
        failed: count("fail")? + count("cancelled")?,
    })
}

/// From the last lines of Python's unittest: `Ran 3 tests in 2.5s`, and what of them failed.
pub fn unittest(output: &str) -> Option<Counts> {
    let ran = output.lines().rev().find_map(|line| {
        let rest = line.strip_prefix("Ran ")?;
        rest.split(' ').next()?.parse::<usize>().ok()
    })?;
    let last = output.lines().rev().find(|line| !line.trim().is_empty())?;
    let failed = if last.starts_with("OK") {
        0
    } else {
        // A test with parts may fail more than once.
        let kinds = last.split(|c: char| !c.is_ascii_digit());
        let sum: usize = kinds.filter_map(|n| n.parse::<usize>().ok()).sum();
        sum.clamp(1, ran.max(1))
    };
    Some(Counts {
        passed: ran.saturating_sub(failed),
        failed,
    })
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
    fn results_of_node_and_python_are_read() {
        let output = "ok 1 - a\n# tests 3\n# pass 1\n# fail 1\n# cancelled 1\n# todo 0\n";
        let counts = |passed, failed| Some(Counts { passed, failed });
        assert_eq!(node_test(output), counts(1, 2));
        assert_eq!(node_test("SyntaxError"), None);
        assert_eq!(
            unittest("...\n---\nRan 3 tests in 4.1s\n\nOK\n"),
            counts(3, 0)
        );
        let failed = "Ran 3 tests in 4.1s\n\nFAILED (failures=1, errors=1)\n";
        assert_eq!(unittest(failed), counts(1, 2));
        assert_eq!(unittest("ModuleNotFoundError"), None);
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
