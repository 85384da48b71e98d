//! Tickets by the million, to see how Bellhop carries them: each with its participants, messages,
//! events, clocks and timers, as if people had lived it, but written many at a time.

mod ground;
mod life;
mod store;
mod texts;

use crate::app::App;
use crate::platform::event_log;
use crate::platform::search::{index, indexer};
use crate::seed::random::Random;
use anyhow::{Context as _, Result};
use ground::Ground;
use life::Teller;
use shared::time::Timestamp;
use std::collections::BTreeMap;
use store::Made;
use tokio::sync::mpsc;

/// The seed that every load grows from, unless another is named.
pub const SEED: u64 = 2026;
/// The tickets are spread over so many days before now.
pub const DAYS: i64 = 365;
/// Tickets of one commit.
const BATCH: u64 = 500;

/// Writes `count` tickets into an organisation that has departments, teams and people. `tell` hears
/// how many are written.
///
/// # Errors
/// The organisation has nobody who could report or work; the database does not answer.
pub async fn load(
    app: &App,
    count: u64,
    seed: u64,
    now: Timestamp,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let db = &app.platform.db;
    index::begin_load(db).await?;
    let loaded = write_all(app, count, seed, now, tell).await;
    // However it ended, the index goes on as before.
    index::end_load(db).await?;
    loaded
}

async fn write_all(
    app: &App,
    count: u64,
    seed: u64,
    now: Timestamp,
    tell: &(dyn Fn(u64) + Sync),
) -> Result<()> {
    let ground = Ground::read(app).await?;
    // What was before is indexed first, so that the index ends where the log does.
    app.indexer().catch_up().await?;
    let indexed = event_log::last_sequence(app.platform.db.reader()).await?;
    let (mut reached, mut alone) = (indexed, true);
    // While one batch is written, the next is made up.
    let (sender, mut batches) = mpsc::channel(2);
    let maker = tokio::spawn(make(app.clone(), ground, count, seed, now, sender));
    let mut done = 0;
    let mut words: BTreeMap<String, i64> = BTreeMap::new();
    while let Some(made) = batches.recv().await {
        done += made.lives.len() as u64;
        for (word, uses) in made.words {
            *words.entry(word).or_default() += uses;
        }
        let (last, events) = store::write(app, now, made.lives, made.entries).await?;
        // Nobody else wrote in between: what the log says of these tickets is in the index.
        alone = alone && last - events == reached;
        reached = last;
        tell(done);
    }
    maker.await.context("making tickets up")??;
    let db = &app.platform.db;
    let tx = db.begin().await?;
    index::write_words(&tx, words).await?;
    tx.commit().await?;
    if alone {
        indexer::pass(db, indexed, reached).await?;
    }
    Ok(())
}

async fn make(
    app: App,
    ground: Ground,
    count: u64,
    seed: u64,
    now: Timestamp,
    batches: mpsc::Sender<Made>,
) -> Result<()> {
    let first = now.plus_seconds(-DAYS * 86_400);
    let span = now.as_millis() - first.as_millis();
    let mut batch = Vec::new();
    for index in 0..count {
        let mut random = Random::new(seed.wrapping_add(index));
        let share = (index as f64 + random.fraction()) / count as f64;
        let opened_at = first.plus_millis((span as f64 * share) as i64);
        let teller = Teller::new(&app, &ground, now);
        batch.push(teller.tell(&mut random, opened_at).await?);
        if batch.len() as u64 == BATCH || index + 1 == count {
            // Nobody listens any more: the writer failed, and says why.
            let made = Made::new(&app, std::mem::take(&mut batch));
            if batches.send(made).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}
