//! Files on their way to the server and back, by plain HTTP beside GraphQL.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_net::http::Request;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, ProgressEvent, Url, XmlHttpRequest};

use super::{ApiError, Id, session};

/// A file that the server has, theirs who uploaded it until it is sent.
#[derive(Clone, Debug, Deserialize)]
struct Uploaded {
    id: String,
}

#[derive(Deserialize)]
struct Refused {
    error: RefusedError,
}

#[derive(Deserialize)]
struct RefusedError {
    code: String,
    message: String,
}

/// Ends an upload that is under way.
#[derive(Clone, Default)]
pub struct Abort(Rc<RefCell<Option<XmlHttpRequest>>>);

impl Abort {
    /// Ends it; one that has ended or not begun stays as it is.
    pub fn abort(&self) {
        if let Some(request) = self.0.borrow_mut().take() {
            // An upload that cannot be ended goes on unseen, and what it brings is swept away by the server.
            _ = request.abort();
        }
    }
}

/// Uploads a file; `progress` hears which part of it is sent, from 0 to 1.
///
/// # Errors
/// [`ApiError::Coded`] with the server's sentence when it is refused.
pub async fn upload_file(
    file: &File,
    abort: &Abort,
    progress: Rc<dyn Fn(f64)>,
) -> Result<Id, ApiError> {
    match send(file, abort, progress.clone()).await {
        Err(ApiError::SignedOut) => {
            session::renew().await?;
            send(file, abort, progress).await
        }
        outcome => outcome,
    }
}

/// The browser's newer way of sending says nothing of how far it has come; the older one does.
async fn send(file: &File, abort: &Abort, progress: Rc<dyn Fn(f64)>) -> Result<Id, ApiError> {
    let broken = |_: JsValue| ApiError::Network;
    let request = XmlHttpRequest::new().map_err(broken)?;
    let name = js_sys::encode_uri_component(&file.name());
    let address = format!("/files?name={}", String::from(name));
    request.open("POST", &address).map_err(broken)?;
    if let Some(token) = session::token() {
        request
            .set_request_header("authorization", &format!("Bearer {token}"))
            .map_err(broken)?;
    }
    request
        .set_request_header("content-type", "application/octet-stream")
        .map_err(broken)?;

    // However it ends, well or badly, the browser says so once.
    let end = js_sys::Promise::new(&mut |resolve, _| request.set_onloadend(Some(&resolve)));
    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress(event.loaded() / event.total());
        }
    });
    let sending = request.upload().map_err(broken)?;
    sending.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));

    request.send_with_opt_blob(Some(file)).map_err(broken)?;
    abort.0.replace(Some(request.clone()));
    let waited = JsFuture::from(end).await;
    sending.set_onprogress(None);
    abort.0.take();
    waited.map_err(broken)?;
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().map_err(broken)? {
        201 => serde_json::from_str::<Uploaded>(&text)
            .map(|uploaded| Id::new(uploaded.id))
            .map_err(|error| ApiError::Malformed(error.to_string())),
        401 => Err(ApiError::SignedOut),
        _ => Err(match serde_json::from_str::<Refused>(&text) {
            Ok(refused) => ApiError::Coded {
                code: refused.error.code,
                message: refused.error.message,
                request_id: None,
            },
            Err(_) => ApiError::Network,
        }),
    }
}

/// An image within the page: an address that lives as long as this value.
pub struct Picture(String);

impl Picture {
    /// The address.
    pub fn address(&self) -> String {
        self.0.clone()
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // An address that cannot be taken back costs its memory until the page is left, no more.
        _ = Url::revoke_object_url(&self.0);
    }
}

/// Fetches an image of a conversation. It travels with the access token, so it has no address that could be passed on.
///
/// # Errors
/// When it is not there, or cannot be reached.
pub async fn picture(id: &Id) -> Result<Picture, ApiError> {
    let get = || async {
        let token = session::token().unwrap_or_default();
        Request::get(&format!("/files/{}/image", id.inner()))
            .header("authorization", &format!("Bearer {token}"))
            .send()
            .await
            .map_err(|_| ApiError::Network)
    };
    let mut response = get().await?;
    if response.status() == 401 {
        session::renew().await?;
        response = get().await?;
    }
    if !response.ok() {
        return Err(ApiError::Network);
    }
    let kind = response.headers().get("content-type").unwrap_or_default();
    let bytes = response.binary().await.map_err(|_| ApiError::Network)?;
    let options = BlobPropertyBag::new();
    options.set_type(&kind);
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &options)
        .map_err(|_| ApiError::Network)?;
    Url::create_object_url_with_blob(&blob)
        .map(Picture)
        .map_err(|_| ApiError::Network)
}
