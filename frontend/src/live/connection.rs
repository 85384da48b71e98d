//! One socket for the tab. It comes back by itself, and its subscriptions go on from the last thing they heard.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    task::{Poll, Waker},
};

use cynic::{GraphQlResponse, StreamingOperation};
use futures_util::{
    StreamExt,
    future::{AbortHandle, Either, abortable, select},
    pin_mut,
};
use gloo_timers::future::TimeoutFuture;
use graphql_ws_client::{Client, Error, graphql::GraphqlOperation};
use leptos::{leptos_dom::logging::console_warn, prelude::*};
use serde::{Serialize, Serializer, de::DeserializeOwned};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;
use ws_stream_wasm::WsMeta;

use super::{socket::Listening, ticker};
use crate::api::{
    self, Sequence,
    session::{self, Session},
};

/// The server pings about every 15 s; a line that is silent for longer than this is dead.
const SILENCE_MILLIS: i64 = 40_000;
/// How often silence is looked for.
const WATCH_MILLIS: u32 = 5_000;
/// The longest wait between two attempts to connect.
const LONGEST_WAIT_MILLIS: f64 = 15_000.0;

/// How the line to the server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The first attempt is under way.
    Connecting,
    /// What is on screen is the present.
    Live,
    /// The line was lost and is being brought back.
    Reconnecting,
    /// The browser says that there is no network.
    Offline,
}

/// What a subscriber says after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Everything up to here is known; go on from here after a cut.
    UpTo(Sequence),
    /// Nothing to remember.
    Nothing,
    /// Enough heard: the subscriber loads anew and subscribes anew.
    Enough,
}

/// A running subscription; dropping it ends it.
#[must_use = "dropping a subscription ends it"]
pub struct Subscription(AbortHandle);

impl Drop for Subscription {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Hub {
    /// The present client with its number; each reconnection has the next number.
    client: RefCell<Option<Client>>,
    number: Cell<u64>,
    waiting: RefCell<Vec<Waker>>,
    state: ArcRwSignal<Connection>,
    /// Cuts a wait for the next attempt short.
    nudge: RefCell<Option<Waker>>,
    nudged: Cell<bool>,
    abort: RefCell<Option<AbortHandle>>,
}

thread_local! {
    static HUB: Hub = Hub {
        client: RefCell::new(None),
        number: Cell::new(0),
        waiting: RefCell::new(Vec::new()),
        state: ArcRwSignal::new(Connection::Connecting),
        nudge: RefCell::new(None),
        nudged: Cell::new(false),
        abort: RefCell::new(None),
    };
}

/// How the line stands, as a signal.
#[must_use]
pub fn connection() -> ArcReadSignal<Connection> {
    HUB.with(|hub| hub.state.read_only())
}

/// Starts the ticker and the connection. Called once.
pub fn start() {
    ticker::start();
    Effect::new(|_| {
        if session::state().get() == Session::SignedOut {
            // The next person's socket is their own.
            hang_up();
        }
        nudge();
    });
    let online = window_event_listener(leptos::ev::online, |_| nudge());
    let offline = window_event_listener(leptos::ev::offline, |_| {
        set_state(Connection::Offline);
        hang_up();
    });
    // Both listen for as long as the page lives.
    std::mem::forget((online, offline));
    spawn_local(keep_connected());
}

/// Subscribes, and subscribes again after every cut, each time from the last sequence heard.
///
/// `build` makes the operation for a `since`; `on_event` takes each event.
pub fn subscribe<Answer, Variables>(
    since: Option<Sequence>,
    build: impl Fn(Option<Sequence>) -> StreamingOperation<Answer, Variables> + 'static,
    mut on_event: impl FnMut(Answer) -> Heard + 'static,
) -> Subscription
where
    Answer: DeserializeOwned + 'static,
    Variables: Serialize + 'static,
{
    let write = move |since| {
        serde_json::to_value(build(since)).expect("an operation's variables have string keys")
    };
    let hear = move |data| match api::read(data) {
        Ok(answer) => Some(on_event(answer)),
        Err(error) => {
            console_warn(&format!("a live event could not be read: {error:?}"));
            None
        }
    };
    let (task, handle) = abortable(follow(since, Box::new(write), Box::new(hear)));
    spawn_local(async move {
        // An aborted task has nothing to say.
        _ = task.await;
    });
    Subscription(handle)
}

/// A subscription's operation as it goes over the line, whatever it asks; its answers are read by who asked.
struct Question(Value);

impl Serialize for Question {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl GraphqlOperation for Question {
    type Response = GraphQlResponse<Value>;
    type Error = serde_json::Error;

    fn decode(&self, data: Value) -> Result<Self::Response, Self::Error> {
        serde_json::from_value(data)
    }
}

async fn follow(
    mut since: Option<Sequence>,
    write: Box<dyn Fn(Option<Sequence>) -> Value>,
    mut hear: Box<dyn FnMut(Value) -> Option<Heard>>,
) {
    let mut failures = 0;
    loop {
        let (number, client) = client().await;
        let Ok(mut stream) = client.subscribe(Question(write(since))).await else {
            lost(number);
            TimeoutFuture::new(WATCH_MILLIS / 10).await;
            continue;
        };
        while let Some(event) = stream.next().await {
            let answer = match event {
                Ok(answer) => answer,
                Err(error) => {
                    console_warn(&format!("a live event could not be read: {error}"));
                    failures += 1;
                    break;
                }
            };
            if let Some(error) = answer.errors.iter().flatten().next() {
                console_warn(&format!("a subscription was refused: {}", error.message));
                failures += 1;
                break;
            }
            let Some(data) = answer.data else { continue };
            match hear(data) {
                Some(Heard::UpTo(sequence)) => since = since.max(Some(sequence)),
                Some(Heard::Nothing) => {}
                Some(Heard::Enough) => return,
                None => {
                    failures += 1;
                    break;
                }
            }
            failures = 0;
        }
        drop(stream);
        // The line was cut, or the server ended this subscription alone; then it is asked again, less and less often.
        if HUB.with(|hub| hub.number.get() == number && hub.client.borrow().is_some()) {
            TimeoutFuture::new(delay(failures.max(1) + 1, random())).await;
        }
    }
}

/// Waits for a client.
async fn client() -> (u64, Client) {
    poll_fn(|context| {
        HUB.with(|hub| match hub.client.borrow().as_ref() {
            Some(client) => Poll::Ready((hub.number.get(), client.clone())),
            None => {
                hub.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
    })
    .await
}

fn set_state(next: Connection) {
    HUB.with(|hub| {
        if hub.state.get_untracked() != next {
            hub.state.set(next);
        }
    });
}

fn hang_up() {
    HUB.with(|hub| {
        hub.client.borrow_mut().take();
        if let Some(abort) = hub.abort.borrow_mut().take() {
            abort.abort();
        }
    });
}

fn lost(number: u64) {
    if HUB.with(|hub| hub.number.get() == number) {
        hang_up();
    }
}

fn nudge() {
    HUB.with(|hub| {
        hub.nudged.set(true);
        if let Some(waker) = hub.nudge.borrow_mut().take() {
            waker.wake();
        }
    });
}

async fn nudged() {
    poll_fn(|context| {
        HUB.with(|hub| {
            if hub.nudged.replace(false) {
                return Poll::Ready(());
            }
            hub.nudge.borrow_mut().replace(context.waker().clone());
            Poll::Pending
        })
    })
    .await;
}

async fn wait_or_nudge(millis: u32) {
    let timeout = TimeoutFuture::new(millis);
    let nudged = nudged();
    pin_mut!(nudged);
    select(timeout, nudged).await;
}

async fn keep_connected() {
    let mut failures = 0;
    loop {
        let Some(token) = session::token() else {
            nudged().await;
            continue;
        };
        match connect(&token).await {
            Ok((client, line)) => {
                failures = 0;
                HUB.with(|hub| {
                    hub.number.set(hub.number.get() + 1);
                    hub.client.borrow_mut().replace(client);
                    for waker in hub.waiting.borrow_mut().drain(..) {
                        waker.wake();
                    }
                });
                set_state(Connection::Live);
                line.await;
                HUB.with(|hub| hub.client.borrow_mut().take());
                if connection().get_untracked() == Connection::Live {
                    set_state(Connection::Reconnecting);
                }
            }
            Err(Error::Close(4401 | 4403, _)) => {
                // The token has run out or the session has ended; renewing tells which.
                failures += 1;
                _ = session::renew().await;
            }
            Err(_) => {
                failures += 1;
                if failures > 1 && connection().get_untracked() == Connection::Connecting {
                    set_state(Connection::Reconnecting);
                }
            }
        }
        if session::token().is_some() {
            HUB.with(|hub| hub.nudged.set(false));
            wait_or_nudge(delay(failures, random())).await;
        }
    }
}

/// Opens the socket and signs in on it. The second half of the answer is the line itself, to be awaited to its end.
async fn connect(token: &str) -> Result<(Client, impl Future<Output = ()> + use<>), Error> {
    let location = window().location();
    let scheme = if location
        .protocol()
        .is_ok_and(|protocol| protocol == "https:")
    {
        "wss"
    } else {
        "ws"
    };
    let host = location
        .host()
        .map_err(|_| Error::Unknown("no host".to_owned()))?;
    let address = format!("{scheme}://{host}/graphql/ws");
    let opened = WsMeta::connect(address, vec!["graphql-transport-ws"])
        .await
        .map_err(|error| Error::Unknown(error.to_string()))?;
    let last_heard = Arc::new(AtomicI64::new(0));
    let socket = graphql_ws_client::ws_stream_wasm::Connection::new(opened).await;
    let (client, actor) = Client::build(Listening::new(socket, last_heard.clone()))
        .subscription_buffer_size(64)
        .payload(serde_json::json!({ "authorization": format!("Bearer {token}") }))?
        .await?;
    let (line, abort) = abortable(actor.into_future());
    HUB.with(|hub| hub.abort.borrow_mut().replace(abort));
    let line = async move {
        let watch = silence(last_heard);
        pin_mut!(watch);
        pin_mut!(line);
        if let Either::Right(_) = select(line, watch).await {
            console_warn("the line to the server was silent for too long");
        }
    };
    Ok((client, line))
}

async fn silence(last_heard: Arc<AtomicI64>) {
    loop {
        TimeoutFuture::new(WATCH_MILLIS).await;
        if api::browser_now() - last_heard.load(Ordering::Relaxed) > SILENCE_MILLIS {
            return;
        }
    }
}

/// Between 0 and 1; only spreads reconnections, nothing depends on its quality.
fn random() -> f64 {
    js_sys::Math::random()
}

/// Milliseconds before the next attempt: doubling from half a second, by half more or less so that a thousand
/// browsers do not come back at the same instant.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 22,500"
)]
fn delay(failures: u32, random: f64) -> u32 {
    let step = (500.0 * f64::from(1_u32 << failures.min(10))).min(LONGEST_WAIT_MILLIS);
    (step * (0.5 + random)) as u32
}

#[cfg(test)]
mod tests {
    use super::delay;

    #[test]
    fn waits_double_and_stay_spread_and_bounded() {
        assert_eq!(delay(0, 0.5), 500);
        assert_eq!(delay(1, 0.5), 1_000);
        assert_eq!(delay(1, 0.0), 500);
        assert_eq!(delay(3, 0.5), 4_000);
        assert_eq!(delay(60, 0.5), 15_000);
        assert!(delay(60, 1.0) <= 22_500);
    }
}
