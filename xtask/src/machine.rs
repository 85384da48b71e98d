//! The machine's own programs: finding them, and installing Debian's packages where that is allowed.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::{console::Console, job, workspace};

/// Finds a program on `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Whether this process runs as root.
pub fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Makes sure that something of a Debian package is there, installing the package as root.
///
/// Errors say which package is missing where it may not be installed from here.
pub fn need<T>(
    console: &mut Console,
    packages: &[&str],
    look: impl Fn() -> Option<T>,
) -> Result<T> {
    if let Some(found) = look() {
        return Ok(found);
    }
    let list = packages.join(" ");
    if find("apt-get").is_none() {
        bail!("missing: {list} (Debian's names); install them with this system's package manager");
    }
    if !is_root() {
        bail!("missing: {list}; run `sudo apt-get install {list}`");
    }
    console.line(&format!("installing Debian's {list} …"));
    let mut update = Command::new("apt-get");
    update.args(["update", "-qq"]);
    job::must(console, update)?;
    let mut install = Command::new("apt-get");
    install
        .args(["install", "-y", "-qq", "--no-install-recommends"])
        .args(packages)
        .env("DEBIAN_FRONTEND", "noninteractive");
    job::must(console, install)?;
    look().with_context(|| format!("{list} installed, but what was needed is still missing"))
}

/// A command that the kernel ends when this process dies, and that may run as another user.
///
/// Without `setpriv` (part of every Debian) the command is plain, and only possible as this user.
pub fn child(program: impl AsRef<OsStr>, user: Option<&str>) -> Result<Command> {
    let Some(setpriv) = find("setpriv") else {
        ensure!(
            user.is_none(),
            "setpriv (package util-linux) is needed to run as another user"
        );
        return Ok(Command::new(program));
    };
    let mut command = Command::new(setpriv);
    command.args(["--pdeathsig", "TERM"]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.arg("--").arg(program);
    Ok(command)
}

/// Makes sure that cargo can build for the browser.
pub fn wasm_target(console: &mut Console) -> Result<()> {
    let output = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(workspace::root())
        .output()
        .context("asking rustc where it lies")?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let installed = Path::new(&sysroot).join("lib/rustlib/wasm32-unknown-unknown");
    if installed.is_dir() {
        return Ok(());
    }
    rustup(console, &["target", "add", "wasm32-unknown-unknown"])
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
pub fn rust_components(console: &mut Console) -> Result<()> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let there = workspace::cargo([tool, "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !there {
            rustup(console, &["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(console: &mut Console, arguments: &[&str]) -> Result<()> {
    if find("rustup").is_none() {
        bail!(
            "this needs `rustup {}`, and rustup is not installed",
            arguments.join(" ")
        );
    }
    let mut command = Command::new("rustup");
    command.args(arguments).current_dir(workspace::root());
    job::must(console, command)?;
    Ok(())
}
