//! Keeps secrets that must be read again, such as the password for another server: sealed with a key
//! that is not in the database, so that whoever has the database alone, or a backup of it, has none.
//!
//! What is sealed is bound to its purpose and to what it belongs to: put elsewhere it cannot be opened.

use super::ids::Ids;
use anyhow::{Context as _, Result, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Length of the key in bytes.
const KEY_BYTES: usize = 32;
/// Bytes of the mark by which a key is known again; it tells nothing of the key.
const MARK_BYTES: usize = 6;

/// The key, or where it lies; cheap to clone. Without one (in tools that need none) nothing is opened.
#[derive(Clone, Default)]
pub struct Vault(Option<Arc<Origin>>);

/// Where the key comes from.
enum Origin {
    /// Whoever started the program said it.
    Given(Key),
    /// A file that holds it.
    File(PathBuf),
}

/// A secret, sealed; it can be shown to whoever has not the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Mark of the key.
    key: String,
    nonce: String,
    text: String,
}

/// Why something sealed cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Shut {
    /// There is no key.
    #[error("the secret key is missing")]
    NoKey,
    /// The key cannot be read.
    #[error("the secret key cannot be read: {0}")]
    Unreadable(String),
    /// It was sealed with another key.
    #[error("it was sealed with another secret key")]
    OtherKey,
    /// It is not what was sealed, or belongs to something else.
    #[error("it is not what was sealed")]
    Changed,
}

/// What becomes known of the file of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyFile {
    /// It is not in a file.
    Elsewhere,
    /// There is none yet.
    Missing(PathBuf),
    /// It is there.
    There {
        /// Where.
        path: PathBuf,
        /// Whether others than its owner may read it.
        open: bool,
    },
}

impl Vault {
    /// With this key: 32 bytes as base64.
    pub fn given(text: &str) -> Result<Self> {
        Ok(Self(Some(Arc::new(Origin::Given(Key::read(text)?)))))
    }

    /// With the key in a file, which is made when the first secret is sealed.
    pub fn at(file: &Path) -> Self {
        Self(Some(Arc::new(Origin::File(file.to_owned()))))
    }

    /// Seals a secret that belongs to `about` for one purpose.
    pub fn seal(&self, ids: &Ids, purpose: &str, about: &str, secret: &str) -> Result<Sealed> {
        let key = match self.0.as_deref() {
            None => return Err(anyhow!("there is no place for a secret key")),
            Some(Origin::Given(key)) => key.clone(),
            Some(Origin::File(path)) => Key::of_file_or_new(path, ids)?,
        };
        let mut nonce = [0; NONCE_LEN];
        ids.fill(&mut nonce);
        let mut text = secret.as_bytes().to_vec();
        key.cipher()?
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(bound(purpose, about)),
                &mut text,
            )
            .map_err(|_| anyhow!("a secret could not be sealed"))?;
        Ok(Sealed {
            key: key.mark(),
            nonce: STANDARD.encode(nonce),
            text: STANDARD.encode(text),
        })
    }

    /// Opens what was sealed for this purpose and about this.
    pub fn open(&self, purpose: &str, about: &str, sealed: &Sealed) -> Result<String, Shut> {
        let key = match self.0.as_deref() {
            None => return Err(Shut::NoKey),
            Some(Origin::Given(key)) => key.clone(),
            Some(Origin::File(path)) => Key::of_file(path)
                .map_err(|error| Shut::Unreadable(format!("{error:#}")))?
                .ok_or(Shut::NoKey)?,
        };
        if key.mark() != sealed.key {
            return Err(Shut::OtherKey);
        }
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| Shut::Changed);
        let nonce = bytes(&sealed.nonce)?;
        let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| Shut::Changed)?;
        let mut text = bytes(&sealed.text)?;
        let cipher = key
            .cipher()
            .map_err(|error| Shut::Unreadable(error.to_string()))?;
        let opened = cipher
            .open_in_place(nonce, Aad::from(bound(purpose, about)), &mut text)
            .map_err(|_| Shut::Changed)?;
        String::from_utf8(opened.to_vec()).map_err(|_| Shut::Changed)
    }

    /// How the file of the key stands.
    pub fn file(&self) -> KeyFile {
        let Some(Origin::File(path)) = self.0.as_deref() else {
            return KeyFile::Elsewhere;
        };
        match fs::metadata(path) {
            Ok(found) => KeyFile::There {
                path: path.clone(),
                open: is_open(&found),
            },
            Err(_) => KeyFile::Missing(path.clone()),
        }
    }
}

#[cfg(unix)]
fn is_open(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &fs::Metadata) -> bool {
    false
}

/// What a sealed secret is bound to. Purposes are words of ours without a null.
fn bound(purpose: &str, about: &str) -> Vec<u8> {
    format!("bellhop {purpose}\0{about}").into_bytes()
}

#[derive(Clone)]
struct Key([u8; KEY_BYTES]);

impl Key {
    /// Of its text, which is repeated in no error.
    fn read(text: &str) -> Result<Self> {
        let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
        let bytes = bytes.try_into().map_err(|_| {
            anyhow!("a secret key is 32 bytes as base64, such as `openssl rand -base64 32` writes")
        })?;
        Ok(Self(bytes))
    }

    fn of_file(path: &Path) -> Result<Option<Self>> {
        match fs::read_to_string(path) {
            Ok(text) => Ok(Some(
                Self::read(&text).with_context(|| path.display().to_string())?,
            )),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// Of the file, which is written whole or not at all. Of two that come at once, both get the
    /// first one's.
    fn of_file_or_new(path: &Path, ids: &Ids) -> Result<Self> {
        if let Some(key) = Self::of_file(path)? {
            return Ok(key);
        }
        let mut fresh = [0; KEY_BYTES];
        ids.fill(&mut fresh);
        let mut name = [0; 8];
        ids.fill(&mut name);
        let folder = path.parent().context("the secret key has no folder")?;
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let draft = path.with_extension(format!("{:016x}", u64::from_be_bytes(name)));
        let written = write(&draft, &STANDARD.encode(fresh)).and_then(|()| {
            match fs::hard_link(&draft, path) {
                Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
                _ => Ok(()),
            }
        });
        let removed = fs::remove_file(&draft);
        written.with_context(|| format!("writing {}", path.display()))?;
        removed.with_context(|| draft.display().to_string())?;
        let key = Self::of_file(path)?;
        key.with_context(|| format!("{} was not kept", path.display()))
    }

    fn cipher(&self) -> Result<LessSafeKey> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &self.0)
            .map_err(|_| anyhow!("a key of another length"))?;
        Ok(LessSafeKey::new(key))
    }

    /// By which it is known again.
    fn mark(&self) -> String {
        // HMAC takes keys of every length; a failure would be the library's fault.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(_) => unreachable!("HMAC takes keys of every length"),
        };
        mac.update(b"bellhop mark of the secret key");
        STANDARD.encode(&mac.finalize().into_bytes()[..MARK_BYTES])
    }
}

/// A new file that nobody else may read, on the disk.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path =
                std::env::temp_dir().join(format!("bellhop-vault-{}-{name}", std::process::id()));
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).expect("a folder of the test");
        }
    }

    fn key(byte: u8) -> String {
        STANDARD.encode([byte; KEY_BYTES])
    }

    #[test]
    fn what_was_sealed_can_be_opened_for_its_purpose_alone() {
        let ids = Ids::seeded(1);
        let vault = Vault::given(&key(1)).expect("a vault");
        let sealed = vault
            .seal(&ids, "mail", "a.example 25", "s3cret")
            .expect("sealed");
        assert_eq!(
            vault.open("mail", "a.example 25", &sealed).as_deref(),
            Ok("s3cret")
        );
        for (purpose, about) in [
            ("mail", "b.example 25"),
            ("other", "a.example 25"),
            ("mail", ""),
        ] {
            assert_eq!(vault.open(purpose, about, &sealed), Err(Shut::Changed));
        }
        let again = vault
            .seal(&ids, "mail", "a.example 25", "s3cret")
            .expect("sealed");
        assert_ne!(sealed, again, "equal secrets do not look equal");
        let text = serde_json::to_string(&sealed).expect("JSON");
        assert!(!text.contains("s3cret") && !text.contains(&key(1)));
    }

    #[test]
    fn what_was_changed_or_sealed_by_another_is_not_opened() {
        let ids = Ids::seeded(1);
        let vault = Vault::given(&format!(" {}\n", key(1))).expect("a vault");
        let sealed = vault.seal(&ids, "mail", "x", "s3cret").expect("sealed");
        let other = Vault::given(&key(2)).expect("a vault");
        assert_eq!(other.open("mail", "x", &sealed), Err(Shut::OtherKey));
        assert_eq!(
            Vault::default().open("mail", "x", &sealed),
            Err(Shut::NoKey)
        );
        assert!(Vault::default().seal(&ids, "mail", "x", "y").is_err());
        for (field, value) in [
            ("nonce", "AAAA"),
            ("text", "AAAA"),
            ("nonce", "?"),
            ("text", ""),
        ] {
            let mut spoilt = serde_json::to_value(&sealed).expect("JSON");
            spoilt[field] = value.into();
            let spoilt: Sealed = serde_json::from_value(spoilt).expect("sealed");
            assert_eq!(vault.open("mail", "x", &spoilt), Err(Shut::Changed));
        }
    }

    #[test]
    fn the_file_is_made_once_and_for_its_owner_alone() {
        let ids = Ids::seeded(1);
        let folder = Folder::new("once");
        let path = folder.0.join("below/secret.key");
        let vault = Vault::at(&path);
        assert_eq!(vault.file(), KeyFile::Missing(path.clone()));
        let sealed = vault.seal(&ids, "mail", "x", "s3cret").expect("sealed");
        let found = KeyFile::There {
            path: path.clone(),
            open: false,
        };
        assert_eq!(vault.file(), found);
        assert_eq!(
            fs::read_dir(folder.0.join("below"))
                .expect("a folder")
                .count(),
            1
        );
        let first = fs::read_to_string(&path).expect("a key");
        let other = Vault::at(&path);
        other.seal(&ids, "mail", "x", "another").expect("sealed");
        assert_eq!(fs::read_to_string(&path).expect("a key"), first);
        assert_eq!(other.open("mail", "x", &sealed).as_deref(), Ok("s3cret"));
        assert_eq!(
            Vault::given(&first)
                .expect("a vault")
                .open("mail", "x", &sealed)
                .as_deref(),
            Ok("s3cret")
        );
        fs::remove_file(&path).expect("gone");
        assert_eq!(vault.open("mail", "x", &sealed), Err(Shut::NoKey));
    }

    #[test]
    fn many_who_come_at_once_get_one_key() {
        let folder = Folder::new("many");
        let path = folder.0.join("secret.key");
        let sealed: Vec<Sealed> = std::thread::scope(|scope| {
            let seal = |seed| {
                let path = &path;
                move || {
                    Vault::at(path)
                        .seal(&Ids::seeded(seed), "mail", "x", "s")
                        .expect("sealed")
                }
            };
            let all: Vec<_> = (0..8).map(|seed| scope.spawn(seal(seed))).collect();
            all.into_iter()
                .map(|one| one.join().expect("an end"))
                .collect()
        });
        for one in &sealed {
            assert_eq!(Vault::at(&path).open("mail", "x", one).as_deref(), Ok("s"));
        }
    }

    #[test]
    fn what_is_no_key_is_said_and_not_repeated() {
        let ids = Ids::seeded(1);
        for bad in ["", "hunter2hunter2", "AAAA", &key(1)[1..]] {
            let error = Vault::given(bad).err().expect("a refusal").to_string();
            assert!(
                error.contains("32 bytes") && (bad.is_empty() || !error.contains(bad)),
                "{error}"
            );
        }
        let folder = Folder::new("bad");
        fs::create_dir_all(&folder.0).expect("a folder");
        let path = folder.0.join("secret.key");
        fs::write(&path, "hunter2").expect("a file");
        let vault = Vault::at(&path);
        assert!(
            vault.seal(&ids, "mail", "x", "s").is_err(),
            "it is not replaced"
        );
        let sealed = Vault::given(&key(1))
            .expect("a vault")
            .seal(&ids, "mail", "x", "s")
            .expect("sealed");
        assert!(
            matches!(vault.open("mail", "x", &sealed), Err(Shut::Unreadable(words)) if !words.contains("hunter2"))
        );
    }
}
