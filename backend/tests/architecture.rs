//! The layers of docs/ARCHITECTURE, held against what the code really names.
//!
//! A file belongs to the module that its first folder (or its own name) says. What counts is every
//! `crate::…` path outside of tests and comments, so nothing is missed that is written without `use`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Module → what it may name. A module that is not here must not exist: say where it belongs.
const BACKEND: &[(&str, &[&str])] = &[
    ("platform", &[]),
    ("session", &["platform"]),
    // A password that is set and a person who leaves end their sessions in the same act.
    ("organisation", &["platform", "session"]),
    ("desk", &["organisation", "platform"]),
    // The outside world is written to from what the desk did.
    ("channel", &["desk", "organisation", "platform", "session"]),
    ("app", &["channel", "desk", "first_hour", "platform"]),
    ("practice", &["desk", "organisation", "platform"]),
    ("dashboard", &["desk", "organisation", "platform"]),
    ("report", &["desk", "organisation", "platform"]),
    // A demo is removed by whoever proves once more who they are.
    (
        "first_hour",
        &["organisation", "platform", "practice", "session"],
    ),
    (
        "audit",
        &["desk", "organisation", "platform", "practice", "session"],
    ),
    ("import", &["desk", "organisation", "platform"]),
    ("operations", &["desk", "platform"]),
    (
        "seed",
        &[
            "app",
            "desk",
            "organisation",
            "platform",
            "practice",
            "session",
        ],
    ),
    (
        "graphql",
        &[
            "app",
            "audit",
            "channel",
            "dashboard",
            "desk",
            "first_hour",
            "organisation",
            "platform",
            "practice",
            "report",
            // Rows of tokens.
            "session",
        ],
    ),
    ("embedded_client", &[]),
    (
        "http",
        &[
            "app",
            "audit",
            // Files travel beside GraphQL.
            "desk",
            "embedded_client",
            // Who takes over, when people are imported.
            "desk",
            "graphql",
            "import",
            // The figures that the server tells of itself.
            "operations",
            "organisation",
            "platform",
            "report",
            "session",
        ],
    ),
    (
        "cli",
        &[
            "app",
            "channel",
            // Leads are told of a password that is set here.
            "desk",
            "embedded_client",
            "first_hour",
            "graphql",
            "http",
            "import",
            "operations",
            "organisation",
            "platform",
            "report",
            "seed",
            "session",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// Practices that may use another, through its `mod.rs`.
const BETWEEN_PRACTICES: &[(&str, &str)] = &[
    ("service_request", "catalog"),
    // Who may ask on whose behalf is one rule for both.
    ("service_request", "incident"),
];

const FRONTEND: &[(&str, &[&str])] = &[
    // The two faces, and the library that both are made of.
    ("main", &[]),
    ("administration", &[]),
    ("lib", &["shell"]),
    (
        "shell",
        &["api", "components", "lean", "live", "pages", "words"],
    ),
    ("pages", &["api", "components", "lean", "live", "words"]),
    ("components", &["api", "lean", "live", "words"]),
    // The framework as all of them use it.
    ("lean", &[]),
    ("live", &["api"]),
    // Words name the API's values, and the API's failures have words.
    ("words", &["api", "live"]),
    ("api", &["words"]),
];

/// The faces of the client; one uses another only along this list.
const BETWEEN_FACES: &[(&str, &str)] = &[
    // The bell of the workspace is the portal's.
    ("desk", "portal"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("a workspace")
        .to_owned()
}

/// A file with its path below its crate's `src`, without comments and tests.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The first folder, or the file's own name.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The second folder or file of a path.
    fn part(&self) -> Option<&str> {
        let second = self.path.split('/').nth(1)?;
        Some(second.strip_suffix(".rs").unwrap_or(second))
    }

    fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Names that follow `prefix`, singly or in braces.
    fn named_after(&self, prefix: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (at, _) in self.text.match_indices(prefix) {
            let starts_a_path =
                !self.text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
            if !starts_a_path {
                continue;
            }
            let rest = &self.text[at + prefix.len()..];
            if rest.starts_with('{') {
                names.extend(top_level(rest));
            } else {
                names.insert(identifier(rest).to_owned());
            }
        }
        names.remove("");
        names
    }
}

fn identifier(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    &text[..end]
}

/// The first name of each part of `{a, b::c, d::{e, f}}`.
fn top_level(braces: &str) -> Vec<String> {
    let (mut names, mut depth, mut part) = (Vec::new(), 0, String::new());
    for letter in braces.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => {
                names.push(identifier(part.trim()).to_owned());
                part.clear();
                continue;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if !(depth == 1 && letter == '{') {
            part.push(letter);
        }
    }
    names.push(identifier(part.trim()).to_owned());
    names
}

/// All sources below a folder; files that are tests alone are left out.
fn sources(folder: &Path) -> Vec<Source> {
    fn walk(folder: &Path, below: &str, found: &mut Vec<Source>) {
        let mut entries: Vec<_> = fs::read_dir(folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("an entry"))
            .collect();
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{below}{name}");
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), found);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let text = fs::read_to_string(entry.path()).expect("a source");
                found.push(Source {
                    text: code_alone(&text),
                    path,
                });
            }
        }
    }
    let mut found = Vec::new();
    walk(folder, "", &mut found);
    assert!(!found.is_empty(), "no sources in {}", folder.display());
    found
}

/// Without comments, and without what stands behind the first `#[cfg(test)]`: tests come last.
fn code_alone(text: &str) -> String {
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn check_layers(folder: &Path, layers: &[(&str, &[&str])]) {
    let layers: BTreeMap<&str, &[&str]> = layers.iter().copied().collect();
    let mut faults = Vec::new();
    for source in sources(folder) {
        let module = source.module();
        let Some(allowed) = layers.get(module) else {
            faults.push(format!(
                "{}: say in backend/tests/architecture.rs and in docs/ARCHITECTURE which layer `{module}` is",
                source.path
            ));
            continue;
        };
        for name in source.named_after("crate::") {
            // Macros of the crate's root belong to no layer.
            let is_module = layers.contains_key(name.as_str());
            if is_module && name != module && !allowed.contains(&name.as_str()) {
                faults.push(format!(
                    "{}: `{module}` must not name `{name}`",
                    source.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_layer_of_the_server_names_only_those_below() {
    check_layers(&root().join("backend/src"), BACKEND);
}

#[test]
fn each_layer_of_the_client_names_only_those_below() {
    check_layers(&root().join("frontend/src"), FRONTEND);
}

#[test]
fn practices_use_each_other_only_along_the_list() {
    let mut faults = Vec::new();
    for source in sources(&root().join("backend/src/practice")) {
        let own = source.module();
        for other in source.named_after("crate::practice::") {
            if other != own && !BETWEEN_PRACTICES.contains(&(own, other.as_str())) {
                faults.push(format!("{}: `{own}` must not name `{other}`", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn faces_of_the_client_use_each_other_only_along_the_list() {
    let mut faults = Vec::new();
    for source in sources(&root().join("frontend/src")) {
        if source.module() != "pages" {
            continue;
        }
        let Some(own) = source.part() else { continue };
        for other in source.named_after("crate::pages::") {
            if other != own && !BETWEEN_FACES.contains(&(own, other.as_str())) {
                faults.push(format!("{}: `{own}` must not name `{other}`", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Stores, entities and the platform know the database; use cases do not.
#[test]
fn only_stores_name_the_database_library() {
    let mut faults = Vec::new();
    for source in sources(&root().join("backend/src")) {
        let file = source.file_name();
        let is_store = matches!(file, "store.rs" | "entity.rs")
            || file.ends_with("_store.rs")
            || source.path.contains("/store/")
            // It examines the database itself.
            || matches!(source.module(), "platform" | "operations");
        let names = ["sea_orm::", "sea_query::"]
            .iter()
            .any(|library| !source.named_after(library).is_empty());
        if names && !is_store {
            faults.push(format!("{}: queries belong into a store", source.path));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The API's types stand in `graphql`, its transport in `http`. A closed vocabulary of reports is an
/// enum of the API where it is declared, as those in `shared` are: dimensions, measures and the like
/// have one table of variant, meaning and column name, and the CSV export and the API read from it.
/// A mirror in `graphql` would repeat each variant with its meaning, and help nobody.
#[test]
fn only_the_api_names_the_graphql_library() {
    let mut faults = Vec::new();
    for source in sources(&root().join("backend/src")) {
        if matches!(source.module(), "graphql" | "http") {
            continue;
        }
        for name in source.named_after("async_graphql::") {
            if name != "Enum" || source.module() != "report" {
                faults.push(format!(
                    "{}: `async_graphql::{name}` belongs into graphql",
                    source.path
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The rules run in the browser too: they touch nothing outside, and nothing of ours.
#[test]
fn the_rules_touch_nothing_outside() {
    let mut faults = Vec::new();
    for source in sources(&root().join("shared/src")) {
        for library in [
            "tokio::",
            "actix_web::",
            "std::fs::",
            "std::net::",
            "backend::",
        ] {
            if !source.named_after(library).is_empty() {
                faults.push(format!("{}: names `{library}`", source.path));
            }
        }
    }
    for source in sources(&root().join("migrations/src")) {
        for ours in ["shared::", "backend::"] {
            if !source.named_after(ours).is_empty() {
                faults.push(format!("{}: a step names nothing of ours", source.path));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn paths_are_read_singly_and_in_braces() {
    let source = Source {
        path: "desk/ticket/act.rs".to_owned(),
        text:
            "use crate::{app::App, desk::{a, b}, platform};\ncrate::report::x(); mycrate::no::y();"
                .to_owned(),
    };
    let names: Vec<String> = source.named_after("crate::").into_iter().collect();
    assert_eq!(names, ["app", "desk", "platform", "report"]);
    assert_eq!((source.module(), source.part()), ("desk", Some("ticket")));
}
