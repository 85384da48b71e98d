//! Signing in, staying signed in, signing out.
//!
//! The access token lives in memory only. A cookie that scripts cannot read renews it: when the page loads, a minute
//! before it runs out, and when the server says that it has. Tabs take turns (Web Locks) and tell each other the result,
//! so that one renewal serves all of them.

use std::cell::{Cell, RefCell};

use gloo_net::http::Request;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{BroadcastChannel, MessageEvent};

use super::{ApiError, UserError, time::browser_now};

/// Seconds before its end at which a token is renewed.
const MARGIN_SECONDS: i64 = 60;
const LOCK: &str = "bellhop-session";
const CHANNEL: &str = "bellhop-session";

/// Whether somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Not known yet: the page has just loaded.
    Starting,
    /// The server cannot be asked; it is tried again.
    Unreachable,
    /// Signed in.
    SignedIn,
    /// Nobody is.
    SignedOut,
}

/// Why somebody could not sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// No such person, or another password.
    WrongCredentials,
    /// Too many attempts; try again after so many seconds.
    TooManyAttempts(u32),
    /// The server could not be reached or failed.
    Other(ApiError),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Granted {
    access_token: String,
    expires_in_seconds: i64,
}

#[derive(Deserialize)]
struct Refused {
    error: RefusedError,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefusedError {
    code: String,
    message: String,
    field: Option<String>,
    retry_after_seconds: Option<u32>,
}

/// The code of a link that is not good any more.
pub const LINK_INVALID: &str = "LINK_INVALID";

/// Whose password a link sets.
#[derive(Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct PasswordLink {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
}

#[derive(Deserialize)]
struct PasswordSet {
    login: String,
}

#[derive(Serialize)]
struct Credentials<'a> {
    login: &'a str,
    password: &'a str,
}

/// What one tab tells the others.
#[derive(Serialize, Deserialize)]
enum Word {
    Renewed { token: String, expires_at: i64 },
    SignedOut,
}

#[derive(Clone)]
struct Token {
    text: String,
    /// Browser's milliseconds.
    expires_at: i64,
}

thread_local! {
    static TOKEN: RefCell<Option<Token>> = const { RefCell::new(None) };
    static GENERATION: Cell<u64> = const { Cell::new(0) };
    static STATE: ArcRwSignal<Session> = ArcRwSignal::new(Session::Starting);
    static TABS: Option<BroadcastChannel> = BroadcastChannel::new(CHANNEL).ok();
}

/// Whether somebody is signed in, as a signal.
#[must_use]
pub fn state() -> ArcReadSignal<Session> {
    STATE.with(|state| state.read_only())
}

fn set_state(next: Session) {
    STATE.with(|state| {
        if state.get_untracked() != next {
            state.set(next);
        }
    });
}

/// The access token, for requests and for the socket.
pub fn token() -> Option<String> {
    TOKEN.with_borrow(|token| token.as_ref().map(|token| token.text.clone()))
}

/// Finds out whether somebody is signed in, and listens to the other tabs from then on. Called once.
pub fn start() {
    TABS.with(|tabs| {
        if let Some(tabs) = tabs {
            let listen = Closure::<dyn Fn(MessageEvent)>::new(|event: MessageEvent| hear(&event));
            tabs.set_onmessage(Some(listen.as_ref().unchecked_ref()));
            // It listens for as long as the page lives.
            listen.forget();
        }
    });
    spawn_local(async {
        let mut wait = 1_000;
        while renew().await == Err(ApiError::Network) {
            set_state(Session::Unreachable);
            TimeoutFuture::new(wait).await;
            wait = (wait * 2).min(15_000);
        }
    });
}

fn hear(event: &MessageEvent) {
    let Some(word) = event
        .data()
        .as_string()
        .and_then(|text| serde_json::from_str::<Word>(&text).ok())
    else {
        return;
    };
    match word {
        Word::Renewed { token, expires_at } => keep(Token {
            text: token,
            expires_at,
        }),
        Word::SignedOut => forget(),
    }
}

fn tell(word: &Word) {
    TABS.with(|tabs| {
        if let (Some(tabs), Ok(text)) = (tabs, serde_json::to_string(word)) {
            // A channel that cannot be posted to leaves each tab to renew for itself.
            _ = tabs.post_message(&JsValue::from_str(&text));
        }
    });
}

/// Signs in.
///
/// # Errors
/// See [`SignInError`].
pub async fn sign_in(login: &str, password: &str) -> Result<(), SignInError> {
    let request = Request::post("/session")
        .json(&Credentials { login, password })
        .map_err(|error| SignInError::Other(ApiError::Malformed(error.to_string())))?;
    let response = request
        .send()
        .await
        .map_err(|_| SignInError::Other(ApiError::Network))?;
    if response.ok() {
        let granted = response
            .json()
            .await
            .map_err(|error| SignInError::Other(ApiError::Malformed(error.to_string())))?;
        grant(granted);
        return Ok(());
    }
    let status = response.status();
    let refused = response.json::<Refused>().await;
    Err(match (status, refused) {
        (401, _) => SignInError::WrongCredentials,
        (429, Ok(refused)) => {
            SignInError::TooManyAttempts(refused.error.retry_after_seconds.unwrap_or(60))
        }
        (_, Ok(refused)) => SignInError::Other(ApiError::Coded {
            code: refused.error.code,
            message: refused.error.message,
            request_id: None,
        }),
        _ => SignInError::Other(ApiError::Network),
    })
}

/// Asks for a link to set a new password, for a sign-in name or mail address.
///
/// # Errors
/// When the server could not be asked, or was asked too often.
pub async fn forgot_password(login: &str) -> Result<(), ApiError> {
    let body = serde_json::json!({ "login": login });
    post("/session/password-reset", &body).await.map(|_| ())
}

/// Asks whose link this is.
///
/// # Errors
/// [`LINK_INVALID`] when it is not good any more.
pub async fn look_at_link(token: &str) -> Result<PasswordLink, ApiError> {
    let body = serde_json::json!({ "token": token });
    read(post("/session/password-link", &body).await?)
}

/// Sets a password by a link; gives the sign-in name.
///
/// # Errors
/// [`LINK_INVALID`], or what is wrong with the password.
pub async fn set_password(token: &str, password: &str) -> Result<String, ApiError> {
    let body = serde_json::json!({ "token": token, "password": password });
    read::<PasswordSet>(post("/session/password", &body).await?).map(|set| set.login)
}

fn read<T: for<'a> Deserialize<'a>>(answer: serde_json::Value) -> Result<T, ApiError> {
    serde_json::from_value(answer).map_err(|error| ApiError::Malformed(error.to_string()))
}

async fn post(address: &str, body: &serde_json::Value) -> Result<serde_json::Value, ApiError> {
    let malformed = |error: gloo_net::Error| ApiError::Malformed(error.to_string());
    let request = Request::post(address).json(body).map_err(malformed)?;
    let response = request.send().await.map_err(|_| ApiError::Network)?;
    if response.ok() {
        return response.json().await.map_err(malformed);
    }
    let refused = response.json::<Refused>().await;
    let error = refused.map_err(|_| ApiError::Network)?.error;
    Err(if error.field.is_some() {
        ApiError::Refused(vec![UserError {
            code: error.code,
            message: error.message,
            field: error.field,
        }])
    } else {
        ApiError::Coded {
            code: error.code,
            message: error.message,
            request_id: None,
        }
    })
}

/// Ends this session, or with `everywhere` all sessions of this person.
///
/// # Errors
/// When the server could not be told: the person is then still signed in.
pub async fn sign_out(everywhere: bool) -> Result<(), ApiError> {
    let address = if everywhere {
        "/session?everywhere=true"
    } else {
        "/session"
    };
    let mut request = Request::delete(address);
    if let Some(token) = token() {
        request = request.header("authorization", &format!("Bearer {token}"));
    }
    let response = request.send().await.map_err(|_| ApiError::Network)?;
    if !response.ok() && response.status() != 401 {
        return Err(ApiError::Network);
    }
    ended();
    Ok(())
}

/// Forgets the session here and in the other tabs; the sign-in page follows.
pub(super) fn ended() {
    forget();
    tell(&Word::SignedOut);
}

/// Gets a new access token, unless another tab just did.
///
/// # Errors
/// [`ApiError::SignedOut`] when there is no session any more, [`ApiError::Network`] when that is not known.
pub async fn renew() -> Result<(), ApiError> {
    let before = GENERATION.get();
    exclusively(async {
        if GENERATION.get() != before && token().is_some() {
            return Ok(());
        }
        let response = Request::post("/session/refresh")
            .send()
            .await
            .map_err(|_| ApiError::Network)?;
        match response.status() {
            200 => {
                let granted = response
                    .json()
                    .await
                    .map_err(|error| ApiError::Malformed(error.to_string()))?;
                grant(granted);
                Ok(())
            }
            // No session, or one that has ended.
            204 | 401 | 403 => {
                forget();
                Err(ApiError::SignedOut)
            }
            _ => Err(ApiError::Network),
        }
    })
    .await
}

fn grant(granted: Granted) {
    let expires_at = browser_now() + granted.expires_in_seconds * 1000;
    tell(&Word::Renewed {
        token: granted.access_token.clone(),
        expires_at,
    });
    keep(Token {
        text: granted.access_token,
        expires_at,
    });
}

fn forget() {
    TOKEN.set(None);
    GENERATION.set(GENERATION.get() + 1);
    set_state(Session::SignedOut);
}

fn keep(token: Token) {
    let generation = GENERATION.get() + 1;
    GENERATION.set(generation);
    let wait = (token.expires_at - browser_now() - MARGIN_SECONDS * 1000).max(5_000);
    TOKEN.set(Some(token));
    set_state(Session::SignedIn);
    spawn_local(async move {
        let mut wait = u32::try_from(wait).unwrap_or(u32::MAX);
        loop {
            TimeoutFuture::new(wait).await;
            if GENERATION.get() != generation || renew().await != Err(ApiError::Network) {
                return;
            }
            wait = 10_000;
        }
    });
}

/// Does the work while no other tab does; where the browser has no locks, at once.
async fn exclusively<T>(work: impl Future<Output = T>) -> T {
    let locks = window().navigator();
    let locks = js_sys::Reflect::get(&locks, &"locks".into()).unwrap_or(JsValue::UNDEFINED);
    let request = js_sys::Reflect::get(&locks, &"request".into())
        .ok()
        .and_then(|found| found.dyn_into::<js_sys::Function>().ok());
    let Some(request) = request else {
        return work.await;
    };

    let release = RefCell::new(None);
    let held = js_sys::Promise::new(&mut |resolve, _| {
        release.replace(Some(resolve));
    });
    let enter = RefCell::new(None);
    let entered = js_sys::Promise::new(&mut |resolve, _| {
        enter.replace(Some(resolve));
    });
    let enter = enter.into_inner();
    let granted = Closure::once(move |_lock: JsValue| -> JsValue {
        if let Some(enter) = &enter {
            _ = enter.call0(&JsValue::NULL);
        }
        held.into()
    });
    if request
        .call2(&locks, &LOCK.into(), granted.as_ref())
        .is_err()
    {
        return work.await;
    }
    _ = JsFuture::from(entered).await;
    let outcome = work.await;
    if let Some(release) = release.into_inner() {
        _ = release.call0(&JsValue::NULL);
    }
    outcome
}
