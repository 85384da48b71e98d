//! Where things are.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// The workspace's root folder.
pub fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask lies in the workspace's root")
            .to_path_buf()
    });
    &ROOT
}

/// Cargo's target folder: the one this executable lies in (`target/debug/xtask`).
pub fn target() -> &'static Path {
    static TARGET: LazyLock<PathBuf> = LazyLock::new(|| {
        std::env::current_exe()
            .ok()
            .and_then(|executable| executable.ancestors().nth(2).map(Path::to_path_buf))
            .unwrap_or_else(|| root().join("target"))
    });
    &TARGET
}

/// A cargo command at the root that reports its progress and uses this target folder.
pub fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(root())
        .env("CARGO_TARGET_DIR", target())
        .env("CARGO_TERM_PROGRESS_WHEN", "always")
        .env("CARGO_TERM_PROGRESS_WIDTH", "100");
    // Set for this process by the `cargo run` that started it; they would make
    // build scripts of the children believe they belonged to xtask.
    for (name, _) in std::env::vars_os() {
        if let Some(text) = name.to_str()
            && (text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_"))
        {
            command.env_remove(text);
        }
    }
    command
}
