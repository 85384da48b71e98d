//! A browser's HTTP: keeps cookies, sends JSON, knows nothing of GraphQL.

use awc::http::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use awc::http::{Method, StatusCode};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Duration;

/// A client with its own cookies.
pub struct Client {
    server: SocketAddr,
    from: IpAddr,
    http: awc::Client,
    /// Cookies by name.
    pub cookies: RefCell<BTreeMap<String, String>>,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, by lower-case name; the last of several.
    pub headers: BTreeMap<String, String>,
    /// All `Set-Cookie` headers.
    pub set_cookies: Vec<String>,
    /// The body as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {:?}", self.text))
    }

    /// The code of an error, of either form.
    pub fn code(&self) -> String {
        let json = self.json();
        let code = json
            .pointer("/error/code")
            .or_else(|| json.pointer("/errors/0/extensions/code"));
        code.and_then(Value::as_str).unwrap_or("").to_owned()
    }
}

impl Client {
    /// A client without cookies that speaks from the address `from`.
    pub fn new(server: SocketAddr, from: IpAddr) -> Self {
        let connector = awc::Connector::new().local_address(from);
        Self {
            server,
            from,
            http: awc::Client::builder()
                .connector(connector)
                .timeout(Duration::from_secs(30))
                .disable_redirects()
                .finish(),
            cookies: RefCell::default(),
        }
    }

    /// Where the server listens.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// Another browser at the same address, without cookies.
    pub fn another(&self) -> Self {
        Self::new(self.server, self.from)
    }

    /// A copy of this browser with its cookies, as a thief would have it.
    pub fn copy(&self) -> Self {
        let copy = self.another();
        *copy.cookies.borrow_mut() = self.cookies.borrow().clone();
        copy
    }

    /// Sends a request with exactly these headers besides the cookies.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = self
            .http
            .request(method, format!("http://{}{path}", self.server));
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        let cookies: Vec<String> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.insert_header((COOKIE, cookies.join("; ")));
        }
        let mut response = request.send_body(body).await.expect("an answer");
        let status: StatusCode = response.status();
        let headers = response.headers().clone();
        self.keep(&headers);
        let body = response
            .body()
            .limit(64 * 1024 * 1024)
            .await
            .expect("a body");
        Answer {
            status: status.as_u16(),
            set_cookies: headers
                .get_all(SET_COOKIE)
                .map(|value| value.to_str().expect("text").to_owned())
                .collect(),
            headers: headers
                .iter()
                .map(|(name, value)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.as_str().to_owned(), value)
                })
                .collect(),
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Sends JSON.
    pub async fn post_json(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![(CONTENT_TYPE.as_str(), "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, body.to_string().into_bytes())
            .await
    }

    /// Tries to sign in.
    pub async fn sign_in(&self, login: &str, password: &str) -> Answer {
        let body = serde_json::json!({ "login": login, "password": password });
        self.post_json("/session", &[], &body).await
    }

    /// Renews the session.
    pub async fn refresh(&self) -> Answer {
        self.send(Method::POST, "/session/refresh", &[], Vec::new())
            .await
    }

    /// Asks GraphQL, with an access token or without.
    pub async fn graphql(&self, token: Option<&str>, query: &str, variables: Value) -> Answer {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let headers: Vec<(&str, &str)> = bearer
            .iter()
            .map(|value| ("authorization", value.as_str()))
            .collect();
        let body = serde_json::json!({ "query": query, "variables": variables });
        self.post_json("/graphql", &headers, &body).await
    }

    fn keep(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.borrow_mut();
        for value in headers.get_all(SET_COOKIE) {
            let text = value.to_str().expect("text");
            let (name, rest) = text.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            if rest.contains("Max-Age=0;") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Sends raw bytes and gives the raw answer, for what no client would send.
pub async fn raw(server: SocketAddr, bytes: Vec<u8>) -> String {
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(server).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a limit");
        // A server that has seen enough may close before it has read all.
        let _ = stream.write_all(&bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    })
    .await
    .expect("sent")
}
