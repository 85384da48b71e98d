//! From the start of the server to its first answer, and what it needs when nobody asks.

use super::figure::tell;
use super::process::{Server, memory};
use anyhow::Result;

/// Starts it a few times on a database that is there.
pub async fn measure(server: &str, database: &str) -> Result<()> {
    let mut best = f64::MAX;
    let mut idle = 0;
    for _ in 0..5 {
        let running = Server::start(server, database)?;
        best = best.min(running.ready_after.as_secs_f64() * 1_000.0);
        idle = memory(running.id())?;
    }
    tell(
        "start to first answer, best of 5",
        &format!("{best:.0} ms"),
        "200 ms",
    );
    tell(
        "memory after the start",
        &format!("{:.1} MB", idle as f64 / 1e6),
        "40 MB when empty",
    );
    Ok(())
}
