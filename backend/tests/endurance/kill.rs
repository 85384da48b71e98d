//! `kill -9` under load: nothing that was acknowledged is lost, nothing is doubled, nothing is half.

use crate::audit::audit;
use crate::client::Client;
use crate::ground::{Backend, Ground};
use crate::load::{Journal, Load, Writer};
use crate::node::Node;
use crate::relay::Relay;
use crate::scale;
use rand::Rng as _;
use rand::rngs::StdRng;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Pairs of people at work.
const WRITERS: usize = 8;
/// Kills between two looks at the whole database.
const KILLS_A_LOOK: usize = 25;
/// The longest that a server may live after its first answer, in milliseconds.
const LIFE: u64 = 900;

/// Kills servers of one database, one after the other, while people work.
pub async fn kills(backend: Backend) {
    let Some(ground) = Ground::new(backend, "kill", WRITERS).await else {
        println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
        return;
    };
    let kills = scale::kills();
    let begun = Instant::now();
    let relay = Relay::open().await;
    let journal = Rc::new(Journal::default());
    let mut random = ground.random(0);
    let mut writers = writers(&ground, &relay, &journal);
    let mut starts = Vec::new();
    let mut done = 0;
    let mut crashes = 0;
    while done < kills {
        let mut load = Load::begin(writers, journal.clone());
        let round = usize::min(KILLS_A_LOOK, kills - done);
        for number in 0..round {
            let acts = load.acts();
            let node = start(&ground, &relay, &mut random, &mut starts).await;
            if scale::alone() && backend == Backend::Postgres && number % 8 == 4 {
                live(&mut load, acts, &relay, &mut random).await;
                ground.crash().await;
                crashes += 1;
            }
            let acts = load.acts();
            live(&mut load, acts, &relay, &mut random).await;
            node.kill();
            relay.lead_to(Vec::new());
        }
        done += round;
        // Whoever waits for an answer gets one; then nobody is there when the books are opened.
        let node = start(&ground, &relay, &mut random, &mut starts).await;
        writers = load.end().await;
        node.kill();
        relay.lead_to(Vec::new());
        let db = ground.open().await;
        audit(&db, &journal).await;
        db.close().await.expect("closed");
    }
    starts.sort_unstable();
    println!(
        "{backend:?}: {done} kills and {crashes} crashes of the database in {:.0} s, {} acts acknowledged, {} requests unheard, of which at least {} had \
         happened; a killed server's successor was ready in {} ms (median), {} ms at most",
        begun.elapsed().as_secs_f64(),
        journal.acts.borrow().len(),
        journal.unheard.get(),
        journal.had_happened.get(),
        starts[starts.len() / 2].as_millis(),
        starts[starts.len() - 1].as_millis(),
    );
    assert!(journal.unheard.get() > 0, "no kill hit anything");
    ground.remove().await;
}

/// One for each pair of people.
pub fn writers(ground: &Ground, relay: &Relay, journal: &Rc<Journal>) -> Vec<Writer> {
    let pairs = ground.employees.iter().zip(&ground.agents).zip(1..);
    pairs
        .map(|((asks, works), number)| {
            Writer::new(
                format!("w{number}"),
                Client::new(asks.clone(), relay.address()),
                Client::new(works.clone(), relay.address()),
                ground.random(number),
                journal.clone(),
            )
        })
        .collect()
}

/// A server that answers; now and then one before it is killed on its way there.
async fn start(
    ground: &Ground,
    relay: &Relay,
    random: &mut StdRng,
    starts: &mut Vec<Duration>,
) -> Node {
    if random.random_bool(0.1) {
        let after = Duration::from_millis(random.random_range(1..120));
        Node::stillborn(ground, "server", after).await;
    }
    let node = Node::start(ground, "server").await;
    starts.push(node.started_in);
    relay.lead_to(vec![node.address]);
    node
}

/// Lets a server live for a random while, but as long as it takes to acknowledge something. Lines
/// are cut meanwhile, so that answers are lost whose acts are done.
async fn live(load: &mut Load, acts: usize, relay: &Relay, random: &mut StdRng) {
    let end = Instant::now() + Duration::from_millis(random.random_range(0..LIFE));
    let patience = end + Duration::from_secs(60);
    while Instant::now() < end || load.acts() == acts {
        load.look().await;
        assert!(Instant::now() < patience, "nothing is acknowledged");
        tokio::time::sleep(Duration::from_millis(random.random_range(1..40))).await;
        if random.random_bool(0.3) {
            relay.cut_one(random);
        }
    }
}
