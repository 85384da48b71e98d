//! Reports by sixteen at once, each durable before it is answered.

use super::client::{Caller, REPORT, incident};
use super::figure::{Times, tell};
use super::ground;
use super::process::{Server, processor_time};
use anyhow::{Result, ensure};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

const CLIENTS: usize = 16;
const WARM_UP: Duration = Duration::from_secs(2);
const MEASURED: Duration = Duration::from_secs(10);

/// Reports as fast as the server answers.
pub async fn measure(server: &str, database: &str) -> Result<()> {
    let app = ground::open(database).await?;
    let name = app.platform.db.name();
    let logins = ground::colleagues(&app, CLIENTS).await?;
    let goal = match name {
        "PostgreSQL" => "200 a second",
        _ => "1,000 a second",
    };
    app.platform.db.clone().close().await?;
    let server = Server::start(server, database)?;
    let mut callers = Vec::with_capacity(CLIENTS);
    for (number, login) in logins.iter().enumerate() {
        callers.push(Caller::sign_in(server.address, login, u8::try_from(number)?).await?);
    }
    // The sign-ins are no part of it.
    let done = Rc::new(Cell::new(0_usize));
    let times = Rc::new(RefCell::new(Times::default()));
    let began = Instant::now();
    let (from, to) = (began + WARM_UP, began + WARM_UP + MEASURED);
    let tasks: Vec<_> = callers
        .into_iter()
        .enumerate()
        .map(|(number, caller)| {
            let (done, times) = (done.clone(), times.clone());
            actix_web::rt::spawn(async move {
                let mut round = number;
                loop {
                    let sent = Instant::now();
                    if sent >= to {
                        return Ok::<(), anyhow::Error>(());
                    }
                    let answer = caller.ask(REPORT, incident(round)).await?;
                    ensure!(
                        answer["incidentReport"]["ticket"]["id"].is_string(),
                        "{answer}"
                    );
                    round += CLIENTS;
                    let now = Instant::now();
                    if now >= from && now < to {
                        done.set(done.get() + 1);
                        times.borrow_mut().add(now - sent);
                    }
                }
            })
        })
        .collect();
    actix_web::rt::time::sleep_until(from.into()).await;
    let (ours, theirs) = (
        processor_time(std::process::id())?,
        processor_time(server.id())?,
    );
    actix_web::rt::time::sleep_until(to.into()).await;
    let (ours, theirs) = (
        processor_time(std::process::id())? - ours,
        processor_time(server.id())? - theirs,
    );
    for task in tasks {
        task.await??;
    }
    let seconds = MEASURED.as_secs_f64();
    tell(
        &format!("durable reports by {CLIENTS} clients over HTTP, {name}"),
        &format!("{:.0} a second", done.get() as f64 / seconds),
        goal,
    );
    let times = times.borrow();
    tell(
        &format!("their answers: p50, p99 (processors: server, clients), {name}"),
        &format!(
            "{:.1} ms, {:.1} ms ({:.2}, {:.2})",
            times.median(),
            times.percentile(0.99),
            theirs.as_secs_f64() / seconds,
            ours.as_secs_f64() / seconds
        ),
        "",
    );
    Ok(())
}
