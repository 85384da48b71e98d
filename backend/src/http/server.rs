//! The running server: its state, its routes, its start and its end.

use super::budget::Budgets;
use super::client_files::{self, ClientFiles};
use super::limits::Shape;
use super::settings::Settings;
use super::socket::registry::Sockets;
use super::{answer, export, graphql, health, session, socket};
use crate::app::App;
use crate::graphql::schema::{self, BellhopSchema};
use crate::organisation::access;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::session::network::Network;
use crate::session::{Holder, Sessions};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as WebApp, HttpServer, web};
use shared::id::{PersonId, SessionId};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Who spends a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in person.
    Person(PersonId),
    /// Somebody unknown in a network.
    Network(Network),
}

/// What every request needs.
pub struct Server {
    /// The parts of the server that know the business.
    pub app: App,
    /// The executable schema.
    pub schema: BellhopSchema,
    /// Its sizes.
    pub shape: Shape,
    /// Sign-in.
    pub sessions: Sessions,
    /// Open sockets.
    pub sockets: Sockets,
    /// Requests by actor.
    pub budgets: Budgets<Actor>,
    /// Sign-ins by network.
    pub sign_ins: Budgets<Network>,
    /// Renewals of each session: each may be a writing transaction.
    pub renewals: Budgets<SessionId>,
    /// Settings.
    pub settings: Settings,
}

impl Server {
    /// Puts the parts together.
    pub async fn new(app: App, settings: Settings) -> Result<Self> {
        let schema = schema::build(&app);
        Ok(Self {
            shape: Shape::of(&schema.sdl())?,
            sessions: Sessions::open(&app.platform).await?,
            sockets: Sockets::default(),
            budgets: Budgets::new(settings.burst, settings.per_second),
            sign_ins: Budgets::new(settings.sign_in_burst, settings.sign_ins_per_second),
            renewals: Budgets::new(settings.renewal_burst, settings.renewals_per_second),
            schema,
            app,
            settings,
        })
    }

    /// Takes from an actor's budget, or says after how many seconds there is enough.
    pub fn spend(&self, actor: Actor, worth: u32) -> std::result::Result<(), i64> {
        match worth {
            0 => Ok(()),
            worth => self
                .budgets
                .take_many(actor, worth, self.app.platform.clock.now()),
        }
    }

    /// Who holds an access token, with the grants of this moment.
    pub async fn context_of_token(
        &self,
        token: &str,
        request_id: &str,
    ) -> Result<Option<(Holder, Context)>> {
        let Some(holder) = self.sessions.holder(token).await? else {
            return Ok(None);
        };
        let context = self.grants_of(holder, request_id).await?;
        Ok(context.map(|context| (holder, context)))
    }

    /// The context of somebody whose token was good earlier, with the grants of this moment; `None`
    /// when the session has ended or the person may not act any more.
    pub async fn context_of(&self, holder: Holder, request_id: &str) -> Result<Option<Context>> {
        if !self.sessions.runs(holder).await? {
            return Ok(None);
        }
        self.grants_of(holder, request_id).await
    }

    async fn grants_of(&self, holder: Holder, request_id: &str) -> Result<Option<Context>> {
        let platform = &self.app.platform;
        let now = platform.clock.now();
        let context =
            access::context_of(platform.db.reader(), holder.person, now, request_id).await?;
        Ok(context.map(|context| context.in_session(holder.session)))
    }
}

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
    server: web::Data<Server>,
    watcher: tokio::task::JoinHandle<()>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Closes sockets, finishes what is being answered, and ends.
    pub async fn stop(self) -> std::io::Result<()> {
        self.server.sockets.stop();
        self.handle.stop(true).await;
        self.watcher.abort();
        self.serving.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the server task ended badly");
            Ok(())
        })
    }
}

/// How long requests in flight have when the server stops.
const LAST_REQUESTS: u64 = 5;

/// Answers at `listener`, with `workers` threads.
pub fn start(
    server: Server,
    listener: TcpListener,
    files: ClientFiles,
    workers: usize,
) -> std::io::Result<Running> {
    let address = listener.local_addr()?;
    let server = web::Data::new(server);
    let watcher = tokio::spawn(
        server
            .sockets
            .clone()
            .watch(server.app.platform.feed.listen()),
    );
    let data = server.clone();
    let http = HttpServer::new(move || {
        WebApp::new()
            .app_data(data.clone())
            // The outermost is written last.
            .wrap(from_fn(answer::frame))
            .wrap(Compress::default())
            .configure(routes)
            .configure(client_files::configure(files))
    })
    .workers(workers)
    .shutdown_timeout(LAST_REQUESTS)
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(75))
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = http.handle();
    Ok(Running {
        address,
        handle,
        server,
        watcher,
        serving: tokio::spawn(http),
    })
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .default_service(web::to(graphql::other)),
        )
        .service(web::resource("/graphql/ws").route(web::get().to(socket::open)))
        .service(
            web::resource("/session")
                .route(web::post().to(session::sign_in))
                .route(web::delete().to(session::sign_out))
                .default_service(web::to(session::other)),
        )
        .service(
            web::resource("/session/refresh")
                .route(web::post().to(session::refresh))
                .default_service(web::to(session::other)),
        )
        .service(
            web::resource("/export/ticket-report.csv").route(web::get().to(export::ticket_report)),
        )
        .service(
            web::resource("/export/ticket-facts.csv").route(web::get().to(export::ticket_facts)),
        )
        .service(
            web::resource("/export/ticket-events.csv").route(web::get().to(export::ticket_events)),
        )
        .service(web::resource("/healthz").route(web::get().to(health::healthz)));
}
