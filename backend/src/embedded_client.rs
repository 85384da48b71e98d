//! The built client as part of the executable; a debug build reads it from disk instead.

use backend::http::client_files::ClientFiles;
use rust_embed::Embed;

#[derive(Embed)]
#[folder = "../dist"]
#[allow_missing = true]
struct Dist;

/// Digest of the client that was built before this, set by `cargo xtask`.
///
/// Cargo notices changed and missing files by itself but not new ones; reading
/// this variable makes it compile this crate again whenever the client differs.
const _: Option<&str> = option_env!("BELLHOP_CLIENT_DIGEST");

/// The client built into this executable.
pub const FILES: ClientFiles = ClientFiles::new(|path| Dist::get(path).map(|file| file.data));
