//! Callers over HTTP.

use super::ground::PASSWORD;
use anyhow::{Context as _, Result, anyhow, bail};
use backend::platform::clock::{Clock as _, SystemClock};
use backend::platform::ids::Ids;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

/// Somebody who is signed in.
pub struct Caller {
    server: SocketAddr,
    http: awc::Client,
    /// Their access token.
    pub token: String,
}

impl Caller {
    /// Signs in from an address of the loopback network: sign-ins of one network are counted.
    pub async fn sign_in(server: SocketAddr, login: &str, network: u8) -> Result<Self> {
        let from = IpAddr::V4(Ipv4Addr::new(127, network, 0, 1));
        let http = awc::Client::builder()
            .connector(awc::Connector::new().local_address(from))
            .timeout(Duration::from_secs(60))
            .finish();
        let body = json!({ "login": login, "password": PASSWORD });
        let mut answer = http
            .post(format!("http://{server}/session"))
            .send_json(&body)
            .await
            .map_err(|error| anyhow!("{error}"))?;
        let answer: Value = answer.json().await.map_err(|error| anyhow!("{error}"))?;
        let token = answer["accessToken"]
            .as_str()
            .with_context(|| format!("{login} cannot sign in: {answer}"))?
            .to_owned();
        Ok(Self {
            server,
            http,
            token,
        })
    }

    /// Asks, and gives the data; errors of either kind are errors.
    pub async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let mut answer = self
            .http
            .post(format!("http://{}/graphql", self.server))
            .bearer_auth(&self.token)
            .send_json(&json!({ "query": query, "variables": variables }))
            .await
            .map_err(|error| anyhow!("{error}"))?;
        let mut answer: Value = answer.json().await.map_err(|error| anyhow!("{error}"))?;
        if let Some(errors) = answer.get("errors") {
            bail!("{errors}");
        }
        Ok(answer["data"].take())
    }
}

/// Reports an incident.
pub const REPORT: &str = "mutation ($input: IncidentReportInput!) { incidentReport(input: $input) {
    ticket { id reference version } userErrors { code message field } } }";

/// What is reported. Each has a key of its own, as clients send it.
pub fn incident(number: usize) -> Value {
    static KEYS: LazyLock<Ids> = LazyLock::new(Ids::random);
    json!({ "input": {
        "idempotencyKey": KEYS.next(SystemClock.now()).to_string(),
        "title": format!("The printer on floor {} jams", number % 40),
        "description": "It pulls two sheets at once and stops. **Nobody** can print their badge.",
        "urgency": "MEDIUM",
        "impact": "TEAM",
    } })
}
