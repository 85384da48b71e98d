//! What can be set about the outside. Tests shorten the durations; nobody else needs to.

use std::time::Duration;

/// Settings of the outside.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Address that browsers use, such as `https://help.example.org`. Without it, a browser's
    /// `Origin` is compared with the `Host` of the request.
    pub public_url: Option<String>,
    /// Whether a proxy stands in front that sets `X-Forwarded-For`; its last entry is then the
    /// caller's address. Without a proxy anybody could write one.
    pub behind_proxy: bool,
    /// Most bytes of a GraphQL request.
    pub body_bytes: usize,
    /// How long a request's body may take to arrive.
    pub body_time: Duration,
    /// How long one query or mutation may take.
    pub execution_time: Duration,
    /// How long requests in flight have when the server stops.
    pub last_requests: Duration,
    /// Queries and mutations that take longer are told in the log.
    pub slow: Duration,
    /// Requests that one actor may send at once.
    pub burst: u32,
    /// Requests that one actor may send per second in the long run.
    pub per_second: f64,
    /// Requests that a tool may send at once with one token.
    pub tool_burst: u32,
    /// The same per second in the long run.
    pub tool_requests_per_second: f64,
    /// Sign-ins that one network may try at once, and per second, from browsers that are not known.
    pub sign_in_burst: u32,
    /// See `sign_in_burst`.
    pub sign_ins_per_second: f64,
    /// Links to set a password that one network may ask for at once, and per second.
    pub password_mail_burst: u32,
    /// See `password_mail_burst`.
    pub password_mails_per_second: f64,
    /// Renewals of one session at once; its tabs take turns.
    pub renewal_burst: u32,
    /// The same, refilled each second.
    pub renewals_per_second: f64,
    /// Megabytes that one person may upload at once, and per second in the long run.
    pub upload_burst: u32,
    /// See `upload_burst`.
    pub uploads_per_second: f64,
    /// What holds for sockets.
    pub socket: SocketSettings,
}

/// Settings of sockets.
#[derive(Clone, Debug)]
pub struct SocketSettings {
    /// Time to say who one is.
    pub init: Duration,
    /// Pause between two pings.
    pub ping: Duration,
    /// How long a message may wait for a slow reader.
    pub write: Duration,
    /// Most bytes of a message.
    pub message_bytes: usize,
    /// Most subscriptions at once.
    pub subscriptions: usize,
    /// Most sockets of one person at once.
    pub per_person: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            behind_proxy: false,
            body_bytes: 1024 * 1024,
            body_time: Duration::from_secs(20),
            execution_time: Duration::from_secs(30),
            last_requests: Duration::from_secs(10),
            slow: Duration::from_secs(1),
            burst: 600,
            per_second: 20.0,
            tool_burst: 300,
            tool_requests_per_second: 10.0,
            sign_in_burst: 120,
            sign_ins_per_second: 1.0,
            password_mail_burst: 10,
            password_mails_per_second: 1.0 / 60.0,
            renewal_burst: 30,
            renewals_per_second: 0.5,
            upload_burst: 500,
            uploads_per_second: 1.0,
            socket: SocketSettings {
                init: Duration::from_secs(5),
                ping: Duration::from_secs(15),
                write: Duration::from_secs(10),
                message_bytes: 64 * 1024,
                subscriptions: 50,
                per_person: 60,
            },
        }
    }
}
