//! Access tokens (JWT, short-lived, in memory) and refresh tokens (in a cookie, replaced at each use).
//!
//! A refresh token is `session.generation.proof`. The proof is a MAC: a token that was never given
//! out is nothing at all, while one that was given out and replaced is recognised as such for ever,
//! and its successor can be given again without being kept anywhere.

use super::key::{self, Keys};
use super::{ACCESS_SECONDS, Holder};
use crate::platform::error::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::id::{PersonId, SessionId};
use shared::time::Timestamp;

#[derive(Serialize, Deserialize)]
struct Claims {
    /// The person.
    sub: PersonId,
    /// The session.
    sid: SessionId,
    /// End, in seconds since 1970.
    exp: i64,
}

/// A new access token.
pub fn access(keys: &Keys, holder: Holder, now: Timestamp) -> Result<String> {
    let claims = Claims {
        sub: holder.person,
        sid: holder.session,
        exp: now.as_millis() / 1000 + ACCESS_SECONDS,
    };
    jsonwebtoken::encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &EncodingKey::from_secret(&keys.access),
    )
    .map_err(|error| anyhow::Error::from(error).into())
}

/// Who holds this token, if it is ours and not too old.
pub fn read_access(keys: &Keys, text: &str, now: Timestamp) -> Option<Holder> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The library would ask the machine for the time; ours is the platform's.
    validation.validate_exp = false;
    validation.required_spec_claims.clear();
    let claims =
        jsonwebtoken::decode::<Claims>(text, &DecodingKey::from_secret(&keys.access), &validation)
            .ok()?
            .claims;
    (now.as_millis() / 1000 < claims.exp).then_some(Holder {
        person: claims.sub,
        session: claims.sid,
    })
}

/// What a genuine refresh token says.
#[derive(Debug, PartialEq, Eq)]
pub struct Refresh {
    /// Its session.
    pub session: SessionId,
    /// How many came before it.
    pub generation: u32,
}

/// The refresh token of this generation.
pub fn refresh(keys: &Keys, session: SessionId, generation: u32) -> String {
    let proof = keys.sign_refresh(session.0.as_bytes(), generation);
    format!(
        "{}.{generation}.{}",
        shared::id::encode(session.0),
        URL_SAFE_NO_PAD.encode(proof)
    )
}

/// Reads a refresh token; `None` for one that was never given out.
pub fn read_refresh(keys: &Keys, text: &str) -> Option<Refresh> {
    let mut parts = text.splitn(3, '.');
    let session = shared::id::decode(parts.next()?)?;
    let generation: u32 = parts.next()?.parse().ok()?;
    let proof = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?;
    let wanted = keys.sign_refresh(session.as_bytes(), generation);
    (key::same(&proof, &wanted) && generation < u32::MAX).then_some(Refresh {
        session: SessionId(session),
        generation,
    })
}

/// What is stored of a refresh token.
pub fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn holder() -> Holder {
        Holder {
            person: PersonId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
        }
    }

    #[test]
    fn an_access_token_is_good_for_ten_minutes_and_not_a_second_longer() {
        let keys = Keys::fixed();
        let start = Timestamp::from_millis(1_000_000_000_000);
        let token = access(&keys, holder(), start).expect("a token");
        assert_eq!(
            read_access(&keys, &token, start.plus_seconds(599)),
            Some(holder())
        );
        assert_eq!(read_access(&keys, &token, start.plus_seconds(600)), None);
    }

    #[test]
    fn a_token_that_says_it_needs_no_signature_is_refused() {
        let keys = Keys::fixed();
        let start = Timestamp::from_millis(1_000_000_000_000);
        let token = access(&keys, holder(), start).expect("a token");
        let claims = token.split('.').nth(1).expect("three parts");
        let header = URL_SAFE_NO_PAD.encode(r#"{"typ":"JWT","alg":"none"}"#);
        for forged in [
            format!("{header}.{claims}."),
            format!("{header}.{claims}"),
            format!("{token}A"),
            String::new(),
            "a.b.c".to_owned(),
        ] {
            assert_eq!(read_access(&keys, &forged, start), None, "{forged}");
        }
    }

    #[test]
    fn a_refresh_token_cannot_be_altered() {
        let keys = Keys::fixed();
        let session = holder().session;
        let token = refresh(&keys, session, 3);
        assert_eq!(
            read_refresh(&keys, &token),
            Some(Refresh {
                session,
                generation: 3
            })
        );
        let proof = token.rsplit('.').next().expect("three parts");
        let id = shared::id::encode(session.0);
        for forged in [
            format!("{id}.4.{proof}"),
            format!("{id}.3"),
            format!("{id}.3.{proof}x"),
            format!("{id}.3.{}", &proof[1..]),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(read_refresh(&keys, &forged), None, "{forged}");
        }
    }
}
