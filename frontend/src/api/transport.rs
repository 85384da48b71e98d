//! `POST /graphql`.
//!
//! What does not depend on the operation is written once for all of them: the client is sent over the wire.

use cynic::{GraphQlResponse, Operation};
use futures_util::future::LocalBoxFuture;
use gloo_net::http::Request;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{ApiError, session};

#[derive(Debug, Deserialize)]
struct Extensions {
    code: Option<String>,
    #[serde(rename = "requestId")]
    request_id: Option<String>,
}

/// What is said to the server, and how its answer is read. Nothing happens until it is awaited.
///
/// Whatever is asked runs through one piece of compiled code; only saying and reading are compiled for each operation.
#[must_use = "nothing is asked until it is awaited"]
pub struct Call<Answer> {
    body: Result<String, ApiError>,
    read: Box<dyn FnOnce(Value) -> Result<Answer, ApiError>>,
}

impl<Answer: 'static> Call<Answer> {
    /// Makes something else of the answer, or refuses it.
    pub fn then<Next>(
        self,
        next: impl FnOnce(Answer) -> Result<Next, ApiError> + 'static,
    ) -> Call<Next> {
        let read = self.read;
        Call {
            body: self.body,
            read: Box::new(move |data| next(read(data)?)),
        }
    }

    /// Makes something else of the answer.
    pub fn map<Next>(self, next: impl FnOnce(Answer) -> Next + 'static) -> Call<Next> {
        self.then(move |answer| Ok(next(answer)))
    }
}

impl<Answer: 'static> IntoFuture for Call<Answer> {
    /// See [`ApiError`]. A session that has run out is renewed once before giving up; a mutation is sent a second time
    /// only where the server said that it did nothing for want of a session.
    type Output = Result<Answer, ApiError>;
    type IntoFuture = LocalBoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { body, read } = self;
        Box::pin(async move { read(ask(body?).await?) })
    }
}

/// Asks for several things at once.
pub fn query<Answer, Variables>(operation: Operation<Answer, Variables>) -> Call<Answer>
where
    Answer: DeserializeOwned + 'static,
    Variables: Serialize,
{
    call(&operation)
}

/// Asks or changes one thing: `one!(operation, field)` answers with the operation's only field, whole. What is wanted
/// of it is taken with [`Call::map`].
///
/// The field is named for its type: it is read straight as that, so that operations which answer alike share the code
/// that reads them.
macro_rules! one {
    ($operation:expr, $field:ident) => {
        $crate::api::only_field($operation, |answer| answer.$field)
    };
}
pub(crate) use one;

/// What [`one!`] is made of. `_typed` is never called: it says of which type the only field is.
pub fn only_field<Answer, Variables, Field>(
    operation: Operation<Answer, Variables>,
    _typed: fn(Answer) -> Field,
) -> Call<Field>
where
    Variables: Serialize,
    Field: DeserializeOwned + 'static,
{
    Call {
        body: write(&operation),
        read: Box::new(|data| read(only(data)?)),
    }
}

fn only(data: Value) -> Result<Value, ApiError> {
    let fields = match data {
        Value::Object(fields) => fields,
        other => return Err(ApiError::Malformed(format!("not an object: {other}"))),
    };
    let count = fields.len();
    match fields.into_iter().next() {
        Some((_, field)) if count == 1 => Ok(field),
        _ => Err(ApiError::Malformed(format!("{count} fields for one"))),
    }
}

fn call<Answer: DeserializeOwned + 'static>(operation: &impl Serialize) -> Call<Answer> {
    Call {
        body: write(operation),
        read: Box::new(read),
    }
}

fn write(operation: &impl Serialize) -> Result<String, ApiError> {
    serde_json::to_string(operation).map_err(|error| ApiError::Malformed(error.to_string()))
}

/// The answer's data as the operation's own type. All answers are read from [`Value`], those of subscriptions too:
/// one way of reading each type instead of one for each source.
///
/// # Errors
/// [`ApiError::Malformed`] where client and server are of different versions.
pub fn read<Answer: DeserializeOwned>(data: Value) -> Result<Answer, ApiError> {
    serde_json::from_value(data).map_err(|error| ApiError::Malformed(error.to_string()))
}

fn ask(body: String) -> LocalBoxFuture<'static, Result<Value, ApiError>> {
    Box::pin(async move {
        match send(&body).await {
            Err(ApiError::SignedOut) => match session::renew().await {
                Ok(()) => send(&body).await.inspect_err(|error| {
                    if *error == ApiError::SignedOut {
                        session::ended();
                    }
                }),
                Err(error) => Err(error),
            },
            answer => answer,
        }
    })
}

async fn send(body: &str) -> Result<Value, ApiError> {
    let mut request = Request::post("/graphql").header("content-type", "application/json");
    if let Some(token) = session::token() {
        request = request.header("authorization", &format!("Bearer {token}"));
    }
    let request = request
        .body(body)
        .map_err(|error| ApiError::Malformed(error.to_string()))?;
    let response = request.send().await.map_err(|_| ApiError::Network)?;
    if response.status() == 401 {
        return Err(ApiError::SignedOut);
    }
    let status = response.status();
    let text = response.text().await.map_err(|_| ApiError::Network)?;
    // A proxy in front of a stopped server answers with a page of its own.
    if matches!(status, 502..=504) {
        return Err(ApiError::Network);
    }
    let answer: GraphQlResponse<Value, Extensions> =
        serde_json::from_str(&text).map_err(|error| ApiError::Malformed(error.to_string()))?;
    if let Some(error) = answer.errors.into_iter().flatten().next() {
        let (code, request_id) = error
            .extensions
            .map_or((None, None), |found| (found.code, found.request_id));
        return Err(match code.as_deref() {
            Some("UNAUTHENTICATED") => ApiError::SignedOut,
            _ => ApiError::Coded {
                code: code.unwrap_or_default(),
                message: error.message,
                request_id,
            },
        });
    }
    answer
        .data
        .ok_or_else(|| ApiError::Malformed("neither data nor errors".to_owned()))
}
