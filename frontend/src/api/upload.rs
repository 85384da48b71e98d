//! Files sent to the server as they are.

use gloo_net::http::Request;
use serde::{Deserialize, de::DeserializeOwned};
use web_sys::File;

use super::{ApiError, session};

#[derive(Deserialize)]
struct Refused {
    error: RefusedError,
}

#[derive(Deserialize)]
struct RefusedError {
    code: String,
    message: String,
    #[serde(rename = "requestId")]
    request_id: Option<String>,
}

/// Sends a file and reads the answer.
///
/// # Errors
/// When the server could not be reached, or refused it.
pub async fn upload<Answer: DeserializeOwned>(
    address: &str,
    file: &File,
) -> Result<Answer, ApiError> {
    let mut response = send(address, file).await?;
    if response.status() == 401 {
        session::renew().await?;
        response = send(address, file).await?;
    }
    let malformed = |error: gloo_net::Error| ApiError::Malformed(error.to_string());
    if response.ok() {
        return response.json().await.map_err(malformed);
    }
    let refused: Refused = response.json().await.map_err(malformed)?;
    Err(ApiError::Coded {
        code: refused.error.code,
        message: refused.error.message,
        request_id: refused.error.request_id,
    })
}

async fn send(address: &str, file: &File) -> Result<gloo_net::http::Response, ApiError> {
    let mut request = Request::post(address).header("content-type", "text/csv");
    if let Some(token) = session::token() {
        request = request.header("authorization", &format!("Bearer {token}"));
    }
    let request = request
        .body(file)
        .map_err(|error| ApiError::Malformed(error.to_string()))?;
    request.send().await.map_err(|_| ApiError::Network)
}
