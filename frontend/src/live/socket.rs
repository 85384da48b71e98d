//! `graphql-transport-ws` over the browser's own websocket: what is said, what is heard, and how a line ends.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CloseEvent, MessageEvent, WebSocket};

use crate::api;

const PROTOCOL: &str = "graphql-transport-ws";

/// What the server said of a subscription, or that it knows us.
pub(super) enum Said {
    /// The line may be used.
    Acknowledged,
    /// An event: the answer with its `data` and `errors`.
    Next { id: u64, answer: Value },
    /// The subscription was not begun, or broke off.
    Refused { id: u64, errors: Value },
    /// The subscription has ended.
    Complete { id: u64 },
}

impl Said {
    /// Reads a message; nothing if it says nothing about us, or nothing that the protocol knows.
    fn read(mut message: Value) -> Option<Self> {
        let id = message["id"].as_str().and_then(|id| id.parse().ok());
        // Not by index: that would make a field, or fail, where the message is no object.
        let payload = message
            .get_mut("payload")
            .map(Value::take)
            .unwrap_or_default();
        match (message["type"].as_str()?, id) {
            ("connection_ack", _) => Some(Self::Acknowledged),
            ("next", Some(id)) => Some(Self::Next {
                id,
                answer: payload,
            }),
            ("error", Some(id)) => Some(Self::Refused {
                id,
                errors: payload,
            }),
            ("complete", Some(id)) => Some(Self::Complete { id }),
            _ => None,
        }
    }
}

/// How a line ended: the code that the server closed it with, 1006 where it broke.
pub(super) type CloseCode = u16;

/// An open, or opening, websocket. Dropping it closes it.
pub(super) struct Line {
    socket: WebSocket,
    state: Rc<State>,
    // Kept for as long as the browser may call them.
    _opened: Closure<dyn Fn()>,
    _said: Closure<dyn Fn(MessageEvent)>,
    _closed: Closure<dyn Fn(CloseEvent)>,
}

#[derive(Default)]
struct State {
    /// Browser's milliseconds.
    last_heard: Cell<i64>,
    ended: Cell<Option<CloseCode>>,
    waker: RefCell<Option<Waker>>,
}

impl State {
    fn end(&self, code: CloseCode) {
        if self.ended.get().is_none() {
            self.ended.set(Some(code));
        }
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

impl Line {
    /// Opens a websocket and says who we are.
    ///
    /// # Errors
    /// Where the browser does not even try, as with an address that it forbids.
    pub(super) fn open(
        address: &str,
        token: &str,
        hear: impl Fn(Said) + 'static,
    ) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(address, PROTOCOL)?;
        let state = Rc::new(State::default());
        state.last_heard.set(api::browser_now());

        let init = json!({
            "type": "connection_init",
            "payload": { "authorization": format!("Bearer {token}") },
        })
        .to_string();
        let opened = Closure::<dyn Fn()>::new({
            let socket = socket.clone();
            // A line that breaks in this instant ends by its close event.
            move || _ = socket.send_with_str(&init)
        });
        socket.set_onopen(Some(opened.as_ref().unchecked_ref()));

        let said = Closure::<dyn Fn(MessageEvent)>::new({
            let (socket, state) = (socket.clone(), state.clone());
            move |event: MessageEvent| {
                state.last_heard.set(api::browser_now());
                let Some(message) = event
                    .data()
                    .as_string()
                    .and_then(|text| serde_json::from_str::<Value>(&text).ok())
                else {
                    return;
                };
                if message["type"] == "ping" {
                    _ = socket.send_with_str(r#"{"type":"pong"}"#);
                } else if let Some(said) = Said::read(message) {
                    hear(said);
                }
            }
        });
        socket.set_onmessage(Some(said.as_ref().unchecked_ref()));

        let closed = Closure::<dyn Fn(CloseEvent)>::new({
            let state = state.clone();
            move |event: CloseEvent| state.end(event.code())
        });
        socket.set_onclose(Some(closed.as_ref().unchecked_ref()));

        Ok(Self {
            socket,
            state,
            _opened: opened,
            _said: said,
            _closed: closed,
        })
    }

    /// Begins a subscription.
    pub(super) fn begin(&self, id: u64, operation: &Value) {
        self.say(&json!({ "type": "subscribe", "id": id.to_string(), "payload": operation }));
    }

    /// Ends a subscription.
    pub(super) fn complete(&self, id: u64) {
        self.say(&json!({ "type": "complete", "id": id.to_string() }));
    }

    /// What cannot be said is lost with the line, and said again on the next one.
    fn say(&self, message: &Value) {
        if self.socket.ready_state() == WebSocket::OPEN {
            _ = self.socket.send_with_str(&message.to_string());
        }
    }

    /// Milliseconds for which nothing was heard.
    pub(super) fn silence(&self) -> i64 {
        api::browser_now() - self.state.last_heard.get()
    }

    /// Gives the line up without waiting for the other side, which may be gone.
    pub(super) fn give_up(&self) {
        _ = self.socket.close();
        self.state.end(1006);
    }

    /// Waits for the line's end.
    pub(super) fn ended(&self) -> impl Future<Output = CloseCode> + use<> {
        let state = self.state.clone();
        poll_fn(move |context| match state.ended.get() {
            Some(code) => Poll::Ready(code),
            None => {
                state.waker.borrow_mut().replace(context.waker().clone());
                Poll::Pending
            }
        })
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        _ = self.socket.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_by_their_type_and_id() {
        let read = |text: &str| Said::read(serde_json::from_str(text).expect("JSON"));
        assert!(matches!(
            read(r#"{"type":"connection_ack"}"#),
            Some(Said::Acknowledged)
        ));
        let Some(Said::Next { id: 7, answer }) =
            read(r#"{"type":"next","id":"7","payload":{"data":{"a":1}}}"#)
        else {
            panic!("an event");
        };
        assert_eq!(answer["data"]["a"], 1);
        assert!(matches!(
            read(r#"{"type":"error","id":"7","payload":[{"message":"no"}]}"#),
            Some(Said::Refused { id: 7, .. })
        ));
        assert!(matches!(
            read(r#"{"type":"complete","id":"7"}"#),
            Some(Said::Complete { id: 7 })
        ));
    }

    #[test]
    fn what_the_protocol_does_not_know_is_passed_over() {
        for text in [
            r#"{"type":"next","id":"seven","payload":{}}"#,
            r#"{"type":"weather"}"#,
            r#"{"id":"7"}"#,
            "[]",
            "7",
        ] {
            assert!(Said::read(serde_json::from_str(text).expect("JSON")).is_none());
        }
    }
}
