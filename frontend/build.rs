//! Before compiling: makes the API's schema known to cynic, and turns the locale files into functions,
//! so that a text which does not exist is an error of the compiler and not of the screen.

use std::{collections::BTreeMap, env, error::Error, fmt::Write as _, fs, path::Path};

use serde_json::Value;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    cynic_codegen::register_schema("bellhop")
        .from_sdl_file("../schema.graphql")?
        .as_default()?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=locales/en");
    let code = words(Path::new("locales/en"))?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("words.rs"), code)?;
    Ok(())
}

/// One module for each file of the folder, one function for each key.
fn words(folder: &Path) -> Outcome<String> {
    let mut code = String::new();
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Outcome<Vec<_>>>()?;
    files.sort();
    for file in files {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .ok_or("a locale file has no name")?;
        let texts: BTreeMap<String, Value> = serde_json::from_str(&fs::read_to_string(&file)?)
            .map_err(|error| format!("{}: {error}", file.display()))?;
        writeln!(
            code,
            "/// The words of `locales/en/{name}.json`.\npub mod {name} {{"
        )?;
        for (key, value) in texts {
            let place = format!("{}: {key}", file.display());
            match value {
                Value::String(text) => plain(&mut code, &place, &key, &text)?,
                Value::Object(forms) => {
                    let form = |name: &str| {
                        forms
                            .get(name)
                            .and_then(Value::as_str)
                            .ok_or_else(|| format!("{place}: the form `{name}` is missing"))
                    };
                    plural(&mut code, &place, &key, form("one")?, form("other")?)?;
                }
                _ => return Err(format!("{place}: a text or plural forms are expected").into()),
            }
        }
        writeln!(code, "}}")?;
    }
    Ok(code)
}

fn plain(code: &mut String, place: &str, key: &str, text: &str) -> Outcome<()> {
    let names = placeholders(place, text)?;
    writeln!(code, "/// “{}”", text.replace('\n', " "))?;
    if names.is_empty() {
        writeln!(
            code,
            "#[must_use] pub const fn {key}() -> &'static str {{ {text:?} }}"
        )?;
    } else {
        let arguments = names
            .iter()
            .map(|name| format!("{name}: impl std::fmt::Display"))
            .collect::<Vec<_>>()
            .join(", ");
        writeln!(
            code,
            "#[must_use] pub fn {key}({arguments}) -> String {{ format!({text:?}) }}"
        )?;
    }
    Ok(())
}

/// A text with two forms takes `count` first; the other placeholders follow in the order of the second form.
fn plural(code: &mut String, place: &str, key: &str, one: &str, other: &str) -> Outcome<()> {
    let mut names = placeholders(place, other)?;
    if placeholders(place, one)?
        .iter()
        .any(|name| name != "count" && !names.contains(name))
    {
        return Err(format!("{place}: the form `one` has a placeholder that `other` lacks").into());
    }
    names.retain(|name| name != "count");
    let mut arguments = "count: i64".to_owned();
    for name in &names {
        write!(arguments, ", {name}: impl std::fmt::Display")?;
    }
    writeln!(
        code,
        "/// “{}” / “{}”",
        one.replace('\n', " "),
        other.replace('\n', " ")
    )?;
    let form = |text: &str| {
        if text.contains('{') {
            format!("format!({text:?})")
        } else {
            format!("{text:?}.to_owned()")
        }
    };
    let (one, other) = (form(one), form(other));
    let body = if one == other {
        other
    } else {
        format!("if count == 1 {{ {one} }} else {{ {other} }}")
    };
    writeln!(
        code,
        "#[must_use] pub fn {key}({arguments}) -> String {{ {body} }}"
    )?;
    Ok(())
}

/// The names between braces, each once, in order.
fn placeholders(place: &str, text: &str) -> Outcome<Vec<String>> {
    let mut names = Vec::new();
    for part in text.split('{').skip(1) {
        let name = part
            .split_once('}')
            .ok_or_else(|| format!("{place}: a brace is not closed"))?
            .0;
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        {
            return Err(format!("{place}: `{{{name}}}` is not a placeholder").into());
        }
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    Ok(names)
}
