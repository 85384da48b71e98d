//! How to test the API.
//!
//! ```ignore
//! on_both_databases! {
//!     async fn an_employee_reports_an_incident(app) {
//!         let ana = app.employee().await;
//!         let answer = ana.mutate("mutation($input: …) { … }", json!({ "input": … })).await;
//!         assert_eq!(answer["incidentReport"]["ticket"]["state"], "NEW");
//!         app.advance(3_600).await;     // moves the clock and fires what is due
//!     }
//! }
//! ```
//!
//! Each test has a server and a database of its own, with the small organisation of
//! `organisation.rs` in it, a clock that stands still at Monday, 2 March 2026, 09:00 UTC, and ids
//! that are the same every time. `BELLHOP_TEST_POSTGRES_URL` names a PostgreSQL server on which
//! databases may be created (`cargo xtask test` starts one); without it those tests say so and pass.

pub mod actor;
pub mod app;
pub mod authority;
pub mod database;
pub mod http;
pub mod organisation;
pub mod smtp;
pub mod socket;

pub use app::TestApp;
pub use database::Backend;
pub use serde_json::json;

use std::future::Future;
use std::time::Duration;

/// A test that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a test's body on a fresh server; `change` may change the server's settings.
pub fn run<Body>(
    backend: Backend,
    change: fn(&mut backend::http::Settings),
    body: impl FnOnce(std::rc::Rc<TestApp>) -> Body,
) where
    Body: Future<Output = ()>,
{
    run_on(TestApp::start(backend, change), body);
}

/// Runs a test's body on a server of the demo organisation, in which nothing has happened yet.
pub fn run_on_demo<Body>(backend: Backend, body: impl FnOnce(std::rc::Rc<TestApp>) -> Body)
where
    Body: Future<Output = ()>,
{
    run_on(TestApp::demo(backend), body);
}

fn run_on<Body>(
    start: impl Future<Output = Option<TestApp>>,
    body: impl FnOnce(std::rc::Rc<TestApp>) -> Body,
) where
    Body: Future<Output = ()>,
{
    actix_web::rt::System::new().block_on(async {
        let Some(app) = start.await else {
            println!("skipped: BELLHOP_TEST_POSTGRES_URL is not set");
            return;
        };
        let app = std::rc::Rc::new(app);
        tokio::time::timeout(PATIENCE, body(app.clone()))
            .await
            .expect("the test hangs");
        let app = std::rc::Rc::into_inner(app).expect("a test gives its app back");
        app.stop().await;
    });
}

/// Makes of each function two tests, one a database. The argument is the [`TestApp`].
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {
        on_both_databases! { with |_settings| {}; $($(#[$meta])* async fn $name($app) $body)+ }
    };
    (with |$settings:ident| $change:block; $($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        async fn $name($app: std::rc::Rc<$crate::support::TestApp>) {
            let $app = &*$app;
            $body
        }

        $(#[$meta])*
        mod $name {
            fn change($settings: &mut backend::http::Settings) $change

            #[test]
            fn sqlite() {
                $crate::support::run($crate::support::Backend::Sqlite, change, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::support::run($crate::support::Backend::Postgres, change, super::$name);
            }
        }
    )+};
}

/// The same on the demo organisation, in which nothing has happened yet.
macro_rules! on_both_demos {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident) $body:block)+) => {$(
        async fn $name($app: std::rc::Rc<$crate::support::TestApp>) {
            let $app = &*$app;
            $body
        }

        $(#[$meta])*
        mod $name {
            #[test]
            fn sqlite() {
                $crate::support::run_on_demo($crate::support::Backend::Sqlite, super::$name);
            }

            #[test]
            fn postgres() {
                $crate::support::run_on_demo($crate::support::Backend::Postgres, super::$name);
            }
        }
    )+};
}
