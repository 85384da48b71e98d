//! Who may do what: every query, mutation and subscription of the schema, called as everybody, on an
//! ordinary and on a confidential ticket. What came out is compared with `snapshot.txt`, which is
//! reviewed: a change of it is a change of who may do what.
//!
//! `BELLHOP_WRITE_SNAPSHOT=1 cargo test -p backend --test api permission_matrix` writes it anew.

mod probe;
mod probes;
mod stage;

use crate::support::json;
use futures_util::future::join_all;
use probe::{Outcome, Probe};
use serde_json::Value;
use stage::{Place, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const SNAPSHOT: &str = include_str!("snapshot.txt");
const WRITE: &str = "BELLHOP_WRITE_SNAPSHOT";

const HEAD: &str = "\
# Who may do what. Each line: an outcome, then everybody who gets it.
# `yes` is done or shown; `null` and `empty` are answers without content; anything else is a code.
# `sees` names what an answer contains: the ordinary or the confidential ticket, its internal note,
# clocks or timeline, and mail addresses. IT is an ordinary department, HR a confidential one.
";

on_both_databases! {
    async fn everybody_may_do_what_the_snapshot_says(app) {
        let stage = Stage::set(app).await;
        let probes = probes::all();
        has_a_row_for_everything(&stage, &probes).await;
        let mut text = String::from(HEAD);
        // Those who listen wait for silence: all at once, before anything changes.
        let (live, called): (Vec<&Probe>, Vec<&Probe>) = probes
            .iter()
            .partition(|probe| probe.kind == probe::Kind::Subscription);
        let heard = join_all(live.iter().map(|probe| rows(&stage, probe))).await;
        for probe in called.iter().filter(|probe| probe.kind == probe::Kind::Query) {
            write_probe(probe, rows(&stage, probe).await, &mut text);
        }
        for (probe, rows) in live.iter().zip(heard) {
            write_probe(probe, rows, &mut text);
        }
        for probe in called.iter().filter(|probe| probe.kind == probe::Kind::Mutation) {
            write_probe(probe, rows(&stage, probe).await, &mut text);
        }
        compare(&text);
    }
}

/// What everybody got, by place.
type Rows = Vec<(Place, Vec<(&'static str, Outcome)>)>;

async fn rows(stage: &Stage<'_>, probe: &Probe) -> Rows {
    let places: &[Place] = if probe.places {
        &[Place::Ordinary, Place::Confidential]
    } else {
        &[Place::Ordinary]
    };
    let mut rows = Vec::new();
    for place in places {
        rows.push((*place, probe.call(stage, *place).await));
    }
    rows
}

fn write_probe(probe: &Probe, rows: Rows, text: &mut String) {
    let _ = writeln!(text, "\n{} {}", probe.kind.word(), probe.name);
    for (place, outcomes) in rows {
        let mut indent = "  ";
        if probe.places {
            let _ = writeln!(text, "  {}", place.word());
            indent = "    ";
        }
        let mut groups: Vec<(Outcome, Vec<&'static str>)> = Vec::new();
        for (role, outcome) in outcomes {
            match groups.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, roles)) => roles.push(role),
                None => groups.push((outcome, vec![role])),
            }
        }
        for (outcome, roles) in groups {
            let _ = writeln!(text, "{indent}{outcome}: {}", roles.join(", "));
        }
    }
}

/// A field of the schema without a row here would be a field that nobody looked at.
async fn has_a_row_for_everything(stage: &Stage<'_>, probes: &[Probe]) {
    let fields = stage
        .admin()
        .query(
            "{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }",
            json!({}),
        )
        .await;
    let mut missing = BTreeSet::new();
    let mut known: BTreeMap<(probe::Kind, String), bool> = probes
        .iter()
        .map(|probe| ((probe.kind, probe.name.to_owned()), false))
        .collect();
    for (kind, of) in [
        (probe::Kind::Query, "queryType"),
        (probe::Kind::Mutation, "mutationType"),
        (probe::Kind::Subscription, "subscriptionType"),
    ] {
        let fields = fields["__schema"][of]["fields"].as_array().expect("fields");
        for name in fields.iter().filter_map(|field| field["name"].as_str()) {
            match known.get_mut(&(kind, name.to_owned())) {
                Some(seen) => *seen = true,
                None => {
                    missing.insert(format!("{} {name}", kind.word()));
                }
            }
        }
    }
    let gone: Vec<String> = known
        .into_iter()
        .filter(|(_, seen)| !seen)
        .map(|((kind, name), _)| format!("{} {name}", kind.word()))
        .collect();
    assert!(
        missing.is_empty(),
        "nobody has said who may do this: {missing:?}. Add a probe for each to \
         backend/tests/api/permission_matrix/probes.rs, write the snapshot anew with {WRITE}=1, and \
         review what it says."
    );
    assert!(
        gone.is_empty(),
        "these are no longer in the schema: {gone:?}. Remove their probes."
    );
}

fn compare(text: &str) {
    if std::env::var_os(WRITE).is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/api/permission_matrix/snapshot.txt"
        );
        std::fs::write(path, text).expect("the snapshot is written");
        return;
    }
    let (found, wanted): (Vec<&str>, Vec<&str>) =
        (text.lines().collect(), SNAPSHOT.lines().collect());
    let place = found
        .iter()
        .zip(&wanted)
        .position(|(found, wanted)| found != wanted)
        .or((found.len() != wanted.len()).then(|| found.len().min(wanted.len())));
    if let Some(place) = place {
        let heading = found[..place.min(found.len())]
            .iter()
            .rev()
            .find(|line| !line.starts_with(' ') && !line.is_empty())
            .unwrap_or(&"");
        panic!(
            "somebody may now do something else than the snapshot says, first at line {}, `{heading}`:\n\
             \x20 reviewed: {}\n\
             \x20 now:      {}\n\
             If that is meant, write the snapshot anew with {WRITE}=1 and review the difference.",
            place + 1,
            wanted.get(place).unwrap_or(&"(end)"),
            found.get(place).unwrap_or(&"(end)"),
        );
    }
}

/// A value of an answer by its pointer, for short.
fn at<'a>(value: &'a Value, pointer: &str) -> &'a Value {
    value.pointer(pointer).unwrap_or(&Value::Null)
}
