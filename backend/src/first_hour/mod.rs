//! The first hour of an installation: who becomes its first administrator, and what it starts with.

pub mod begin;
pub mod removal;
pub mod removal_store;
pub mod template;

use crate::organisation::store;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result};
use crate::platform::ids::Ids;
use sha2::{Digest as _, Sha256};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// Characters of a code: 60 random bits.
const CODE_LETTERS: usize = 12;

/// Fills the empty database with demo data.
pub type Plant =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>> + Send + Sync>;

/// Tells whoever operates the server of a new code.
pub type Announce = Arc<dyn Fn(&str) + Send + Sync>;

/// What a server brings along for each opening of the page.
#[derive(Clone, Default)]
struct House {
    plant: Option<Plant>,
    announce: Option<Announce>,
}

struct Open {
    /// Digest of the code, which stands on the server's console and nowhere else.
    code: [u8; 32],
    /// Plants the demo, where that is offered.
    plant: Option<Plant>,
}

/// Whether this server waits for its first administrator; cheap to clone.
///
/// Whoever comes first to a new server on a network would own it, so the page asks for the one-time
/// code that the server printed when it started.
#[derive(Clone, Default)]
pub struct FirstHour {
    page: Arc<Mutex<Option<Open>>>,
    house: Arc<Mutex<House>>,
}

/// What the set-up page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// Nobody can set things up yet.
    pub needed: bool,
    /// Demo data can be planted.
    pub demo_offered: bool,
}

impl FirstHour {
    /// Opens it with a new code, to be printed.
    pub fn open(&self, ids: &Ids, plant: Option<Plant>) -> String {
        let mut bytes = [0; 16];
        ids.fill(&mut bytes);
        let code = code_of(bytes);
        self.set(Some(Open {
            code: digest(&code),
            plant,
        }));
        code
    }

    /// Says what each opening by [`Self::open_again`] brings along.
    pub fn prepare(&self, plant: Option<Plant>, announce: Announce) {
        let mut house = self.house.lock().unwrap_or_else(PoisonError::into_inner);
        *house = House {
            plant,
            announce: Some(announce),
        };
    }

    /// Opens it, unless it is open, with a new code that is announced and told nobody else. Of an
    /// `empty` database the demo is offered.
    pub fn open_again(&self, ids: &Ids, empty: bool) {
        let mut bytes = [0; 16];
        ids.fill(&mut bytes);
        let code = code_of(bytes);
        let house = self
            .house
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let opened = self.with(|open| {
            let closed = open.is_none();
            if closed {
                *open = Some(Open {
                    code: digest(&code),
                    plant: house.plant.filter(|_| empty),
                });
            }
            closed
        });
        if let (true, Some(announce)) = (opened, house.announce) {
            announce(&code);
        }
    }

    /// Whether this server shows the set-up page.
    pub fn is_open(&self) -> bool {
        self.with(|open| open.is_some())
    }

    /// What the page shows. When somebody was made administrator elsewhere, it closes.
    pub async fn state(&self, db: &impl Connection) -> Result<State> {
        let offered = self.with(|open| open.as_ref().map(|open| open.plant.is_some()));
        let Some(offered) = offered else {
            return Ok(State {
                needed: false,
                demo_offered: false,
            });
        };
        if store::administrators(db).await? > 0 {
            self.close();
            return Box::pin(self.state(db)).await;
        }
        Ok(State {
            needed: true,
            demo_offered: offered,
        })
    }

    /// Refuses whoever does not know the code, and everybody once it is closed.
    pub fn check(&self, code: &str) -> Result<()> {
        let known = self.with(|open| open.as_ref().map(|open| open.code));
        match known {
            None => Err(closed()),
            // Digests are compared, so that the time tells nothing of the letters.
            Some(known) if known == digest(code) => Ok(()),
            Some(_) => Err(Error::refused(
                "WRONG_CODE",
                "code",
                "This is not the code that the server printed when it started.",
            )),
        }
    }

    /// Plants the demo, once.
    pub async fn plant(&self, code: &str) -> Result<()> {
        self.check(code)?;
        let plant = self.with(|open| open.as_mut().and_then(|open| open.plant.take()));
        let Some(plant) = plant else {
            return Err(Error::refused(
                "NOT_ALLOWED_NOW",
                "",
                "The demo is being planted already, or this server offers none.",
            ));
        };
        let own = self.clone();
        // Goes on when the browser does not wait.
        let planting = tokio::spawn(async move {
            let planted = plant().await;
            match &planted {
                Ok(()) => own.close(),
                Err(_) => own.with(|open| {
                    if let Some(open) = open {
                        open.plant = Some(plant);
                    }
                }),
            }
            planted
        });
        planting.await.map_err(anyhow::Error::from)??;
        Ok(())
    }

    /// Closes it for good.
    pub fn close(&self) {
        self.set(None);
    }

    fn set(&self, to: Option<Open>) {
        self.with(|open| *open = to);
    }

    fn with<T>(&self, work: impl FnOnce(&mut Option<Open>) -> T) -> T {
        work(&mut self.page.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn code_of(bytes: [u8; 16]) -> String {
    let letters = shared::id::encode(uuid::Uuid::from_bytes(bytes));
    // The first letter of the text has few values, the last ones have all.
    let letters = &letters[letters.len() - CODE_LETTERS..];
    format!("{}-{}-{}", &letters[..4], &letters[4..8], &letters[8..])
}

fn closed() -> Error {
    Error::refused(
        "NOT_ALLOWED_NOW",
        "",
        "This server has been set up. Please sign in.",
    )
}

/// Letters count, not how they were typed.
fn digest(code: &str) -> [u8; 32] {
    let letters: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect();
    Sha256::digest(letters).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_opens_however_it_is_typed_and_nothing_else_does() {
        let first = FirstHour::default();
        assert!(first.check("").is_err(), "closed");
        let code = first.open(&Ids::seeded(1), None);
        assert_eq!(code.len(), CODE_LETTERS + 2);
        assert!(first.check(&code).is_ok());
        assert!(first.check(&code.to_uppercase().replace('-', " ")).is_ok());
        for wrong in ["", "----", &code[1..], &format!("{code}a")] {
            assert_eq!(
                first.check(wrong).unwrap_err().codes(),
                ["WRONG_CODE"],
                "{wrong}"
            );
        }
        let other = first.open(&Ids::seeded(2), None);
        assert_ne!(code, other);
        assert!(first.check(&code).is_err(), "a code of an earlier start");
        first.close();
        assert_eq!(
            first.check(&other).unwrap_err().codes(),
            ["NOT_ALLOWED_NOW"]
        );
    }
}
