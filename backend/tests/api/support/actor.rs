//! Somebody who is signed in.

use super::app::PASSWORD;
use super::http::{Answer, Client};
use super::socket::{Socket, Subscription};
use awc::http::Method;
use serde_json::Value;
use shared::id::PersonId;
use std::cell::RefCell;

/// A signed-in person with a browser of their own.
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// Their sign-in name.
    pub login: String,
    /// Their browser.
    pub client: Client,
    token: RefCell<String>,
}

impl Actor {
    /// Signs in with the browser.
    pub async fn sign_in(client: Client, person: PersonId, login: &str) -> Self {
        let answer = client.sign_in(login, PASSWORD).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let actor = Self {
            person,
            login: login.to_owned(),
            client,
            token: RefCell::default(),
        };
        actor.keep(&answer);
        actor
    }

    /// The same person in another browser.
    pub async fn in_another_browser(&self) -> Self {
        Self::sign_in(self.client.another(), self.person, &self.login).await
    }

    /// The access token.
    pub fn token(&self) -> String {
        self.token.borrow().clone()
    }

    /// Renews the access token.
    pub async fn refresh(&self) -> Answer {
        let answer = self.client.refresh().await;
        if answer.status == 200 {
            self.keep(&answer);
        }
        answer
    }

    fn keep(&self, answer: &Answer) {
        let token = answer.json()["accessToken"]
            .as_str()
            .expect("a token")
            .to_owned();
        *self.token.borrow_mut() = token;
    }

    /// Asks and gives the whole answer.
    pub async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.client
            .graphql(Some(&self.token()), query, variables)
            .await
    }

    /// Asks for one of several operations and gives the whole answer.
    pub async fn ask_as(&self, query: &str, operation: Option<&str>, variables: Value) -> Answer {
        let bearer = format!("Bearer {}", self.token());
        let body = serde_json::json!({ "query": query, "operationName": operation, "variables": variables });
        self.client
            .post_json("/graphql", &[("authorization", &bearer)], &body)
            .await
    }

    /// Asks and gives `data`; panics on a top-level error.
    pub async fn query(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables.clone()).await;
        // A test that moved the clock has outlived the access token, as a browser may.
        if answer.status == 401 && self.refresh().await.status == 200 {
            answer = self.ask(query, variables).await;
        }
        let mut json = answer.json();
        assert!(
            answer.status == 200 && json.get("errors").is_none(),
            "{} {}\n{query}",
            answer.status,
            answer.text
        );
        json["data"].take()
    }

    /// Acts and gives `data`; panics on a top-level error, not on `userErrors`.
    pub async fn mutate(&self, mutation: &str, variables: Value) -> Value {
        self.query(mutation, variables).await
    }

    /// Asks what must fail at the top level, and gives the code of the first error.
    pub async fn refused(&self, query: &str, variables: Value) -> String {
        let answer = self.ask(query, variables).await;
        let code = answer.code();
        assert!(!code.is_empty(), "not refused: {}\n{query}", answer.text);
        code
    }

    /// Uploads a file, with more headers.
    pub async fn upload_with(
        &self,
        name: &str,
        content: &[u8],
        headers: &[(&str, &str)],
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token());
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let name: String = name.bytes().map(|b| format!("%{b:02x}")).collect();
        let path = format!("/files?name={name}");
        self.client
            .send(Method::POST, &path, &all, content.to_vec())
            .await
    }

    /// Uploads a file and gives its id.
    pub async fn upload(&self, name: &str, content: &[u8]) -> String {
        let answer = self.upload_with(name, content, &[]).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()["id"].as_str().expect("an id").to_owned()
    }

    /// Gets a path, with the access token besides the cookies.
    pub async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.token());
        let headers = [("authorization", bearer.as_str())];
        self.client
            .send(Method::GET, path, &headers, Vec::new())
            .await
    }

    /// Opens a socket.
    pub async fn socket(&self) -> Socket {
        let mut socket = Socket::open(&self.client).await;
        socket.init(&self.token()).await;
        socket
    }

    /// Opens a socket and subscribes on it.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Subscription {
        self.socket()
            .await
            .into_subscription(query, variables)
            .await
    }
}
