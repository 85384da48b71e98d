//! Files of the server: asked for with the session and given to the browser to keep.

use gloo_net::http::Request;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, HtmlAnchorElement, Url};

use super::{ApiError, session};

/// Downloads a file of the server under this name.
///
/// # Errors
/// When the server could not be reached or refused it.
pub async fn download(address: &str, name: &str) -> Result<(), ApiError> {
    let mut response = send(address).await?;
    if response.status() == 401 {
        session::renew().await?;
        response = send(address).await?;
    }
    if !response.ok() {
        return Err(ApiError::Coded {
            code: String::new(),
            message: crate::words::shell::download_failed().to_owned(),
            request_id: response.headers().get("x-request-id"),
        });
    }
    let bytes = response.binary().await.map_err(|_| ApiError::Network)?;
    keep(&js_sys::Uint8Array::from(bytes.as_slice()).into(), name);
    Ok(())
}

async fn send(address: &str) -> Result<gloo_net::http::Response, ApiError> {
    let mut request = Request::get(address);
    if let Some(token) = session::token() {
        request = request.header("authorization", &format!("Bearer {token}"));
    }
    request.send().await.map_err(|_| ApiError::Network)
}

/// Gives a text to the browser as a file of this name.
pub fn save_text(text: &str, name: &str) {
    keep(&js_sys::Uint8Array::from(text.as_bytes()).into(), name);
}

fn keep(content: &JsValue, name: &str) {
    let parts = js_sys::Array::of1(content);
    let Ok(blob) = Blob::new_with_u8_array_sequence(&parts) else {
        return;
    };
    let Ok(url) = Url::create_object_url_with_blob(&blob) else {
        return;
    };
    let document = leptos::prelude::document();
    if let Some(link) = document
        .create_element("a")
        .ok()
        .and_then(|element| element.dyn_into::<HtmlAnchorElement>().ok())
    {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    // The browser has taken the content over.
    _ = Url::revoke_object_url(&url);
}
