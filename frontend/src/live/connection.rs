//! One socket for the tab. It comes back by itself, and its subscriptions go on from the last thing they heard.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use cynic::StreamingOperation;
use futures_util::{
    future::{Either, select},
    pin_mut,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{leptos_dom::logging::console_warn, prelude::*};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;

use super::{
    socket::{CloseCode, Line, Said},
    ticker,
};
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
pub struct Subscription(u64);

impl Drop for Subscription {
    fn drop(&mut self) {
        HUB.with(|hub| hub.forget(self.0));
    }
}

/// What is asked again after every cut.
struct Question {
    since: Cell<Option<Sequence>>,
    write: Box<dyn Fn(Option<Sequence>) -> Value>,
    /// Nothing where the event could not be read.
    hear: RefCell<Box<dyn FnMut(Value) -> Option<Heard>>>,
    /// Refusals and breakdowns in a row.
    failures: Cell<u32>,
    /// It is asked again in a moment; what is still on its way for it is passed over.
    waiting: Cell<bool>,
}

struct Hub {
    line: RefCell<Option<Rc<Line>>>,
    /// Whether the server knows us on the present line.
    acknowledged: Cell<bool>,
    questions: RefCell<BTreeMap<u64, Rc<Question>>>,
    last_id: Cell<u64>,
    state: ArcRwSignal<Connection>,
    /// Cuts a wait for the next attempt short.
    nudge: RefCell<Option<Waker>>,
    nudged: Cell<bool>,
}

thread_local! {
    static HUB: Hub = Hub {
        line: RefCell::new(None),
        acknowledged: Cell::new(false),
        questions: RefCell::new(BTreeMap::new()),
        last_id: Cell::new(0),
        state: ArcRwSignal::new(Connection::Connecting),
        nudge: RefCell::new(None),
        nudged: Cell::new(false),
    };
}

impl Hub {
    fn question(&self, id: u64) -> Option<Rc<Question>> {
        self.questions.borrow().get(&id).cloned()
    }

    /// The line, once the server knows us on it.
    fn open_line(&self) -> Option<Rc<Line>> {
        self.line
            .borrow()
            .clone()
            .filter(|_| self.acknowledged.get())
    }

    /// Asks on the present line, if there is one; else the next line will.
    fn ask(&self, id: u64) {
        if let (Some(line), Some(question)) = (self.open_line(), self.question(id)) {
            question.waiting.set(false);
            line.begin(id, &(question.write)(question.since.get()));
        }
    }

    fn forget(&self, id: u64) {
        let known = self.questions.borrow_mut().remove(&id);
        if let (Some(_), Some(line)) = (known, self.open_line()) {
            line.complete(id);
        }
    }

    fn hear(&self, said: Said) {
        match said {
            Said::Acknowledged => {
                self.acknowledged.set(true);
                set_state(Connection::Live);
                let ids: Vec<u64> = self.questions.borrow().keys().copied().collect();
                for id in ids {
                    self.ask(id);
                }
            }
            Said::Next { id, answer } => self.hear_answer(id, answer),
            Said::Refused { id, errors } => {
                console_warn(&format!("a subscription was refused: {errors}"));
                self.ask_later(id);
            }
            // The server ended this subscription alone.
            Said::Complete { id } => self.ask_later(id),
        }
    }

    fn hear_answer(&self, id: u64, mut answer: Value) {
        let Some(question) = self.question(id).filter(|asked| !asked.waiting.get()) else {
            // It was forgotten or broken off while this was on its way.
            return;
        };
        if let Some(error) = answer["errors"].get(0) {
            console_warn(&format!("a subscription failed: {error}"));
            self.break_off(id);
            return;
        }
        let data = answer.get_mut("data").map(Value::take).unwrap_or_default();
        let heard = question.hear.borrow_mut()(data);
        match heard {
            Some(Heard::UpTo(sequence)) => {
                let since = question.since.get();
                question.since.set(since.max(Some(sequence)));
            }
            Some(Heard::Nothing) => {}
            Some(Heard::Enough) => {
                self.forget(id);
                return;
            }
            None => {
                self.break_off(id);
                return;
            }
        }
        question.failures.set(0);
    }

    /// Ends a subscription on the server that makes no sense to us, and begins it anew later.
    fn break_off(&self, id: u64) {
        if let Some(line) = self.open_line() {
            line.complete(id);
        }
        self.ask_later(id);
    }

    /// Asks again on the same line, less and less often.
    fn ask_later(&self, id: u64) {
        let Some(question) = self.question(id).filter(|asked| !asked.waiting.get()) else {
            return;
        };
        question.waiting.set(true);
        question.failures.set(question.failures.get() + 1);
        let wait = delay(question.failures.get() + 1, random());
        let line = self.line.borrow().as_ref().map(Rc::downgrade);
        spawn_local(async move {
            TimeoutFuture::new(wait).await;
            HUB.with(|hub| {
                let same = line
                    .and_then(|line| line.upgrade())
                    .zip(hub.line.borrow().clone())
                    .is_some_and(|(then, now)| Rc::ptr_eq(&then, &now));
                // Another line has asked it by itself.
                if same {
                    hub.ask(id);
                }
            });
        });
    }
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
    let question = Question {
        since: Cell::new(since),
        write: Box::new(write),
        hear: RefCell::new(Box::new(hear)),
        failures: Cell::new(0),
        waiting: Cell::new(false),
    };
    HUB.with(|hub| {
        let id = hub.last_id.get() + 1;
        hub.last_id.set(id);
        hub.questions.borrow_mut().insert(id, Rc::new(question));
        hub.ask(id);
        Subscription(id)
    })
}

fn set_state(next: Connection) {
    HUB.with(|hub| {
        if hub.state.get_untracked() != next {
            hub.state.set(next);
        }
    });
}

fn hang_up() {
    let line = HUB.with(|hub| hub.line.borrow().clone());
    if let Some(line) = line {
        line.give_up();
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
        let (code, was_live) = connect(&token).await;
        if was_live {
            failures = 0;
            if connection().get_untracked() == Connection::Live {
                set_state(Connection::Reconnecting);
            }
        } else {
            failures += 1;
            if failures > 1 && connection().get_untracked() == Connection::Connecting {
                set_state(Connection::Reconnecting);
            }
        }
        if matches!(code, 4401 | 4403) {
            // The token has run out or the session has ended; renewing tells which.
            failures += 1;
            _ = session::renew().await;
        }
        if session::token().is_some() {
            HUB.with(|hub| hub.nudged.set(false));
            wait_or_nudge(delay(failures, random())).await;
        }
    }
}

/// Opens a line and keeps it to its end; how it ended, and whether it ever worked.
async fn connect(token: &str) -> (CloseCode, bool) {
    let line = match Line::open(&address(), token, |said| HUB.with(|hub| hub.hear(said))) {
        Ok(line) => Rc::new(line),
        Err(error) => {
            console_warn(&format!("the line could not be opened: {error:?}"));
            return (0, false);
        }
    };
    HUB.with(|hub| hub.line.borrow_mut().replace(line.clone()));
    let ended = line.ended();
    let watch = watch(&line);
    pin_mut!(watch);
    let code = match select(ended, watch).await {
        Either::Left((code, _)) => code,
        Either::Right(_) => {
            console_warn("the line to the server was silent for too long");
            line.give_up();
            0
        }
    };
    HUB.with(|hub| {
        hub.line.borrow_mut().take();
        (code, hub.acknowledged.replace(false))
    })
}

fn address() -> String {
    let location = window().location();
    let scheme = match location.protocol() {
        Ok(protocol) if protocol == "https:" => "wss",
        _ => "ws",
    };
    let host = location.host().unwrap_or_default();
    format!("{scheme}://{host}/graphql/ws")
}

/// Ends when the line has been silent for too long.
async fn watch(line: &Line) {
    while line.silence() <= SILENCE_MILLIS {
        TimeoutFuture::new(WATCH_MILLIS).await;
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
