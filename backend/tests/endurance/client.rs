//! A program that asks on somebody's behalf, and does not know whether what it sent has arrived.

use crate::ground::{PASSWORD, Somebody};
use awc::http::StatusCode;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

/// A request that takes longer is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// Somebody at a server; copies share the sign-in.
#[derive(Clone)]
pub struct Client {
    /// Who.
    pub somebody: Somebody,
    server: SocketAddr,
    http: awc::Client,
    token: Rc<RefCell<Option<String>>>,
}

/// What became of a request.
#[derive(Debug)]
pub enum Heard {
    /// The answer's `data`.
    Data(Value),
    /// No answer, or one that promises nothing: it may have happened or not.
    Nothing(String),
}

impl Client {
    /// Somebody who has not signed in yet.
    pub fn new(somebody: Somebody, server: SocketAddr) -> Self {
        Self {
            somebody,
            server,
            http: awc::Client::builder().timeout(PATIENCE).finish(),
            token: Rc::default(),
        }
    }

    /// Where the server is.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// Forgets the sign-in.
    pub fn forget(&self) {
        self.token.replace(None);
    }

    /// Asks; signs in before where that is needed. Panics at answers that nobody should get.
    pub async fn ask(&self, query: &str, variables: &Value) -> Heard {
        match self.try_to_ask(query, variables).await {
            Ok(data) => Heard::Data(data),
            Err(why) => Heard::Nothing(why),
        }
    }

    async fn try_to_ask(&self, query: &str, variables: &Value) -> Result<Value, String> {
        let token = self.token().await?;
        let request = self
            .http
            .post(format!("http://{}/graphql", self.server))
            .bearer_auth(token);
        let (status, mut answer) =
            send(request, &json!({ "query": query, "variables": variables })).await?;
        if status == StatusCode::UNAUTHORIZED {
            self.token.replace(None);
            return Err("signed out".to_owned());
        }
        if let Some(code) = answer.pointer("/errors/0/extensions/code") {
            assert_eq!(code, "UNAVAILABLE", "{query} {variables}: {answer}");
            return Err(answer.to_string());
        }
        assert_eq!(status, StatusCode::OK, "{answer}");
        Ok(answer["data"].take())
    }

    /// The access token.
    pub async fn token(&self) -> Result<String, String> {
        if let Some(token) = self.token.borrow().clone() {
            return Ok(token);
        }
        let request = self.http.post(format!("http://{}/session", self.server));
        let body = json!({ "login": self.somebody.login, "password": PASSWORD });
        let (status, answer) = send(request, &body).await?;
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Err(answer.to_string());
        }
        // Attempts whose answers were lost count as well.
        if let Some(seconds) = answer
            .pointer("/error/retryAfterSeconds")
            .and_then(Value::as_u64)
        {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            return Err(answer.to_string());
        }
        assert_eq!(status, StatusCode::OK, "{answer}");
        let token = answer["accessToken"].as_str().expect("a token").to_owned();
        self.token.replace(Some(token.clone()));
        Ok(token)
    }
}

async fn send(request: awc::ClientRequest, body: &Value) -> Result<(StatusCode, Value), String> {
    let mut response = request.send_json(body).await.map_err(|e| e.to_string())?;
    let bytes = response.body().limit(16 * 1024 * 1024).await;
    let bytes = bytes.map_err(|e| e.to_string())?;
    let answer = serde_json::from_slice(&bytes).unwrap_or_else(|error| {
        panic!("no JSON ({error}): {}", String::from_utf8_lossy(&bytes));
    });
    Ok((response.status(), answer))
}
