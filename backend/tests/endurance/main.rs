//! The real `bellhop`, killed, cut off and doubled while people work with it.
//!
//! With all other tests this runs in a short form; `cargo xtask endurance` runs it for long.

#[path = "../api/support/organisation.rs"]
mod organisation;

mod audit;
mod client;
mod ground;
mod kill;
mod load;
mod node;
mod relay;
mod scale;

use ground::Backend;

#[test]
fn killed_servers_lose_nothing_on_sqlite() {
    actix_web::rt::System::new().block_on(kill::kills(Backend::Sqlite));
}

#[test]
fn killed_servers_lose_nothing_on_postgres() {
    actix_web::rt::System::new().block_on(kill::kills(Backend::Postgres));
}
