//! A page in somebody's browser: a list that was loaded once and is kept by what comes over a
//! socket, through any number of cuts; and what that person is told, from the same position on.

use crate::client::{Client, Heard};
use actix_codec::Framed;
use awc::BoxedSocket;
use awc::ws::{Codec, Frame, Message};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Pause before another attempt to connect.
const PAUSE: Duration = Duration::from_millis(10);
/// A line that says nothing for so long is given up. The server pings more often.
const SILENCE: Duration = Duration::from_secs(40);
/// Rows of one page.
const PAGE: usize = 200;

const ROW: &str = "id reference version state priority risk unanswered title";

/// What is asked, and what is known of the answer.
pub struct Page {
    /// Who looks.
    pub client: Client,
    /// Which tickets.
    pub filter: Value,
    /// In which order.
    pub order: &'static str,
    /// The first so many of them alone.
    pub first: Option<usize>,
    rows: RefCell<BTreeMap<String, (String, Value)>>,
    since: Cell<Option<i64>>,
    /// Ids of notifications as they came.
    pub told: RefCell<Vec<String>>,
    told_since: Cell<Option<i64>>,
    /// Lines lost.
    pub losses: Cell<usize>,
    /// Times the list was loaded.
    pub loads: Cell<usize>,
    /// Changes that came.
    pub changes: Cell<usize>,
}

/// Why a socket came to its end.
enum End {
    /// The line was lost.
    Cut,
    /// The list has to be loaded again.
    Resync,
}

impl Page {
    /// One that nobody has opened yet.
    pub fn new(
        client: Client,
        filter: Value,
        order: &'static str,
        first: Option<usize>,
    ) -> Rc<Self> {
        Rc::new(Self {
            client,
            filter,
            order,
            first,
            rows: RefCell::default(),
            since: Cell::new(None),
            told: RefCell::default(),
            told_since: Cell::new(None),
            losses: Cell::new(0),
            loads: Cell::new(0),
            changes: Cell::new(0),
        })
    }

    /// Rows in their order, each with its place.
    pub fn list(&self) -> Vec<(String, Value)> {
        let mut list: Vec<_> = self.rows.borrow().values().cloned().collect();
        list.sort_by(|one, other| one.0.cmp(&other.0));
        list
    }

    /// The list as the server has it now; nothing when nobody answered.
    pub async fn fetch(&self) -> Option<(i64, Vec<(String, Value)>)> {
        let query = format!(
            "query($filter: TicketFilter, $order: TicketOrder, $first: Int, $after: String) {{ \
             tickets(filter: $filter, orderBy: $order, first: $first, after: $after) {{ \
             asOf pageInfo {{ hasNextPage endCursor }} edges {{ sortKey node {{ {ROW} }} }} }} }}"
        );
        let mut rows = BTreeMap::new();
        let (mut as_of, mut after) = (None, Value::Null);
        loop {
            let variables = json!({
                "filter": self.filter,
                "order": self.order,
                "first": self.first.unwrap_or(PAGE),
                "after": after,
            });
            let Heard::Data(data) = self.client.ask(&query, &variables).await else {
                return None;
            };
            let page = &data["tickets"];
            as_of = as_of.or_else(|| Some(position(&page["asOf"])));
            for edge in page["edges"].as_array().expect("edges") {
                let key = edge["sortKey"].as_str().expect("a key").to_owned();
                rows.insert(text(&edge["node"]["id"]), (key, edge["node"].clone()));
            }
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] != true || self.first.is_some() {
                break;
            }
        }
        let mut list: Vec<_> = rows.into_values().collect();
        list.sort_by(|one: &(String, Value), other| one.0.cmp(&other.0));
        Some((as_of.expect("a position"), list))
    }

    /// Loads and listens, for ever.
    pub async fn open(self: Rc<Self>) {
        loop {
            if self.since.get().is_none() && !self.load().await {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            match self.listen().await {
                End::Cut => {
                    self.losses.set(self.losses.get() + 1);
                    tokio::time::sleep(PAUSE).await;
                }
                End::Resync => self.since.set(None),
            }
        }
    }

    async fn load(&self) -> bool {
        let Some((as_of, list)) = self.fetch().await else {
            return false;
        };
        self.loads.set(self.loads.get() + 1);
        let rows = list
            .into_iter()
            .map(|(key, row)| (text(&row["id"]), (key, row)));
        self.rows.replace(rows.collect());
        self.since.set(Some(as_of));
        if self.told_since.get().is_none() {
            self.told_since.set(Some(as_of));
        }
        true
    }

    async fn listen(&self) -> End {
        let Some(mut socket) = self.connect().await else {
            return End::Cut;
        };
        loop {
            let frame = match tokio::time::timeout(SILENCE, socket.next()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(_) | Err(_) => return End::Cut,
            };
            match frame {
                Frame::Text(bytes) => {
                    let message: Value = serde_json::from_slice(&bytes).expect("JSON");
                    match text(&message["type"]).as_str() {
                        "ping" => {
                            if say(&mut socket, &json!({ "type": "pong" })).await.is_err() {
                                return End::Cut;
                            }
                        }
                        "next" => {
                            let data = &message["payload"]["data"];
                            assert!(message["payload"].get("errors").is_none(), "{message}");
                            if message["id"] == "told" {
                                self.tell(&data["notificationReceived"]);
                            } else if self.change(&data["queueChanged"]) {
                                return End::Resync;
                            }
                        }
                        "complete" => return End::Cut,
                        // The database was away from the server for a moment.
                        "error" => {
                            let code = message.pointer("/payload/0/extensions/code");
                            assert_eq!(code, Some(&json!("UNAVAILABLE")), "{message}");
                            return End::Cut;
                        }
                        other => panic!("{other}: {message}"),
                    }
                }
                Frame::Close(reason) => {
                    let code = reason.map_or(1006, |reason| u16::from(reason.code));
                    assert!([1001, 1006, 4401].contains(&code), "closed with {code}");
                    if code == 4401 {
                        self.client.forget();
                    }
                    return End::Cut;
                }
                _ => {}
            }
        }
    }

    /// A socket that has said who it is and what it wants.
    async fn connect(&self) -> Option<Framed<BoxedSocket, Codec>> {
        let token = self.client.token().await.ok()?;
        let request = awc::Client::builder()
            .disable_timeout()
            .finish()
            .ws(format!("http://{}/graphql/ws", self.client.server()))
            .protocols(["graphql-transport-ws"]);
        let connected = tokio::time::timeout(SILENCE, request.connect())
            .await
            .ok()?;
        let (_, mut socket) = connected.ok()?;
        let authorization = json!({ "authorization": format!("Bearer {token}") });
        let init = json!({ "type": "connection_init", "payload": authorization });
        say(&mut socket, &init).await.ok()?;
        loop {
            match tokio::time::timeout(SILENCE, socket.next())
                .await
                .ok()??
                .ok()?
            {
                Frame::Text(bytes) if bytes.starts_with(br#"{"type":"connection_ack""#) => break,
                Frame::Close(_) => {
                    self.client.forget();
                    return None;
                }
                _ => {}
            }
        }
        let queue = format!(
            "subscription($filter: TicketFilter, $order: TicketOrder, $first: Int, $since: Sequence) {{ \
             queueChanged(filter: $filter, orderBy: $order, first: $first, since: $since) {{ __typename \
             ... on QueueUpsert {{ sortKey sequence ticket {{ {ROW} }} }} ... on QueueRemove {{ id sequence }} \
             ... on Resync {{ reason sequence }} }} }}"
        );
        let variables = json!({
            "filter": self.filter,
            "order": self.order,
            "first": self.first,
            "since": self.since.get().map(|since| since.to_string()),
        });
        let told = "subscription($since: Sequence) { notificationReceived(since: $since) { \
                    sequence notification { id } } }";
        let told_since = json!({ "since": self.told_since.get().map(|since| since.to_string()) });
        for (id, query, variables) in [
            ("queue", queue.as_str(), variables),
            ("told", told, told_since),
        ] {
            let payload = json!({ "query": query, "variables": variables });
            let ask = json!({ "type": "subscribe", "id": id, "payload": payload });
            say(&mut socket, &ask).await.ok()?;
        }
        Some(socket)
    }

    /// Takes a change, as the browser client does. Tells whether the list has to be loaded again.
    fn change(&self, change: &Value) -> bool {
        self.changes.set(self.changes.get() + 1);
        let mut rows = self.rows.borrow_mut();
        match text(&change["__typename"]).as_str() {
            "QueueUpsert" => {
                let row = &change["ticket"];
                let place = text(&change["sortKey"]);
                rows.insert(text(&row["id"]), (place, row.clone()));
                if let Some(first) = self.first
                    && rows.len() > first
                {
                    let last = rows.iter().max_by(|one, other| one.1.0.cmp(&other.1.0));
                    let last = last.map(|(id, _)| id.clone()).expect("a row");
                    rows.remove(&last);
                }
            }
            "QueueRemove" => {
                rows.remove(&text(&change["id"]));
            }
            "Resync" => return true,
            other => panic!("{other}: {change}"),
        }
        let sequence = position(&change["sequence"]);
        let before = self.since.get().expect("it was loaded");
        assert!(sequence >= before, "back from {before}: {change}");
        self.since.set(Some(sequence));
        false
    }

    fn tell(&self, told: &Value) {
        let sequence = position(&told["sequence"]);
        let before = self.told_since.get().expect("it was loaded");
        assert!(sequence > before, "again from {before}: {told}");
        self.told_since.set(Some(sequence));
        self.told
            .borrow_mut()
            .push(text(&told["notification"]["id"]));
    }
}

async fn say(socket: &mut Framed<BoxedSocket, Codec>, message: &Value) -> Result<(), ()> {
    let message = Message::Text(message.to_string().into());
    socket.send(message).await.map_err(|_| ())
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

fn position(value: &Value) -> i64 {
    text(value).parse().expect("a position")
}
