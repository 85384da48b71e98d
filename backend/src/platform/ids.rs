//! The one place that makes ids: UUIDv7, so that they sort by time.

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use shared::time::Timestamp;
use std::sync::Mutex;
use uuid::{Builder, Uuid};

/// A source of ids and of other random values.
pub struct Ids(Mutex<StdRng>);

impl Ids {
    /// Seeded by the operating system.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place that the lint points to"
    )]
    pub fn random() -> Self {
        Self(Mutex::new(StdRng::from_os_rng()))
    }

    /// The same ids every time: for tests and demo data.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// A new UUIDv7 of the instant `now`.
    pub fn next(&self, now: Timestamp) -> Uuid {
        let mut bytes = [0; 10];
        self.fill(&mut bytes);
        let millis = u64::try_from(now.as_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// Fills with random bytes (ChaCha12: fit for secrets when seeded by the operating system).
    pub fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill_bytes(bytes);
    }
}
