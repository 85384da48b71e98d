//! What whoever operates a server may set.

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// Figures, slow requests, and the end.
#[derive(Args, Clone, Debug)]
pub struct Operating {
    /// Address and port for Prometheus, at /metrics, such as 127.0.0.1:9464; off unless given.
    #[arg(long, env = "BELLHOP_METRICS_LISTEN")]
    metrics_listen: Option<SocketAddr>,
    /// Bearer token that readers of the figures show; needed where --metrics-listen is no loopback
    /// address.
    #[arg(long, env = "BELLHOP_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
    /// Queries and mutations that take longer are told in the log, in milliseconds.
    #[arg(long, env = "BELLHOP_SLOW_REQUEST_MS", default_value_t = 1_000)]
    slow_request_ms: u64,
    /// Seconds between "not ready" and the end, for a load balancer to notice.
    #[arg(long, env = "BELLHOP_DRAIN_SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=300))]
    drain_seconds: u64,
}

/// A shorter token could be guessed.
const TOKEN_LEAST: usize = 16;

impl Operating {
    /// Takes the port of the figures, if they are wanted. Never open to the world without a token.
    pub fn bind_metrics(&self) -> Result<Option<TcpListener>> {
        let Some(address) = self.metrics_listen else {
            return Ok(None);
        };
        ensure!(
            address.ip().is_loopback() || self.metrics_token.is_some(),
            "--metrics-listen {address} can be reached from elsewhere and needs --metrics-token"
        );
        ensure!(
            self.metrics_token
                .as_ref()
                .is_none_or(|token| token.len() >= TOKEN_LEAST),
            "--metrics-token has at least {TOKEN_LEAST} characters"
        );
        let listener = TcpListener::bind(address)
            .with_context(|| format!("cannot listen at {address} for the figures"))?;
        listener.set_nonblocking(true)?;
        Ok(Some(listener))
    }

    /// The token of the figures.
    pub fn metrics_token(&self) -> Option<&str> {
        self.metrics_token.as_deref()
    }

    /// What counts as slow.
    pub fn slow(&self) -> Duration {
        Duration::from_millis(self.slow_request_ms)
    }

    /// How long to go on after saying that this server is not ready any more.
    pub fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}
