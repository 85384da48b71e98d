//! Every dependency's licence must be one that deny.toml allows.
//!
//! The same rule as cargo-deny's, for machines without it.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result, bail};

use super::{Bench, Verdict};
use crate::{job, workspace};

pub fn check(bench: &mut Bench) -> Result<Verdict> {
    let allowed = allowed()?;
    let mut refused = BTreeMap::new();
    for target in [None, Some("wasm32-unknown-unknown")] {
        let mut command = workspace::cargo(["tree", "--workspace", "--prefix", "none"]);
        command.args(["--edges", "normal,build", "--format", "{p}|{l}"]);
        command.env("CARGO_TERM_PROGRESS_WHEN", "never");
        if let Some(target) = target {
            command.args(["--target", target]);
        }
        let output = job::must(&mut bench.console, command)?;
        for line in output.lines() {
            let Some((package, licence)) = line.split_once('|') else {
                continue;
            };
            let licence = licence.trim_end_matches("(*)").trim();
            if !satisfied(licence, &allowed) {
                let package = package.split(" (").next().unwrap_or(package);
                refused.insert(package.to_owned(), licence.to_owned());
            }
        }
    }
    if refused.is_empty() {
        return Ok(Verdict::Holds);
    }
    let list: String = refused
        .iter()
        .map(|(package, licence)| format!("  {package}: {licence:?}\n"))
        .collect();
    Ok(Verdict::Broken(format!(
        "licences that deny.toml does not allow:\n{list}"
    )))
}

/// The list `allow` of the section `licenses`.
fn allowed() -> Result<Vec<String>> {
    let path = workspace::root().join("deny.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let list = text
        .split_once("[licenses]")
        .and_then(|(_, section)| section.split_once("allow = ["))
        .and_then(|(_, list)| list.split_once(']'))
        .map(|(list, _)| list);
    let Some(list) = list else {
        bail!("deny.toml has no list `allow` in [licenses]");
    };
    Ok(list
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect())
}

/// Whether an SPDX expression can be satisfied with allowed licences alone.
fn satisfied(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&tokens, &mut at, allowed) && at == tokens.len()
}

fn either(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut good = both(tokens, at, allowed);
    while tokens.get(*at) == Some(&"OR") {
        *at += 1;
        good |= both(tokens, at, allowed);
    }
    good
}

fn both(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let mut good = single(tokens, at, allowed);
    while tokens.get(*at) == Some(&"AND") {
        *at += 1;
        good &= single(tokens, at, allowed);
    }
    good
}

fn single(tokens: &[&str], at: &mut usize, allowed: &[String]) -> bool {
    let Some(&token) = tokens.get(*at) else {
        return false;
    };
    *at += 1;
    if token == "(" {
        let good = either(tokens, at, allowed);
        let closed = tokens.get(*at) == Some(&")");
        *at += 1;
        return good && closed;
    }
    let mut name = token.to_owned();
    if tokens.get(*at) == Some(&"WITH")
        && let Some(exception) = tokens.get(*at + 1)
    {
        name = format!("{token} WITH {exception}");
        *at += 2;
        // An exception only adds permissions.
        if allowed.iter().any(|licence| licence == token) {
            return true;
        }
    }
    allowed.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_satisfied_as_spdx_has_it() {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0"].map(str::to_owned);
        for (expression, expected) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0 OR MIT", true),
            ("GPL-3.0 AND MIT", false),
            ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("", false),
            ("(MIT", false),
        ] {
            assert_eq!(satisfied(expression, &allowed), expected, "{expression}");
        }
    }
}
