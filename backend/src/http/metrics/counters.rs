//! Counters of one node, in memory. Labels come from fixed lists, so their number is bounded.

use crate::platform::error::code;
use actix_web::http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a request was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A GraphQL query.
    Query,
    /// A GraphQL mutation.
    Mutation,
    /// GraphQL that was refused before anybody knew what it was.
    Refused,
    /// The opening of a websocket.
    Socket,
    /// Signing in, renewing, signing out.
    Session,
    /// A download.
    Export,
    /// A probe.
    Health,
    /// The browser client's files, and addresses that nobody knows.
    Client,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Query,
        Self::Mutation,
        Self::Refused,
        Self::Socket,
        Self::Session,
        Self::Export,
        Self::Health,
        Self::Client,
    ];

    /// What an address is, as long as nobody knows better.
    pub fn of_path(path: &str) -> Self {
        match path {
            "/graphql" => Self::Refused,
            "/graphql/ws" => Self::Socket,
            "/healthz" | "/readyz" => Self::Health,
            path if path == "/session" || path.starts_with("/session/") => Self::Session,
            path if path.starts_with("/export/") => Self::Export,
            _ => Self::Client,
        }
    }

    /// As a label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Refused => "graphql_refused",
            Self::Socket => "socket",
            Self::Session => "session",
            Self::Export => "export",
            Self::Health => "health",
            Self::Client => "client",
        }
    }
}

/// Upper bounds of the latencies' classes, in seconds.
pub const BOUNDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// Codes that are counted by name; the others are one.
pub const CODES: [&str; 15] = [
    code::NOT_FOUND,
    code::FORBIDDEN,
    code::INVALID_ID,
    code::INVALID,
    code::REQUIRED,
    code::UNAUTHENTICATED,
    code::LIMIT_EXCEEDED,
    code::BAD_QUERY,
    code::INTERNAL,
    code::UNAVAILABLE,
    "BAD_REQUEST",
    "TOO_LARGE",
    "TOO_MANY_REQUESTS",
    "METHOD_NOT_ALLOWED",
    "OTHER",
];

/// Requests of one kind.
#[derive(Debug, Default)]
pub struct Requests {
    classes: [AtomicU64; BOUNDS.len()],
    micros: AtomicU64,
    /// By the first digit of the status, from 1 to 5.
    statuses: [AtomicU64; 5],
}

impl Requests {
    /// How many took at most each of [`BOUNDS`], one after the other.
    pub fn up_to(&self) -> [u64; BOUNDS.len()] {
        let mut sum = 0;
        self.classes.each_ref().map(|class| {
            sum += class.load(Ordering::Relaxed);
            sum
        })
    }

    /// By the first digit of the status, from 1 to 5.
    pub fn by_status(&self) -> [u64; 5] {
        self.statuses
            .each_ref()
            .map(|count| count.load(Ordering::Relaxed))
    }

    /// Seconds of all of them together.
    pub fn seconds(&self) -> f64 {
        Duration::from_micros(self.micros.load(Ordering::Relaxed)).as_secs_f64()
    }
}

/// What a node counts.
#[derive(Debug, Default)]
pub struct Counters {
    requests: [Requests; Kind::ALL.len()],
    errors: [AtomicU64; CODES.len()],
    slow: AtomicU64,
}

impl Counters {
    /// A request was answered.
    pub fn answered(&self, kind: Kind, status: StatusCode, took: Duration) {
        let requests = &self.requests[kind as usize];
        let seconds = took.as_secs_f64();
        if let Some(class) = BOUNDS.iter().position(|bound| seconds <= *bound) {
            requests.classes[class].fetch_add(1, Ordering::Relaxed);
        }
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        requests.micros.fetch_add(micros, Ordering::Relaxed);
        let digit = usize::from(status.as_u16() / 100).clamp(1, 5);
        requests.statuses[digit - 1].fetch_add(1, Ordering::Relaxed);
    }

    /// An answer carried an error.
    pub fn error(&self, code: &str) {
        let place = CODES.iter().position(|known| *known == code);
        self.errors[place.unwrap_or(CODES.len() - 1)].fetch_add(1, Ordering::Relaxed);
    }

    /// A request took long.
    pub fn slow(&self) {
        self.slow.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests of a kind.
    pub fn requests(&self, kind: Kind) -> &Requests {
        &self.requests[kind as usize]
    }

    /// Errors by code.
    pub fn errors(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self
            .errors
            .iter()
            .map(|count| count.load(Ordering::Relaxed));
        CODES.into_iter().zip(counts)
    }

    /// Requests that took long.
    pub fn slow_requests(&self) -> u64 {
        self.slow.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_counted_by_kind_status_and_time() {
        let counters = Counters::default();
        for (millis, status) in [(1, 200), (3, 204), (700, 500), (60_000, 404)] {
            let status = StatusCode::from_u16(status).expect("a status");
            counters.answered(Kind::Query, status, Duration::from_millis(millis));
        }
        let query = counters.requests(Kind::Query);
        assert_eq!(query.up_to(), [1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3]);
        assert_eq!(query.by_status(), [0, 2, 0, 1, 1]);
        assert!((query.seconds() - 60.704).abs() < 1e-9);
        assert_eq!(counters.requests(Kind::Mutation).by_status(), [0; 5]);
    }

    #[test]
    fn codes_that_nobody_listed_are_one() {
        let counters = Counters::default();
        for code in ["INTERNAL", "MADE_UP", "OTHER_TOO"] {
            counters.error(code);
        }
        let errors: Vec<_> = counters.errors().filter(|(_, count)| *count > 0).collect();
        assert_eq!(errors, [("INTERNAL", 1), ("OTHER", 2)]);
    }

    #[test]
    fn kinds_stand_in_their_own_places() {
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(place, kind as usize);
        }
    }
}
