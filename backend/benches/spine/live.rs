//! One change to thousands of listeners of twenty queues, and what an open subscription needs.

use super::client::{Caller, REPORT, incident};
use super::figure::{Times, tell};
use super::ground;
use super::process::{Server, memory, processor_time};
use actix_web::rt;
use anyhow::{Context as _, Result, anyhow, bail};
use awc::ws::{Frame, Message};
use backend::organisation::entity::team::Model as Team;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Sockets of one person: below what one person may have.
const SOCKETS_EACH: usize = 50;
/// Distinct questions.
const QUEUES: usize = 20;
/// Subscriptions at most.
const MOST: usize = 10_000;
/// Subscriptions of a browser tab, which has one socket: its queue, its counts, what it is told, and
/// what else is on its page.
const TAB: usize = 5;
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

/// Listens with a thousand and with ten thousand, each with a socket of its own; and with as many on
/// fewer sockets, to see what one more needs beside others.
pub async fn measure(server: &str, database: &str) -> Result<()> {
    let app = ground::open(database).await?;
    let name = app.platform.db.name();
    let logins = ground::colleagues(&app, MOST / SOCKETS_EACH).await?;
    let agent = ground::agent(&app).await?.id;
    let team = ground::team_of(&app, agent).await?;
    app.platform.db.clone().close().await?;
    let alone = listeners(server, database, name, &logins, &team, 1).await?;
    tell(
        &format!("memory of an open subscription with its socket, {MOST} of them, {name}"),
        &format!("{:.1} KB", alone / 1_024.0),
        "32 KB",
    );
    let shared = listeners(server, database, name, &logins, &team, TAB).await?;
    tell(
        &format!("the same, {TAB} on each socket, as a browser tab has, {name}"),
        &format!("{:.1} KB", shared / 1_024.0),
        "32 KB",
    );
    Ok(())
}

/// Opens all subscriptions, so many on each socket; gives the bytes that each needs. With a socket
/// for each, it also says how long a change takes to them.
async fn listeners(
    server: &str,
    database: &str,
    name: &str,
    logins: &[String],
    team: &Team,
    on_each: usize,
) -> Result<f64> {
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
    for count in [1_000, MOST] {
        while open < count {
            let caller = &callers[open / on_each / SOCKETS_EACH];
            let filters = (open..open + on_each)
                .map(|number| filter(number % QUEUES, team))
                .collect();
            listen(&running, caller, filters, heard.clone()).await?;
            open += on_each;
        }
        fan_out(&running, &actor, &ticket, &heard, count, name, on_each).await?;
    }
    let full = memory(running.id())?;
    Ok(full.saturating_sub(empty) as f64 / MOST as f64)
}

/// Twenty questions that all have the changed ticket in their answer.
fn filter(number: usize, team: &Team) -> Value {
    let (team, department) = (team.id.to_string(), team.department_id.to_string());
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

async fn listen(
    server: &Server,
    caller: &Caller,
    filters: Vec<Value>,
    heard: Rc<Heard>,
) -> Result<()> {
    let (_, mut socket) = awc::Client::builder()
        .disable_timeout()
        .finish()
        .ws(format!("http://{}/graphql/ws", server.address))
        .protocols(["graphql-transport-ws"])
        .connect()
        .await
        .map_err(|error| anyhow!("{error}"))?;
    let init = json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", caller.token) } });
    socket.send(Message::Text(init.to_string().into())).await?;
    match socket.next().await {
        Some(Ok(Frame::Text(text))) if text.starts_with(br#"{"type":"connection_ack""#) => {}
        other => bail!("no acknowledgement: {other:?}"),
    }
    let mut rounds = vec![usize::MAX; filters.len()];
    for (number, filter) in filters.into_iter().enumerate() {
        let subscribe = json!({ "type": "subscribe", "id": number.to_string(), "payload": {
            "query": QUEUE, "variables": { "filter": filter },
        } });
        socket
            .send(Message::Text(subscribe.to_string().into()))
            .await?;
    }
    rt::spawn(async move {
        while let Some(frame) = socket.next().await {
            match frame {
                Ok(Frame::Text(text)) if text.starts_with(NEXT) => {
                    heard.frames.set(heard.frames.get() + 1);
                    let Some(round) = number_of(&text).and_then(|number| rounds.get_mut(number))
                    else {
                        *heard.failed.borrow_mut() = Some("of an unknown subscription".to_owned());
                        return;
                    };
                    // A window is told more than one thing of a change; whoever heard the first has heard.
                    if *round == heard.round.get() {
                        continue;
                    }
                    *round = heard.round.get();
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

/// How an event begins.
const NEXT: &[u8] = br#"{"type":"next","id":""#;

/// The subscription that an event is of.
fn number_of(event: &[u8]) -> Option<usize> {
    let rest = event.strip_prefix(NEXT)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&rest[..end]).ok()?.parse().ok()
}

async fn fan_out(
    server: &Server,
    actor: &Caller,
    ticket: &Value,
    heard: &Heard,
    count: usize,
    database: &str,
    on_each: usize,
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
    if on_each > 1 {
        return Ok(());
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
