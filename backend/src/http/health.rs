//! `GET /healthz`: whether the process is alive. `GET /readyz`: whether it should get requests.

use super::server::Server;
use crate::platform::error::Result;
use crate::platform::event_log;
use actix_web::{HttpResponse, web};
use std::time::Duration;

/// The database must answer within this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// The live feed reads the log several times a second; silent for so long, it is stuck.
const SILENCE: Duration = Duration::from_secs(15);

/// 200 as long as there is anybody to answer. Says nothing of the database: a process is not to be
/// killed because something else is away.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "status": "ok" }))
}

/// 200 when this node can do its work, else 503 with the reason's code.
pub async fn readyz(server: web::Data<Server>) -> HttpResponse {
    match obstacle(&server).await {
        None => HttpResponse::Ok().json(serde_json::json!({ "status": "ready" })),
        Some(code) => {
            HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": code }))
        }
    }
}

/// What keeps this node from its work.
async fn obstacle(server: &Server) -> Option<&'static str> {
    if server.is_stopping() {
        return Some("STOPPING");
    }
    match tokio::time::timeout(PATIENCE, database(server)).await {
        Ok(Ok(true)) => {}
        Ok(Ok(false)) => return Some("MIGRATIONS_MISSING"),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            return Some("DATABASE_UNAVAILABLE");
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            return Some("DATABASE_SLOW");
        }
    }
    let age = server.app.platform.feed.pulse().age();
    (age.is_none_or(|age| age > SILENCE)).then_some("FEED_LAGGING")
}

/// Whether the database answers and has every step of its shape that this program knows.
async fn database(server: &Server) -> Result<bool> {
    let db = &server.app.platform.db;
    event_log::last_sequence(db.reader()).await?;
    Ok(db.missing_migrations().await?.is_empty())
}
