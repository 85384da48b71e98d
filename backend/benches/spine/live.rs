//! One change to thousands of listeners of twenty queues, and what an open subscription needs.

use super::client::{Caller, REPORT, incident};
use super::figure::{Times, tell};
use super::ground;
use super::process::{Server, memory, processor_time};
use actix_web::rt;
use anyhow::{Context as _, Result, anyhow, bail};
use awc::ws::{Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Sockets of one person: below what one person may have.
const SOCKETS_EACH: usize = 50;
/// Distinct questions.
const QUEUES: usize = 20;
/// Changes that are watched.
const CHANGES: usize = 5;

const QUEUE: &str = "subscription ($filter: TicketFilter) { queueChanged(filter: $filter, orderBy: DUE, first: 50) {
    __typename
    ... on QueueUpsert { sortKey sequence ticket {
        id reference kind title state stateKind priority risk dueAt unanswered updatedAt createdAt version holdReason
        requester { id name } assignee { id name } team { id name } department { id name }
        nextClock { id target state dueAt warnAt remainingSeconds measuredAt pauseReason openSpans { from to } } } }
    ... on QueueRemove { id sequence }
    ... on Resync { reason sequence } } }";
const ASSIGN: &str = "mutation ($input: TicketAssignInput!) { ticketAssign(input: $input) {
    ticket { id version } userErrors { code message field } } }";

/// What all listeners have heard.
#[derive(Default)]
struct Heard {
    /// The change that is watched now.
    round: Cell<usize>,
    /// Who heard of it.
    count: Cell<usize>,
    /// Everything that came.
    frames: Cell<usize>,
    last: Cell<Option<Instant>>,
    failed: RefCell<Option<String>>,
}

/// Listens with a thousand and with ten thousand.
pub async fn measure(server: &str, database: &str) -> Result<()> {
    let app = ground::open(database).await?;
    let name = app.platform.db.name();
    let most = 10_000;
    let logins = ground::colleagues(&app, most / SOCKETS_EACH).await?;
    let agent = ground::agent(&app).await?.id;
    let team = ground::team_of(&app, agent).await?;
    app.platform.db.clone().close().await?;
    let running = Server::start(server, database)?;
    let actor = Caller::sign_in(running.address, ground::AGENT, 250).await?;
    let mut callers = Vec::with_capacity(logins.len());
    for (number, login) in logins.iter().enumerate() {
        callers.push(Caller::sign_in(running.address, login, u8::try_from(number % 250)?).await?);
    }
    // What signing in and the first question leave behind is no part of a subscription.
    let ticket = report(&actor).await?;
    let empty = memory(running.id())?;

    let heard = Rc::new(Heard::default());
    let mut open = 0;
    for count in [1_000, most] {
        while open < count {
            let caller = &callers[open / SOCKETS_EACH];
            listen(
                &running,
                caller,
                filter(
                    open % QUEUES,
                    &team.id.to_string(),
                    &team.department_id.to_string(),
                ),
                heard.clone(),
            )
            .await?;
            open += 1;
        }
        fan_out(&running, &actor, &ticket, &heard, count, name).await?;
    }
    let full = memory(running.id())?;
    tell(
        &format!("memory of an open subscription with its socket, {most} of them, {name}"),
        &format!(
            "{:.1} KB",
            (full.saturating_sub(empty)) as f64 / most as f64 / 1_024.0
        ),
        "32 KB",
    );
    Ok(())
}

/// Twenty questions that all have the changed ticket in their answer.
fn filter(number: usize, team: &str, department: &str) -> Value {
    let open = json!({ "in": ["NEW", "ACTIVE", "WAITING"] });
    let mut filter = match number % 4 {
        0 => json!({ "stateKind": open }),
        1 => json!({ "stateKind": open, "team": { "in": [team] } }),
        2 => json!({ "stateKind": open, "department": { "in": [department] } }),
        _ => json!({ "department": { "in": [department] }, "team": { "in": [team] } }),
    };
    filter["createdAt"] = json!({ "from": format!("20{:02}-01-01T00:00:00Z", number / 4) });
    filter
}

async fn report(actor: &Caller) -> Result<Value> {
    let mut input = incident(1);
    input["input"]["title"] = json!("The one that everybody watches");
    let mut answer = actor.ask(REPORT, input).await?;
    Ok(answer["incidentReport"]["ticket"].take())
}

async fn listen(server: &Server, caller: &Caller, filter: Value, heard: Rc<Heard>) -> Result<()> {
    let (_, mut socket) = awc::Client::builder()
        .disable_timeout()
        .finish()
        .ws(format!("http://{}/graphql/ws", server.address))
        .protocols(["graphql-transport-ws"])
        .connect()
        .await
        .map_err(|error| anyhow!("{error}"))?;
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", caller.token) } });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": QUEUE, "variables": { "filter": filter } } });
    socket.send(Message::Text(init.to_string().into())).await?;
    match socket.next().await {
        Some(Ok(Frame::Text(text))) if text.starts_with(br#"{"type":"connection_ack""#) => {}
        other => bail!("no acknowledgement: {other:?}"),
    }
    socket
        .send(Message::Text(subscribe.to_string().into()))
        .await?;
    rt::spawn(async move {
        let mut round = usize::MAX;
        while let Some(frame) = socket.next().await {
            match frame {
                Ok(Frame::Text(text)) if text.starts_with(br#"{"type":"next""#) => {
                    heard.frames.set(heard.frames.get() + 1);
                    // A window is told more than one thing of a change; whoever heard the first has heard.
                    if round == heard.round.get() {
                        continue;
                    }
                    round = heard.round.get();
                    heard.count.set(heard.count.get() + 1);
                    heard.last.set(Some(Instant::now()));
                }
                Ok(Frame::Text(text)) if text.starts_with(br#"{"type":"ping""#) => {
                    let pong = Message::Text(r#"{"type":"pong"}"#.into());
                    if socket.send(pong).await.is_err() {
                        return;
                    }
                }
                Ok(Frame::Ping(_)) => {}
                other => {
                    *heard.failed.borrow_mut() = Some(format!("{other:?}"));
                    return;
                }
            }
        }
    });
    Ok(())
}

async fn fan_out(
    server: &Server,
    actor: &Caller,
    ticket: &Value,
    heard: &Heard,
    count: usize,
    database: &str,
) -> Result<()> {
    let me = actor.ask("{ viewer { person { id } } }", json!({})).await?["viewer"]["person"]["id"]
        .take();
    let (mut after_answer, mut after_sending) = (Times::default(), Times::default());
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    // The first change warms up, and shows that everybody listens.
    for round in 0..=CHANGES {
        let version = actor
            .ask(
                "query ($id: ID!) { ticket(id: $id) { version assignee { id } } }",
                json!({ "id": ticket["id"] }),
            )
            .await?;
        let assignee = if version["ticket"]["assignee"].is_null() {
            me.clone()
        } else {
            Value::Null
        };
        let input = json!({ "input": {
            "ticket": ticket["id"], "expectedVersion": version["ticket"]["version"], "assignee": assignee,
        } });
        // Nothing of the round before is still on its way.
        quiet(heard).await;
        heard.count.set(0);
        heard.round.set(heard.round.get() + 1);
        let before = (
            processor_time(std::process::id())?,
            processor_time(server.id())?,
        );
        let sent = Instant::now();
        let answer = actor.ask(ASSIGN, input).await?;
        let answered = Instant::now();
        if !answer["ticketAssign"]["userErrors"]
            .as_array()
            .is_none_or(Vec::is_empty)
        {
            bail!("{answer}");
        }
        while heard.count.get() < count {
            if let Some(why) = heard.failed.borrow().as_deref() {
                bail!("a listener heard {why}");
            }
            if sent.elapsed() > Duration::from_secs(30) {
                bail!("only {} of {count} heard of the change", heard.count.get());
            }
            rt::time::sleep(Duration::from_millis(1)).await;
        }
        let last = heard.last.get().context("nobody heard anything")?;
        if round > 0 {
            after_answer.add(last.saturating_duration_since(answered));
            after_sending.add(last - sent);
            ours += processor_time(std::process::id())? - before.0;
            theirs += processor_time(server.id())? - before.1;
        }
    }
    let goal = if count > 1_000 { "1,000 ms" } else { "150 ms" };
    let each = |time: Duration| time.as_secs_f64() * 1_000.0 / CHANGES as f64;
    tell(
        &format!(
            "one change to {count} listeners of {QUEUES} queues, {database}: sent to last delivery, median"
        ),
        &format!("{:.0} ms", after_sending.median()),
        goal,
    );
    tell(
        &format!("the same from the answer on (processor time: server, listeners), {database}"),
        &format!(
            "{:.0} ms ({:.0} ms, {:.0} ms)",
            after_answer.median(),
            each(theirs),
            each(ours)
        ),
        "",
    );
    Ok(())
}

/// Waits until nothing was heard for a while.
async fn quiet(heard: &Heard) {
    let mut known = heard.frames.get();
    loop {
        rt::time::sleep(Duration::from_millis(300)).await;
        if heard.frames.get() == known {
            return;
        }
        known = heard.frames.get();
    }
}
