//! From the client's crate to a WebAssembly module and the script that starts it.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{Mode, description::RustApp, dist::Staged, stamp::digest_of};

const TARGET: &str = "wasm32-unknown-unknown";

/// Lets cargo compile the crate; returns the module as rustc left it.
///
/// It runs in the workspace, whose toolchain file then counts wherever this was called from.
pub fn compile(app: &RustApp, locked: bool, mode: Mode, target: &Path) -> Result<PathBuf> {
    let (profile, folder) = match mode {
        Mode::Release => (app.profile_release.as_str(), app.profile_release.as_str()),
        Mode::Dev => ("dev", "debug"),
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args([
            "build",
            "--target",
            TARGET,
            "--profile",
            profile,
            "--bin",
            &app.bin,
        ])
        .arg("--manifest-path")
        .arg(&app.manifest)
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
    Ok(target
        .join(TARGET)
        .join(folder)
        .join(format!("{}.wasm", app.bin)))
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
    staged.add(&format!("{bin}-{hash}_bg.wasm"), module)?;
    staged.add(&format!("{bin}-{hash}.js"), script)?;
    Ok(format!(
        r#"<link rel="modulepreload" href="/{bin}-{hash}.js" crossorigin="anonymous">
    <link rel="preload" href="/{bin}-{hash}_bg.wasm" crossorigin="anonymous" as="fetch" type="application/wasm">
    <script type="module">
      import init from "/{bin}-{hash}.js";
      await init({{ module_or_path: "/{bin}-{hash}_bg.wasm" }});
    </script>"#
    ))
}
