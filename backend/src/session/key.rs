//! The installation's secret, and the keys derived from it.

use super::store;
use crate::platform::Platform;
use crate::platform::error::Result;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Length of the secret in bytes.
const SECRET_BYTES: usize = 32;

/// One key a purpose, so that what one signs is worthless for another.
pub struct Keys {
    /// Signs access tokens.
    pub(super) access: [u8; 32],
    refresh: [u8; 32],
    device: [u8; 32],
    mail: [u8; 32],
}

impl Keys {
    /// Reads the secret from the settings; on the first start it is made there.
    pub async fn load_or_create(platform: &Platform) -> Result<Self> {
        let mut fresh = [0; SECRET_BYTES];
        platform.ids.fill(&mut fresh);
        let text = store::secret(platform, &STANDARD.encode(fresh)).await?;
        let secret = STANDARD
            .decode(text)
            .map_err(|_| anyhow::anyhow!("the session secret in the settings is not base64"))?;
        Ok(Self::derive(&secret))
    }

    fn derive(secret: &[u8]) -> Self {
        let key = |purpose: &str| mac(secret, &[purpose.as_bytes()]);
        Self {
            access: key("bellhop access token"),
            refresh: key("bellhop refresh token"),
            device: key("bellhop device cookie"),
            mail: key("bellhop mail token"),
        }
    }

    /// The proof in a refresh token.
    pub(super) fn sign_refresh(&self, session: &[u8], generation: u32) -> [u8; 32] {
        mac(&self.refresh, &[session, &generation.to_be_bytes()])
    }

    /// The proof in a device cookie.
    pub(super) fn sign_device(&self, nonce: &[u8], login: &str) -> [u8; 32] {
        mac(&self.device, &[nonce, login.as_bytes()])
    }

    /// The proof in the token of a mail about a thing, to a person.
    pub fn sign_mail(&self, about: &[u8; 16], person: &[u8; 16]) -> [u8; 32] {
        mac(&self.mail, &[about, person])
    }
}

/// HMAC-SHA-256 of parts of which all but the last have a fixed length.
fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of every length; a failure would be the library's fault.
    let mut mac = match Hmac::<Sha256>::new_from_slice(key) {
        Ok(mac) => mac,
        Err(_) => unreachable!("HMAC takes keys of every length"),
    };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Whether two proofs are equal, in a time that does not tell where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |diff, (x, y)| diff | (x ^ y)) == 0
}

#[cfg(test)]
impl Keys {
    /// Keys of a fixed secret.
    pub fn fixed() -> Self {
        Self::derive(&[7; SECRET_BYTES])
    }
}
