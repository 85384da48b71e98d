//! Two servers on one PostgreSQL database, of which either may be killed: each timer fires once, each
//! mail goes out, and only one time where nobody is killed.

use crate::audit::audit;
use crate::client::{Client, Heard};
use crate::ground::{Backend, Ground};
use crate::kill::writers;
use crate::load::{Done, Journal, Load};
use crate::node::Node;
use crate::organisation::department;
use crate::relay::Relay;
use crate::scale;
use backend::desk::entity::{clock, ticket};
use backend::platform::clock::{Clock as _, SystemClock};
use backend::platform::database::Database;
use backend::platform::event_log;
use backend::platform::{job, timer};
use rand::Rng as _;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use shared::event::{ActorKind, EventKind};
use shared::id::TicketId;
use shared::job::JobState;
use shared::service_level::ClockTarget;
use shared::ticket::TicketState;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Pairs of people at work.
const WRITERS: usize = 4;
/// Tickets that wait until an instant.
const HOLDS: usize = 40;
/// The last of these instants, in milliseconds from the beginning.
const LAST: i64 = 6_000;
/// What is not settled by then never will be.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it.
pub async fn timers_and_jobs() {
    let Some(ground) = Ground::new(Backend::Postgres, "nodes", WRITERS).await else {
        println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
        return;
    };
    let begun = Instant::now();
    let relay = Relay::open().await;
    let mut nodes = vec![
        Node::start(&ground, "one").await,
        Node::start(&ground, "two").await,
    ];
    let lead = |nodes: &[Node]| relay.lead_to(nodes.iter().map(|node| node.address).collect());
    lead(&nodes);
    let journal = Rc::new(Journal::default());
    let db = ground.open().await;

    let load = Load::at_pace(writers(&ground, &relay, &journal), journal.clone(), 30.0);
    wait_until("sixty acts", || async { load.acts() >= 60 }).await;
    let writers = load.end().await;
    wait_until("all mails", || async { waiting(&db).await.is_empty() }).await;
    let undisturbed = mails(&ground, &db).await;
    assert!(!undisturbed.is_empty(), "nobody was written to");
    for (job, mails) in &undisturbed {
        assert_eq!(*mails, 1, "mails of {job}");
    }

    let held = hold(&ground, &relay, &journal).await;
    let mut load = Load::at_pace(writers, journal.clone(), 30.0);
    let mut random = ground.random(200);
    let kills = scale::node_kills();
    for _ in 0..kills {
        let pause = Duration::from_millis(random.random_range(200..1_500));
        tokio::time::sleep(pause).await;
        load.look().await;
        let chosen = random.random_range(0..2);
        nodes.swap_remove(chosen).kill();
        lead(&nodes);
        nodes.push(Node::start(&ground, "next").await);
        lead(&nodes);
    }
    load.end().await;
    wait_until("all wake-ups", || async { asleep(&db, &held).await == 0 }).await;
    wait_until("all timers", || async { overdue(&db).await == 0 }).await;
    wait_until("all jobs but those of the dead", || async {
        let now = SystemClock.now();
        let jobs = waiting(&db).await;
        jobs.iter()
            .all(|job| job.locked_until.is_some_and(|until| until > now))
    })
    .await;
    let orphans = waiting(&db).await.len();
    // The leases of the dead would run out in ten minutes.
    let expired = sea_orm::sea_query::Expr::value(SystemClock.now());
    job::Entity::update_many()
        .col_expr(job::Column::LockedUntil, expired)
        .filter(job::Column::State.eq(JobState::Waiting))
        .exec(db.reader())
        .await
        .expect("an update");
    wait_until("the jobs of the dead", || async {
        waiting(&db).await.is_empty()
    })
    .await;
    let mails = mails(&ground, &db).await;
    for (job, mails) in &mails {
        assert!(*mails >= 1, "no mail of {job}");
    }
    // What comes due from here on is nobody's.
    for node in nodes {
        node.kill();
    }
    each_timer_fired_once(&db, &held).await;
    audit(&db, &journal).await;
    db.close().await.expect("closed");
    println!(
        "two nodes: {kills} killed, {} waits ended and {} mails went out ({orphans} of them begun by the dead, {} twice), {:.0} s",
        held.len(),
        mails.len(),
        mails.values().filter(|mails| **mails > 1).count(),
        begun.elapsed().as_secs_f64(),
    );
    ground.remove().await;
}

async fn wait_until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "waited for {what} in vain");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn waiting(db: &Database) -> Vec<job::Model> {
    let waiting = job::Entity::find().filter(job::Column::State.eq(JobState::Waiting));
    waiting.all(db.reader()).await.expect("jobs")
}

async fn overdue(db: &Database) -> usize {
    let due = timer::Entity::find().filter(timer::Column::DueAt.lte(SystemClock.now()));
    due.all(db.reader()).await.expect("timers").len()
}

async fn asleep(db: &Database, held: &[TicketId]) -> usize {
    let waiting = ticket::Entity::find()
        .filter(ticket::Column::Id.is_in(held.iter().copied()))
        .filter(ticket::Column::State.eq(TicketState::OnHold));
    waiting.all(db.reader()).await.expect("tickets").len()
}

/// How many mails each job that was done has sent.
async fn mails(ground: &Ground, db: &Database) -> HashMap<String, usize> {
    let jobs = job::Entity::find().all(db.reader()).await.expect("jobs");
    let mut mails = HashMap::new();
    for job in jobs {
        assert_ne!(job.state, JobState::Dead, "{job:?}");
        if job.state == JobState::Done {
            mails.insert(job.id.to_string(), 0);
        }
    }
    for entry in std::fs::read_dir(ground.outbox()).expect("the outbox") {
        let name = entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned();
        // What a dead node had begun to write has another ending.
        if let Some((_, job)) = name
            .strip_suffix(".eml")
            .and_then(|name| name.split_once('-'))
        {
            *mails
                .get_mut(job)
                .unwrap_or_else(|| panic!("a mail of no job: {name}")) += 1;
        }
    }
    mails
}

/// Tickets that wait until some instant of the next seconds.
async fn hold(ground: &Ground, relay: &Relay, journal: &Rc<Journal>) -> Vec<TicketId> {
    let asks = Client::new(ground.employees[0].clone(), relay.address());
    let works = Client::new(ground.agents[0].clone(), relay.address());
    let mut random = ground.random(300);
    let mut held = Vec::new();
    for number in 0..HOLDS {
        let title = format!("Wait {number}");
        let key = format!("wait-{number}");
        let input = json!({
            "title": title,
            "description": "Not now.",
            "department": department("it").to_string(),
            "idempotencyKey": key,
        });
        let ticket = must(&asks, "incidentReport", "IncidentReportInput", input).await;
        let id = ticket["id"].as_str().expect("an id").to_owned();
        journal.acts.borrow_mut().push(Done::Reported {
            key,
            title,
            ticket: id.clone(),
            reference: ticket["reference"]
                .as_str()
                .expect("a reference")
                .to_owned(),
        });
        let at = SystemClock.now().as_millis() + random.random_range(1_000..LAST);
        let input = json!({
            "ticket": id,
            "expectedVersion": ticket["version"],
            "reason": "REQUESTED_DATE",
            "wakeUpAt": shared::time::Timestamp::from_millis(at).to_string(),
        });
        must(&works, "ticketPutOnHold", "TicketPutOnHoldInput", input).await;
        held.push(id.parse().expect("an id"));
    }
    held
}

async fn must(who: &Client, field: &str, kind: &str, input: Value) -> Value {
    let query = format!(
        "mutation($input: {kind}!) {{ {field}(input: $input) {{ \
         ticket {{ id reference version }} userErrors {{ code message }} }} }}"
    );
    let Heard::Data(data) = who.ask(&query, &json!({ "input": input })).await else {
        panic!("no answer to {field} {input}");
    };
    assert_eq!(data[field]["userErrors"], json!([]), "{input}");
    data[field]["ticket"].clone()
}

async fn each_timer_fired_once(db: &Database, held: &[TicketId]) {
    let events = event_log::after(db.reader(), 0, 1_000_000)
        .await
        .expect("events");
    let mut resumed: HashMap<TicketId, usize> = HashMap::new();
    let mut breached: HashMap<(TicketId, ClockTarget), usize> = HashMap::new();
    for event in &events {
        let Some(ticket) = event.ticket_id else {
            continue;
        };
        match event.kind {
            EventKind::TicketResumed if event.actor_kind == ActorKind::System => {
                *resumed.entry(ticket).or_default() += 1;
            }
            EventKind::ClockBreached => {
                let changes = event.changes().expect("changes");
                let target = serde_json::from_value(changes["target"].after.clone());
                *breached
                    .entry((ticket, target.expect("a target")))
                    .or_default() += 1;
            }
            _ => {}
        }
    }
    for ticket in held {
        assert_eq!(resumed.get(ticket), Some(&1), "{ticket}: wake-ups");
    }
    let clocks = clock::Entity::find()
        .filter(clock::Column::TicketId.is_in(held.iter().copied()))
        .all(db.reader())
        .await
        .expect("clocks");
    let mut late = 0;
    for clock in clocks {
        let times = breached.get(&(clock.ticket_id, clock.target)).copied();
        let expected = clock.breached_at.map(|_| 1);
        assert_eq!(times, expected, "{clock:?}: breaches");
        late += usize::from(times.is_some());
    }
    assert!(late > 0, "no promise was broken");
}
