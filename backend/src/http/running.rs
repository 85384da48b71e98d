//! The running server: its routes, its start and its end.

use super::client_files::{self, ClientFiles};
use super::server::Server;
use super::{
    answer, export, export_audit, files, graphql, health, import_people, metrics, password,
    session, socket,
};
use actix_web::guard::{self, GuardContext};
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App as WebApp, HttpResponse, HttpServer, web};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// A server that answers.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: actix_web::dev::ServerHandle,
    server: web::Data<Server>,
    watcher: tokio::task::JoinHandle<()>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    metrics: Option<(SocketAddr, actix_web::dev::ServerHandle)>,
}

impl Running {
    /// Serves the figures of this server at an address of their own. With a token, only to those
    /// who show it.
    pub fn serve_metrics(
        &mut self,
        listener: TcpListener,
        token: Option<&str>,
    ) -> std::io::Result<SocketAddr> {
        let (address, http) = metrics::start(self.server.clone(), listener, token)?;
        self.metrics = Some((address, http.handle()));
        tokio::spawn(http);
        Ok(address)
    }

    /// Sockets that said who they are.
    pub fn open_sockets(&self) -> usize {
        self.server.sockets.open()
    }

    /// Says from now on that this server is not ready for requests, and goes on answering them.
    pub fn begin_to_stop(&self) {
        self.server.begin_to_stop();
    }

    /// Closes sockets, finishes what is being answered, and ends.
    pub async fn stop(self) -> std::io::Result<()> {
        self.server.begin_to_stop();
        self.server.sockets.stop();
        self.handle.stop(true).await;
        if let Some((_, metrics)) = self.metrics {
            metrics.stop(false).await;
        }
        self.watcher.abort();
        self.serving.await.unwrap_or_else(|error| {
            tracing::error!(%error, "the server task ended badly");
            Ok(())
        })
    }
}

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
    let last_requests = server.settings.last_requests.as_secs();
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
    .shutdown_timeout(last_requests)
    .client_request_timeout(Duration::from_secs(10))
    .client_disconnect_timeout(Duration::from_secs(2))
    .keep_alive(Duration::from_secs(75))
    // An answer goes out in several writes; without this the last one waits for the reader to acknowledge
    // the one before, 40 ms and more.
    .tcp_nodelay(true)
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
        metrics: None,
    })
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource(["/", "/sign-in"])
                .guard(guard::Get())
                .guard(guard::fn_guard(waits_for_set_up))
                .route(web::get().to(to_set_up)),
        )
        .service(
            web::resource("/graphql")
                .route(web::post().to(graphql::post))
                .route(web::get().to(graphql::get))
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
            web::resource("/session/password-reset")
                .route(web::post().to(password::forgot))
                .default_service(web::to(session::other)),
        )
        .service(
            web::resource("/session/password-link")
                .route(web::post().to(password::look))
                .default_service(web::to(session::other)),
        )
        .service(
            web::resource("/session/password")
                .route(web::post().to(password::set))
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
        .service(
            web::resource("/import/people")
                .route(web::post().to(import_people::post))
                .default_service(web::to(session::other)),
        )
        .service(web::resource("/export/audit.csv").route(web::get().to(export_audit::audit_log)))
        .service(web::resource("/session/file/{token}").route(web::get().to(files::download)))
        .service(web::resource("/files").route(web::post().to(files::upload)))
        .service(web::resource("/files/{id}/image").route(web::get().to(files::image)))
        .service(web::resource("/healthz").route(web::get().to(health::healthz)))
        .service(web::resource("/readyz").route(web::get().to(health::readyz)));
}

/// Whether nobody can sign in yet, because the server waits for its first administrator.
fn waits_for_set_up(ctx: &GuardContext<'_>) -> bool {
    ctx.app_data::<web::Data<Server>>()
        .is_some_and(|server| server.app.first_hour.is_open())
}

async fn to_set_up() -> HttpResponse {
    HttpResponse::Found()
        .insert_header((header::LOCATION, "/set-up"))
        .finish()
}
