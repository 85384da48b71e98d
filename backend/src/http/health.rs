//! `GET /healthz`: whether this node can serve.

use super::server::Server;
use crate::platform::event_log;
use actix_web::{HttpResponse, web};
use std::time::Duration;

/// The database must answer within this time.
const PATIENCE: Duration = Duration::from_secs(2);

/// 200 when the database answers, else 503.
pub async fn healthz(server: web::Data<Server>) -> HttpResponse {
    let reading = event_log::last_sequence(server.app.platform.db.reader());
    match tokio::time::timeout(PATIENCE, reading).await {
        Ok(Ok(_)) => HttpResponse::Ok().json(serde_json::json!({ "status": "ok" })),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            unhealthy()
        }
        Err(_) => {
            tracing::error!("the database does not answer in time");
            unhealthy()
        }
    }
}

fn unhealthy() -> HttpResponse {
    HttpResponse::ServiceUnavailable().json(serde_json::json!({ "status": "database" }))
}
