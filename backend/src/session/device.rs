//! The device cookie: proof that somebody signed in as this person with this browser before.
//!
//! It gives the browser a budget of failures of its own, so that strangers who try passwords never
//! stand in its way. It is no proof of identity. A proof names one sign-in name; a browser keeps
//! the proofs of the last few people who used it.

use super::key::{self, Keys};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Bytes that make each proof unique.
pub const NONCE_BYTES: usize = 16;
/// Bytes of a MAC that are kept.
const PROOF_BYTES: usize = 16;
/// How many people a browser remembers.
const MOST: usize = 8;

/// A recognised device of one person.
pub struct Device(String);

impl Device {
    /// Tells it from others.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// The device, if this browser signed in with `login` before.
pub fn recognise(keys: &Keys, cookie: &str, login: &str) -> Option<Device> {
    entries(cookie)
        .find(|entry| proves(keys, entry, login))
        .map(|entry| Device(URL_SAFE_NO_PAD.encode(&entry[..NONCE_BYTES])))
}

/// The cookie after a sign-in with `login`.
pub fn remember(
    keys: &Keys,
    cookie: Option<&str>,
    login: &str,
    nonce: [u8; NONCE_BYTES],
) -> String {
    let mut kept: Vec<Vec<u8>> = vec![];
    let mut own = None;
    for entry in entries(cookie.unwrap_or_default()) {
        if proves(keys, &entry, login) {
            own = Some(entry);
        } else {
            kept.push(entry);
        }
    }
    // A browser keeps its proof: a new one each time would be a new budget each time.
    let own = own.unwrap_or_else(|| {
        let proof = keys.sign_device(&nonce, login);
        [&nonce[..], &proof[..PROOF_BYTES]].concat()
    });
    kept.truncate(MOST - 1);
    kept.insert(0, own);
    kept.iter()
        .map(|entry| URL_SAFE_NO_PAD.encode(entry))
        .collect::<Vec<_>>()
        .join(".")
}

fn entries(cookie: &str) -> impl Iterator<Item = Vec<u8>> {
    cookie
        .split('.')
        .take(MOST)
        .filter_map(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .filter(|entry| entry.len() == NONCE_BYTES + PROOF_BYTES)
}

fn proves(keys: &Keys, entry: &[u8], login: &str) -> bool {
    let wanted = keys.sign_device(&entry[..NONCE_BYTES], login);
    key::same(&entry[NONCE_BYTES..], &wanted[..PROOF_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_known_for_the_people_who_signed_in_there_and_for_nobody_else() {
        let keys = Keys::fixed();
        let first = remember(&keys, None, "marta", [1; 16]);
        let both = remember(&keys, Some(&first), "ana", [2; 16]);
        assert!(recognise(&keys, &both, "marta").is_some());
        assert!(recognise(&keys, &both, "ana").is_some());
        assert!(recognise(&keys, &both, "sina").is_none());
        assert!(recognise(&keys, &first, "ana").is_none());
    }

    #[test]
    fn signing_in_again_keeps_the_same_budget() {
        let keys = Keys::fixed();
        let first = remember(&keys, None, "marta", [1; 16]);
        let again = remember(&keys, Some(&first), "marta", [2; 16]);
        assert_eq!(first, again);
    }

    #[test]
    fn a_cookie_never_grows_beyond_eight_people() {
        let keys = Keys::fixed();
        let mut cookie = String::new();
        for n in 0..20u8 {
            cookie = remember(&keys, Some(&cookie), &format!("person{n}"), [n; 16]);
        }
        assert_eq!(cookie.split('.').count(), MOST);
        assert!(recognise(&keys, &cookie, "person19").is_some());
        assert!(recognise(&keys, &cookie, "person0").is_none());
    }

    #[test]
    fn nonsense_is_no_device() {
        let keys = Keys::fixed();
        for cookie in ["", ".", "....", "AAAA", "é", "%00"] {
            assert!(recognise(&keys, cookie, "marta").is_none());
        }
    }
}
