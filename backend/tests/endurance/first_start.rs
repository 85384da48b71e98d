//! The first start of two servers at once: either may make the tables.

use crate::ground::{Backend, Ground};
use crate::node::Node;

/// Starts them.
pub async fn at_once() {
    let Some(ground) = Ground::bare(Backend::Postgres, "first").await else {
        println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
        return;
    };
    let (one, two) = tokio::join!(Node::start(&ground, "one"), Node::start(&ground, "two"));
    for node in [one, two] {
        node.kill();
    }
    ground.remove().await;
}
