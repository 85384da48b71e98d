//! `bellhop search`.

use super::settings::Storage;
use crate::app::App;
use crate::platform::error::Error;
use crate::platform::search::indexer::{self, Step};
use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::{Duration, Instant};

/// The search index.
#[derive(Args, Debug)]
pub struct Search {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Throws the search index away and builds it anew, beside running servers too. Until it is built
    /// search finds the newest tickets alone.
    Rebuild {
        #[command(flatten)]
        storage: Storage,
    },
}

/// How often another server that builds is looked at.
const LOOK: Duration = Duration::from_secs(1);

impl Search {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        let Act::Rebuild { storage } = self.act;
        let app = storage.app().await?;
        let forgotten = indexer::forget(&app.platform.db).await;
        forgotten.map_err(Error::in_words)?;
        let entries = build(&app).await?;
        app.platform.db.checkpoint().await?;
        println!("The search index is built: {entries} tickets.");
        Ok(())
    }
}

/// Builds, or waits for a server that does. Gives how many were built.
async fn build(app: &App) -> Result<u64> {
    let style = ProgressStyle::with_template("{bar:40} {pos} of about {len}")?;
    let bar = ProgressBar::new(0).with_style(style);
    let mut indexer = app.indexer();
    let mut entries = 0;
    loop {
        let started = Instant::now();
        let step = indexer.step().await?;
        let worked = started.elapsed();
        if let Some(standing) = indexer::read(app.platform.db.reader()).await? {
            match standing.filling {
                Some(filling) => {
                    entries = filling.done;
                    bar.set_length(filling.total);
                    bar.set_position(filling.done);
                }
                None => break,
            }
        }
        // Servers that run beside this write meanwhile.
        let pause = match step {
            Step::Elsewhere => LOOK,
            // A newer server was quicker: it builds its own.
            Step::Newer => {
                bar.finish_and_clear();
                return Err(indexer::newer().in_words());
            }
            Step::Done | Step::Idle => indexer.rest(worked),
        };
        tokio::time::sleep(pause).await;
    }
    bar.finish_and_clear();
    Ok(entries)
}
