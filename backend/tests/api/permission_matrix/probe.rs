//! One field of the schema, called as everybody.

use super::at;
use super::stage::{Place, Ready, Stage};
use crate::support::json;
use crate::support::socket::Heard;
use futures_util::future::join_all;
use serde_json::Value;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// How long a subscription may stay silent before that is its outcome. What was missed is told at
/// once, and counters within a second.
const PATIENCE: Duration = Duration::from_secs(6);

/// What kind of field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Asks.
    Query,
    /// Acts.
    Mutation,
    /// Listens.
    Subscription,
}

impl Kind {
    /// As the snapshot says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Mutation => "mutation",
            Self::Subscription => "subscription",
        }
    }
}

/// What somebody got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or shown; with what the answer contains.
    Yes(Vec<&'static str>),
    /// A number that depends on who asks.
    Number(i64),
    /// No object.
    Null,
    /// A list without anything.
    Empty,
    /// Nothing is said.
    Silent,
    /// Refused.
    Code(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Yes(seen) if seen.is_empty() => f.write_str("yes"),
            Self::Yes(seen) => write!(f, "yes, sees {}", seen.join(" + ")),
            Self::Number(number) => write!(f, "yes, {number}"),
            Self::Null => f.write_str("null"),
            Self::Empty => f.write_str("empty"),
            Self::Silent => f.write_str("silent"),
            Self::Code(code) => f.write_str(&code.to_lowercase()),
        }
    }
}

/// Variables, made anew for each call.
pub type Variables = for<'a> fn(&'a Stage<'a>, Place) -> Pin<Box<dyn Future<Output = Value> + 'a>>;

/// How a field is tried.
pub struct Probe {
    /// What kind of field.
    pub kind: Kind,
    /// Its name.
    pub name: &'static str,
    /// Tried in IT and in HR.
    pub places: bool,
    /// The document.
    pub document: String,
    /// Its variables.
    pub variables: Variables,
    /// The ticket that a success uses up.
    pub uses: Option<Ready>,
    /// A number of the answer that is the outcome.
    pub number: Option<&'static str>,
}

impl Probe {
    /// Calls it as everybody.
    pub async fn call(&self, stage: &Stage<'_>, place: Place) -> Vec<(&'static str, Outcome)> {
        if self.kind == Kind::Subscription {
            return self.listen(stage, place).await;
        }
        let variables = (self.variables)(stage, place).await;
        let answer = stage
            .stranger
            .graphql(None, &self.document, variables)
            .await;
        let mut outcomes = vec![("anonymous", self.outcome(stage, &answer.json()))];
        for (role, actor) in &stage.people {
            let variables = (self.variables)(stage, place).await;
            let answer = actor.ask(&self.document, variables).await;
            let outcome = self.outcome(stage, &answer.json());
            if let (Outcome::Yes(_), Some(ready)) = (&outcome, self.uses) {
                stage.used(place, ready);
            }
            outcomes.push((*role, outcome));
        }
        outcomes
    }

    fn outcome(&self, stage: &Stage<'_>, answer: &Value) -> Outcome {
        if let Some(code) = at(answer, "/errors/0/extensions/code").as_str() {
            return Outcome::Code(code.to_owned());
        }
        assert!(answer.get("errors").is_none(), "{}: {answer}", self.name);
        let data = &answer["data"][self.name];
        if let Some(code) = at(data, "/userErrors/0/code").as_str() {
            return Outcome::Code(code.to_owned());
        }
        if self.kind == Kind::Mutation {
            return Outcome::Yes(Vec::new());
        }
        if let Some(pointer) = self.number {
            return match at(data, pointer).as_i64() {
                Some(number) => Outcome::Number(number),
                None => Outcome::Null,
            };
        }
        let list = ["", "/nodes", "/ids", "/views"]
            .iter()
            .find_map(|pointer| at(data, pointer).as_array());
        match list {
            _ if data.is_null() => Outcome::Null,
            Some(list) if list.is_empty() => Outcome::Empty,
            _ => Outcome::Yes(seen(stage, data)),
        }
    }

    async fn listen(&self, stage: &Stage<'_>, place: Place) -> Vec<(&'static str, Outcome)> {
        let calls = stage.people.iter().map(|(role, actor)| async move {
            let variables = (self.variables)(stage, place).await;
            let mut socket = actor.socket().await;
            socket.subscribe("1", &self.document, variables).await;
            let heard = tokio::time::timeout(PATIENCE, socket.hear()).await;
            let outcome = match heard {
                Err(_) => Outcome::Silent,
                Ok(Heard::Closed(code)) => Outcome::Code(code.to_string()),
                Ok(Heard::Message(message)) => {
                    let code = [
                        "/payload/0/extensions/code",
                        "/payload/errors/0/extensions/code",
                    ]
                    .iter()
                    .find_map(|pointer| at(&message, pointer).as_str());
                    match code {
                        Some(code) => Outcome::Code(code.to_owned()),
                        None => Outcome::Yes(seen(stage, &message["payload"]["data"])),
                    }
                }
            };
            (*role, outcome)
        });
        let mut outcomes = vec![("anonymous", stranger_listens(stage).await)];
        outcomes.extend(join_all(calls).await);
        outcomes
    }
}

/// Without a session a socket does not come to a subscription.
async fn stranger_listens(stage: &Stage<'_>) -> Outcome {
    let mut socket = crate::support::socket::Socket::open(&stage.stranger).await;
    socket
        .say(&json!({ "type": "connection_init", "payload": {} }))
        .await;
    Outcome::Code(format!("closed with {}", socket.closed().await))
}

/// What an answer contains of what not everybody sees.
fn seen(stage: &Stage<'_>, data: &Value) -> Vec<&'static str> {
    let text = data.to_string();
    let quoted = |word: &str| text.contains(&format!("\"{word}\""));
    let marks = [
        (
            "ordinary",
            quoted("Ordinary matter")
                || quoted(&stage.ordinary.reference)
                || quoted(&stage.ordinary.id),
        ),
        (
            "confidential",
            quoted("Confidential matter")
                || quoted(&stage.confidential.reference)
                || quoted(&stage.confidential.id),
        ),
        ("note", text.contains("Internal remark")),
        ("clocks", text.contains("\"clocks\":[")),
        ("timeline", text.contains("\"timeline\":{")),
        ("mail", text.contains("@example.org")),
    ];
    marks
        .into_iter()
        .filter_map(|(word, found)| found.then_some(word))
        .collect()
}
