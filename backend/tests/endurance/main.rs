//! The real `bellhop`, killed, cut off and doubled while people work with it.
//!
//! With all other tests this runs in a short form; `cargo xtask endurance` runs it for long.

#[path = "../api/support/organisation.rs"]
mod organisation;

mod audit;
mod client;
mod convergence;
mod first_start;
mod ground;
mod kill;
mod listener;
mod load;
mod node;
mod relay;
mod scale;
mod two_nodes;

use ground::Backend;

#[test]
fn killed_servers_lose_nothing_on_sqlite() {
    actix_web::rt::System::new().block_on(kill::kills(Backend::Sqlite));
}

#[test]
fn killed_servers_lose_nothing_on_postgres() {
    actix_web::rt::System::new().block_on(kill::kills(Backend::Postgres));
}

#[test]
fn lists_are_the_servers_after_all_cuts_on_sqlite() {
    actix_web::rt::System::new().block_on(convergence::converges(Backend::Sqlite));
}

#[test]
fn lists_are_the_servers_after_all_cuts_on_two_nodes() {
    actix_web::rt::System::new().block_on(convergence::converges(Backend::Postgres));
}

#[test]
fn two_nodes_start_at_once_on_an_empty_database() {
    actix_web::rt::System::new().block_on(first_start::at_once());
}

#[test]
fn two_nodes_fire_each_timer_once_and_send_each_mail() {
    actix_web::rt::System::new().block_on(two_nodes::timers_and_jobs());
}
