//! Other people's clients against a server of their own.

use anyhow::Result;

use super::{Bench, Verdict, counts, counts::Counts};
use crate::{conformance, job, schema, server::Server, workspace};

/// Runs all of them, whatever fails.
pub fn run(bench: &mut Bench) -> Result<Verdict> {
    job::must(&mut bench.console, schema::build_server())?;
    let server = Server::fresh(&workspace::target().join("debug/bellhop"))?;
    let console = &mut bench.console;
    let node = conformance::node(console, &server)?;
    let node = Verdict::tests(job::run_one(console, node)?, counts::node_test);
    let python = conformance::python(console, &server)?;
    let python = Verdict::tests(job::run_one(console, python)?, counts::unittest);
    Ok(both(node, python))
}

fn both(one: Verdict, other: Verdict) -> Verdict {
    let split = |verdict| match verdict {
        Verdict::Tests(counts, output) => (counts, output),
        Verdict::Broken(output) => (Counts::one_failed(), Some(output)),
        Verdict::Holds | Verdict::LeftOut(_) => (Counts::default(), None),
    };
    let ((one, first), (other, second)) = (split(one), split(other));
    let counts = Counts {
        passed: one.passed + other.passed,
        failed: one.failed + other.failed,
    };
    let output: Vec<String> = [first, second].into_iter().flatten().collect();
    Verdict::Tests(counts, (!output.is_empty()).then(|| output.join("\n")))
}
