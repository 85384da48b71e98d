//! Many lists, many changes, many cuts, and servers that die: in the end each list is the server's.

use crate::audit::audit;
use crate::client::Client;
use crate::ground::{Backend, Ground};
use crate::kill::writers;
use crate::listener::Page;
use crate::load::{Journal, Load};
use crate::node::Node;
use crate::organisation::team;
use crate::relay::Relay;
use crate::scale;
use backend::desk::entity::notification;
use backend::platform::database::Database;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, IteratorRandom as _};
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Lists that somebody looks at.
const PAGES: usize = 30;
/// Pairs of people at work.
const WRITERS: usize = 8;
/// Changes a second, if the server keeps up.
const PACE: f64 = 50.0;
/// Cuts between two comparisons of all lists with the server's.
const CUTS_A_LOOK: usize = 25;
/// Lists that are not the server's after this time never will be.
const PATIENCE: Duration = Duration::from_secs(60);

/// Cuts lines of listeners, and kills servers, while people work.
pub async fn converges(backend: Backend) {
    let Some(ground) = Ground::new(backend, "convergence", WRITERS).await else {
        println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
        return;
    };
    let cuts = scale::cuts();
    let begun = Instant::now();
    let mut random = ground.random(100);
    let relay = Relay::open().await;
    let mut nodes = Nodes::start(backend, &ground, &relay).await;
    let journal = Rc::new(Journal::default());
    let pages = pages(&ground, &relay, &mut random);
    let open: Vec<_> = pages
        .iter()
        .map(|page| actix_web::rt::spawn(page.clone().open()))
        .collect();
    // What people are told from here on, every page of theirs hears.
    while pages.iter().any(|page| page.loads.get() == 0) {
        assert!(begun.elapsed() < PATIENCE, "a page was not loaded");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut writers = writers(&ground, &relay, &journal);
    let mut at_work = Duration::ZERO;
    let (mut done, mut kills) = (0, 0);
    while done < cuts {
        let round = Instant::now();
        let kill_at = random.random_range(0..CUTS_A_LOOK);
        let mut load = Load::at_pace(writers, journal.clone(), PACE);
        for number in 0..usize::min(CUTS_A_LOOK, cuts - done) {
            load.look().await;
            let gone = open.iter().any(|page| page.is_finished());
            assert!(!gone, "a page was closed");
            tokio::time::sleep(Duration::from_millis(random.random_range(1..200))).await;
            if number == kill_at {
                nodes.kill_one(&ground, &relay, &mut random).await;
                kills += 1;
            }
            done += usize::from(relay.cut_one(&mut random));
        }
        nodes.complete(&ground, &relay).await;
        writers = load.end().await;
        at_work += round.elapsed();
        all_are_the_servers(&pages).await;
    }
    let db = ground.open().await;
    nobody_was_told_twice_or_not_at_all(&db, &pages).await;
    nodes.kill_all();
    for page in open {
        page.abort();
    }
    audit(&db, &journal).await;
    db.close().await.expect("closed");
    let sum = |of: fn(&Page) -> usize| pages.iter().map(|page| of(page)).sum::<usize>();
    println!(
        "{backend:?}: {} lists, {done} cuts, {kills} servers killed, {} lines lost, {} changes ({:.0} a second), {} told, lists \
         loaded anew {} times, {} notifications, {:.0} s",
        pages.len(),
        sum(|page| page.losses.get()),
        journal.acts.borrow().len(),
        journal.acts.borrow().len() as f64 / at_work.as_secs_f64(),
        sum(|page| page.changes.get()),
        sum(|page| page.loads.get()) - pages.len(),
        sum(|page| page.told.borrow().len()),
        begun.elapsed().as_secs_f64(),
    );
    ground.remove().await;
}

/// One server of a file, two of a PostgreSQL database.
struct Nodes {
    wanted: usize,
    alive: Vec<Node>,
}

impl Nodes {
    async fn start(backend: Backend, ground: &Ground, relay: &Relay) -> Self {
        let wanted = if backend == Backend::Postgres { 2 } else { 1 };
        let mut nodes = Self {
            wanted,
            alive: Vec::new(),
        };
        nodes.complete(ground, relay).await;
        nodes
    }

    /// Kills one of them. Where it was the only one, another follows at once.
    async fn kill_one(&mut self, ground: &Ground, relay: &Relay, random: &mut StdRng) {
        let chosen = random.random_range(0..self.alive.len());
        self.alive.swap_remove(chosen).kill();
        self.lead(relay);
        if self.alive.is_empty() {
            self.complete(ground, relay).await;
        }
    }

    /// Starts as many as there should be.
    async fn complete(&mut self, ground: &Ground, relay: &Relay) {
        while self.alive.len() < self.wanted {
            self.alive.push(Node::start(ground, "server").await);
            self.lead(relay);
        }
    }

    fn lead(&self, relay: &Relay) {
        relay.lead_to(self.alive.iter().map(|node| node.address).collect());
    }

    fn kill_all(self) {
        for node in self.alive {
            node.kill();
        }
    }
}

fn pages(ground: &Ground, relay: &Relay, random: &mut StdRng) -> Vec<Rc<Page>> {
    let everybody: Vec<Client> = ground
        .agents
        .iter()
        .chain(&ground.employees)
        .map(|somebody| Client::new(somebody.clone(), relay.address()))
        .collect();
    let orders = [
        "DUE",
        "DUE_LAST",
        "UPDATED",
        "CREATED_OLDEST",
        "PRIORITY",
        "PRIORITY_LOWEST",
    ];
    (0..PAGES)
        .map(|number| {
            // Three in four belong to people who work, and see all; every fourth is a window.
            let among = if number % 4 == 3 {
                WRITERS..2 * WRITERS
            } else {
                0..WRITERS
            };
            let client = everybody[among].choose(random).expect("somebody").clone();
            let first = (number % 4 == 1).then(|| random.random_range(3..30));
            let order = orders.choose(random).copied().expect("an order");
            Page::new(client, filter(ground, random), order, first)
        })
        .collect()
}

/// One to three conditions.
fn filter(ground: &Ground, random: &mut StdRng) -> Value {
    let mut filter = json!({});
    for _ in 0..random.random_range(1..=3) {
        let (name, condition) = condition(ground, random);
        filter[name] = condition;
    }
    filter
}

fn condition(ground: &Ground, random: &mut StdRng) -> (&'static str, Value) {
    let some = |random: &mut StdRng, words: &[&str]| -> Vec<String> {
        let count = random.random_range(1..words.len());
        let chosen = words.iter().choose_multiple(random, count);
        chosen.into_iter().map(|word| (*word).to_owned()).collect()
    };
    let how = if random.random_bool(0.7) {
        "in"
    } else {
        "notIn"
    };
    match random.random_range(0..11) {
        0 | 1 => {
            let states = [
                "NEW",
                "ASSIGNED",
                "IN_PROGRESS",
                "ON_HOLD",
                "RESOLVED",
                "CLOSED",
            ];
            ("state", json!({ how: some(random, &states) }))
        }
        2 => {
            let kinds = ["NEW", "ACTIVE", "WAITING", "RESOLVED", "CLOSED"];
            ("stateKind", json!({ how: some(random, &kinds) }))
        }
        3 => {
            let priorities = ["CRITICAL", "HIGH", "MODERATE", "LOW"];
            ("priority", json!({ how: some(random, &priorities) }))
        }
        4 | 5 => {
            let risks = ["NONE", "ON_TRACK", "AT_RISK", "BREACHED", "PAUSED"];
            ("risk", json!({ how: some(random, &risks) }))
        }
        6 => ("unanswered", json!(random.random_bool(0.5))),
        7 => ("assignee", json!({ "isNull": random.random_bool(0.5) })),
        8 => {
            let agent = ground.agents.choose(random).expect("somebody");
            ("assignee", json!({ how: [agent.id.to_string()] }))
        }
        9 => {
            let team = team(["service-desk", "network"][random.random_range(0..2)]);
            ("team", json!({ how: [team.to_string()] }))
        }
        _ => {
            let text = ["broken", "w3-", "1", "does not"].choose(random);
            ("text", json!({ "contains": text }))
        }
    }
}

/// Waits until each list is what the server answers.
async fn all_are_the_servers(pages: &[Rc<Page>]) {
    let begun = Instant::now();
    for page in pages {
        loop {
            let answer = page.fetch().await;
            let list = page.list();
            let same = answer.as_ref().is_some_and(|(_, rows)| *rows == list);
            if same {
                break;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{} {} {:?}: the list is\n{}\nand should be\n{}",
                page.filter,
                page.order,
                page.first,
                words(&list),
                words(&answer.map(|(_, rows)| rows).unwrap_or_default()),
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn words(rows: &[(String, Value)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(place, row)| format!("{place} {row}"))
        .collect();
    rows.join("\n")
}

/// Each page of a person heard of each notification since it was opened, once, in order.
async fn nobody_was_told_twice_or_not_at_all(db: &Database, pages: &[Rc<Page>]) {
    let begun = Instant::now();
    loop {
        let all = notification::Entity::find()
            .all(db.reader())
            .await
            .expect("rows");
        let complete = pages.iter().all(|page| {
            let own = all
                .iter()
                .filter(|row| row.person_id == page.client.somebody.id);
            let mut told = page.told.borrow().clone();
            let mut own: Vec<String> = own.map(|row| row.id.to_string()).collect();
            told.sort();
            own.sort();
            told == own
        });
        if complete {
            return;
        }
        assert!(
            begun.elapsed() < PATIENCE,
            "somebody was told twice or not at all"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
