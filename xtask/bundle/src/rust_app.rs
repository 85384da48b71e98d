//! From the client's crate to a WebAssembly module and the script that starts it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{Mode, description::RustApp, dist::Staged, stamp::digest_of};

const TARGET: &str = "wasm32-unknown-unknown";

/// Lets cargo compile the faces, side by side; returns each one's module as rustc left it.
///
/// It runs in the workspace, whose toolchain file then counts wherever this was called from.
pub fn compile(apps: &[&RustApp], locked: bool, mode: Mode, target: &Path) -> Result<Vec<PathBuf>> {
    let first = apps.first().context("a client has at least one face")?;
    ensure!(
        apps.iter().all(|app| {
            app.manifest == first.manifest && app.profile_release == first.profile_release
        }),
        "all faces must be binaries of one crate, built with one profile"
    );
    let (profile, folder) = match mode {
        Mode::Release => (
            first.profile_release.as_str(),
            first.profile_release.as_str(),
        ),
        Mode::Dev => ("dev", "debug"),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--target", TARGET, "--profile", profile])
        .args(apps.iter().flat_map(|app| ["--bin", &app.bin]))
        .arg("--manifest-path")
        .arg(&first.manifest)
        .current_dir(crate::workspace_root()?)
        .arg("--target-dir")
        .arg(target);
    if locked {
        command.arg("--locked");
    }
    let status = command.status().context("starting cargo")?;
    ensure!(
        status.success(),
        "cargo could not build the client ({status})"
    );
    let modules = target.join(TARGET).join(folder);
    Ok(apps
        .iter()
        .map(|app| modules.join(format!("{}.wasm", app.bin)))
        .collect())
}

/// Runs wasm-bindgen, stages module, script and snippets, and returns the HTML that loads them.
pub fn bind(app: &RustApp, wasm: &Path, mode: Mode, staged: &mut Staged) -> Result<String> {
    let release = mode == Mode::Release;
    let mut output = Bindgen::new()
        .input_path(wasm)
        .web(true)?
        .typescript(false)
        .out_name(&app.bin)
        // Function names are a fifth of the compressed module and help no user.
        .remove_name_section(release)
        .remove_producers_section(release)
        .generate_output()
        .context("wasm-bindgen")?;
    let module = output.wasm_mut().emit_wasm();

    for (crate_name, snippets) in output.snippets() {
        for (number, text) in snippets.iter().enumerate() {
            let path = format!("snippets/{crate_name}/inline{number}.js");
            staged.add(&path, text.clone().into_bytes())?;
        }
    }
    for (path, text) in output.local_modules() {
        staged.add(&format!("snippets/{path}"), text.clone().into_bytes())?;
    }
    ensure!(
        output.npm_dependencies().is_empty(),
        "a crate of the client asks for npm packages, which this build does not offer"
    );

    // One hash for the pair: the script must never meet another build's module.
    let script = output.js().as_bytes().to_vec();
    let hash = &digest_of([module.as_slice(), script.as_slice()])[..16];
    let bin = &app.bin;
    let module = staged.add(&format!("{bin}-{hash}_bg.wasm"), module)?;
    let script = staged.add(&format!("{bin}-{hash}.js"), script)?;
    Ok(format!(
        r#"<link rel="modulepreload" href="/{script}" crossorigin="anonymous">
    <link rel="preload" href="/{module}" crossorigin="anonymous" as="fetch" type="application/wasm">
    <script type="module">
      import init from "/{script}";
      await init({{ module_or_path: "/{module}" }});
    </script>"#
    ))
}
