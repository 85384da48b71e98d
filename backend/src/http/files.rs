//! Files of conversations: `POST /files` takes one in, `GET /session/file/{token}` gives one out as a download,
//! `GET /files/{id}/image` shows an image within a page.
//!
//! Pieces go to the disk as they come, so an upload takes no more memory than one piece. Nothing is ever unpacked, and
//! nothing is given out as something that a browser would run: the type is the server's own decision, sniffing is
//! forbidden, and a sandbox is put around it besides.

use super::answer::{code as http_code, plain, request_id};
use super::graphql::bearer;
use super::server::{Actor, Server};
use super::session::session_cookie;
use crate::desk::attachment::entity::attachment::Model;
use crate::desk::attachment::{self, link};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::files::{Incoming, NoRoom};
use crate::session::{Caller, Holder};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use shared::attachment::{
    FILE_MOST, FileKind, HEAD_BYTES, Refused, clean_name, ending_is_taken, kind_of, refuse_size,
};
use shared::id::{AttachmentId, PersonId};
use shared::permission::TokenScope;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncReadExt;

/// What an upload is worth of its actor's budget of requests; its bytes have a budget of their own.
const UPLOAD_WORTH: u32 = 5;
/// The same of a download or an image.
const DOWNLOAD_WORTH: u32 = 2;
/// Uploads of one person at once.
const AT_ONCE: usize = 4;
/// How long an upload may take in all; the sweep of stray files relies on it.
const UPLOAD_TIME: Duration = Duration::from_secs(900);
/// Bytes that are read and sent at a time.
const PIECE: usize = 64 * 1024;
const MEGABYTE: u64 = 1024 * 1024;
/// Longest name that is looked at, in bytes; it is shortened further.
const NAME_BYTES: usize = 1_024;

/// What `POST /files` is asked.
#[derive(Deserialize)]
pub struct Upload {
    name: String,
}

/// Who uploads right now, and how much at once.
#[derive(Clone, Default)]
pub struct Uploads(Arc<Mutex<HashMap<PersonId, usize>>>);

/// A place among the uploads of a person; given up when dropped.
struct Place(Uploads, PersonId);

impl Uploads {
    fn enter(&self, person: PersonId) -> Option<Place> {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let present = table.entry(person).or_default();
        if *present >= AT_ONCE {
            return None;
        }
        *present += 1;
        Some(Place(self.clone(), person))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(present) = table.get_mut(&self.1) {
            *present -= 1;
            if *present == 0 {
                table.remove(&self.1);
            }
        }
    }
}

/// Why an upload or a download is refused.
enum No {
    /// With a status and a code of its own.
    Because(StatusCode, &'static str, String),
    /// The budget is spent; after so many seconds there is more.
    Later(i64),
    /// A use case says no, or broke.
    Failed(Error),
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn because<T>(
    status: StatusCode,
    code: &'static str,
    message: impl Into<String>,
) -> std::result::Result<T, No> {
    Err(No::Because(status, code, message.into()))
}

impl No {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        let fault = match self {
            Self::Because(status, code, message) => {
                let mut response = plain(request, status, code, &message, Value::Null);
                if status == StatusCode::UNAUTHORIZED {
                    response.headers_mut().insert(
                        header::WWW_AUTHENTICATE,
                        header::HeaderValue::from_static("Bearer"),
                    );
                }
                return response;
            }
            Self::Later(seconds) => {
                let mut response = plain(
                    request,
                    StatusCode::TOO_MANY_REQUESTS,
                    http_code::TOO_MANY_REQUESTS,
                    "Too much at once. Please wait a little.",
                    json!({ "retryAfterSeconds": seconds }),
                );
                let wait = header::HeaderValue::from(seconds);
                response.headers_mut().insert(header::RETRY_AFTER, wait);
                return response;
            }
            Self::Failed(Error::Refused(problems)) => {
                let problem = problems.first();
                return plain(
                    request,
                    StatusCode::CONFLICT,
                    problem.map_or(code::INVALID, |p| p.code.as_str()),
                    problem.map_or("Refused.", |p| p.message.as_str()),
                    Value::Null,
                );
            }
            Self::Failed(Error::Fault(fault)) => fault,
        };
        tracing::error!(error = ?fault, request_id = %request_id(request), "a file could not be moved");
        if fault.is::<NoRoom>() {
            return plain(
                request,
                StatusCode::INSUFFICIENT_STORAGE,
                http_code::NO_ROOM,
                "The server has no room for files left. Please tell whoever runs it, and send it without the file.",
                Value::Null,
            );
        }
        plain(
            request,
            StatusCode::INTERNAL_SERVER_ERROR,
            code::INTERNAL,
            "Something went wrong on our side. The request id finds it in the log.",
            Value::Null,
        )
    }
}

/// Who sends the request. A tool must have one of the scopes.
async fn signed_in(
    server: &Server,
    request: &HttpRequest,
    scopes: &[TokenScope],
    worth: u32,
) -> std::result::Result<(Caller, Context), No> {
    let token = bearer(request).unwrap_or_default();
    let Some((caller, context)) = server.caller(token, &request_id(request)).await? else {
        return because(
            StatusCode::UNAUTHORIZED,
            code::UNAUTHENTICATED,
            "Please sign in.",
        );
    };
    if let Caller::Token(holder) = &caller
        && !scopes.iter().any(|scope| holder.scopes.contains(scope))
    {
        return because(
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "This token may not be used for this.",
        );
    }
    let actor = Actor::from(&caller);
    server.spend(actor, worth).map_err(No::Later)?;
    Ok((caller, context))
}

/// `POST /files?name=…`: the body is the file, as it is.
pub async fn upload(
    server: web::Data<Server>,
    request: HttpRequest,
    asked: std::result::Result<web::Query<Upload>, actix_web::Error>,
    body: web::Payload,
) -> HttpResponse {
    match take_in(&server, &request, asked, body).await {
        Ok(row) => HttpResponse::Created().json(json!({
            "id": row.id,
            "name": row.name,
            "kind": row.kind,
            "bytes": row.bytes,
            "isImage": row.kind.is_image(),
        })),
        Err(no) => no.answer(&request),
    }
}

async fn take_in(
    server: &Server,
    request: &HttpRequest,
    asked: std::result::Result<web::Query<Upload>, actix_web::Error>,
    body: web::Payload,
) -> std::result::Result<Model, No> {
    let scopes = [TokenScope::ReportTickets, TokenScope::WorkTickets];
    let (caller, context) = signed_in(server, request, &scopes, UPLOAD_WORTH).await?;
    let Ok(asked) = asked else {
        return because(
            StatusCode::BAD_REQUEST,
            http_code::BAD_REQUEST,
            "Say the file's name: /files?name=…",
        );
    };
    if asked.name.len() > NAME_BYTES {
        return because(
            StatusCode::BAD_REQUEST,
            code::INVALID,
            "The file's name is too long.",
        );
    }
    let name = clean_name(&asked.name);
    if !ending_is_taken(&name) {
        return wrong_kind(Refused::Ending, &name);
    }
    // Nothing is unpacked, so that nothing small becomes large here.
    let packed = request.headers().get(header::CONTENT_ENCODING);
    if packed.is_some_and(|encoding| encoding != "identity") {
        return because(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            http_code::BAD_REQUEST,
            "Send the file as it is, not compressed on the way.",
        );
    }
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    if let Some(message) = announced.and_then(|bytes| refuse_size(&name, bytes)) {
        return because(StatusCode::PAYLOAD_TOO_LARGE, http_code::TOO_LARGE, message);
    }
    let platform = &server.app.platform;
    let megabytes = announced.unwrap_or(FILE_MOST).div_ceil(MEGABYTE);
    let worth = u32::try_from(megabytes).unwrap_or(u32::MAX).max(1);
    server
        .uploaded
        .take_many(context.person(), worth, platform.clock.now())
        .map_err(No::Later)?;
    let Some(_place) = server.uploads.enter(context.person()) else {
        return Err(No::Later(1));
    };
    attachment::check_room(platform.db.reader(), &context, announced.unwrap_or(0)).await?;

    let id = AttachmentId(platform.ids.next(context.now));
    let incoming = platform.files.receive(id.0).await?;
    let receiving = receive(server, incoming, &name, body);
    let received = match tokio::time::timeout(UPLOAD_TIME, receiving).await {
        Ok(received) => received,
        Err(_) => too_slow(),
    };
    let (incoming, kind) = received?;
    let received = incoming.finish().await?;
    // The session may have ended meanwhile.
    let Some(context) = server.still(&caller, &context.request_id).await? else {
        platform.files.destroy(id.0).await?;
        return because(
            StatusCode::UNAUTHORIZED,
            code::UNAUTHENTICATED,
            "Please sign in.",
        );
    };
    Ok(attachment::keep(platform, &context, id, &name, kind, received).await?)
}

fn wrong_kind<T>(refused: Refused, name: &str) -> std::result::Result<T, No> {
    because(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        http_code::UNSUPPORTED_FILE,
        refused.message(name),
    )
}

fn too_slow<T>() -> std::result::Result<T, No> {
    because(
        StatusCode::REQUEST_TIMEOUT,
        http_code::BAD_REQUEST,
        "The file took too long to arrive.",
    )
}

/// Writes what comes; what it is, is decided as soon as its beginning is there.
async fn receive(
    server: &Server,
    mut incoming: Incoming,
    name: &str,
    mut body: web::Payload,
) -> std::result::Result<(Incoming, FileKind), No> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let mut kind = None;
    loop {
        let piece = match tokio::time::timeout(server.settings.body_time, body.next()).await {
            Err(_) => return too_slow(),
            Ok(None) => break,
            Ok(Some(Err(_))) => {
                return because(
                    StatusCode::BAD_REQUEST,
                    http_code::BAD_REQUEST,
                    "The file was cut off on the way.",
                );
            }
            Ok(Some(Ok(piece))) => piece,
        };
        let size = incoming.bytes() + piece.len() as u64;
        if size > FILE_MOST {
            return because(
                StatusCode::PAYLOAD_TOO_LARGE,
                http_code::TOO_LARGE,
                refuse_size(name, size).unwrap_or_default(),
            );
        }
        if kind.is_none() {
            let missing = HEAD_BYTES - head.len();
            head.extend_from_slice(&piece[..piece.len().min(missing)]);
            if head.len() == HEAD_BYTES {
                kind = Some(kind_of(name, &head).or_else(|no| wrong_kind(no, name))?);
            }
        }
        incoming.write(&piece).await?;
    }
    if let Some(message) = refuse_size(name, incoming.bytes()) {
        return because(StatusCode::BAD_REQUEST, http_code::BAD_REQUEST, message);
    }
    let kind = match kind {
        Some(kind) => kind,
        None => kind_of(name, &head).or_else(|no| wrong_kind(no, name))?,
    };
    Ok((incoming, kind))
}

/// `GET /session/file/{token}`: a download, once, for whom the link was made.
pub async fn download(
    server: web::Data<Server>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    match linked(&server, &request, &token).await {
        Ok(row) => give_out(&server, &request, &row, Manner::Download).await,
        Err(no) => no.answer(&request),
    }
}

fn not_there<T>() -> std::result::Result<T, No> {
    because(
        StatusCode::NOT_FOUND,
        code::NOT_FOUND,
        "This link is not good any more. Open the file from its ticket again.",
    )
}

async fn linked(
    server: &Server,
    request: &HttpRequest,
    token: &str,
) -> std::result::Result<Model, No> {
    let platform = &server.app.platform;
    let id = request_id(request);
    let Some(found) = link::find(platform.db.reader(), token, platform.clock.now()).await? else {
        return not_there();
    };
    // Whoever presents the link must be the one for whom it was made: by the cookie of the same session, or by a token.
    let by_token = match bearer(request) {
        Some(_) => Some(
            signed_in(server, request, &[TokenScope::ReadTickets], 0)
                .await?
                .1,
        ),
        None => None,
    };
    let context = match by_token {
        Some(context) => Some(context),
        None => {
            let session = session_cookie(request)
                .and_then(|cookie| server.sessions.session_of(&cookie))
                .filter(|session| Some(*session) == found.session_id);
            match session {
                Some(session) => {
                    let holder = Holder {
                        person: found.person_id,
                        session,
                    };
                    server.still(&Caller::Session(holder), &id).await?
                }
                None => None,
            }
        }
    };
    let Some(context) = context.filter(|context| context.person() == found.person_id) else {
        return not_there();
    };
    server
        .spend(Actor::Person(context.person()), DOWNLOAD_WORTH)
        .map_err(No::Later)?;
    // Used up before it is looked at what may be seen now: a link never works twice.
    if !link::take(platform, &found).await? {
        return not_there();
    }
    match attachment::visible(platform.db.reader(), &context, found.attachment_id).await? {
        Some((row, _)) => Ok(row),
        None => not_there(),
    }
}

/// `GET /files/{id}/image`: an image that the viewer sees, for showing within a page.
pub async fn image(
    server: web::Data<Server>,
    request: HttpRequest,
    id: web::Path<String>,
) -> HttpResponse {
    let looked = async {
        let (_, context) = signed_in(
            &server,
            &request,
            &[TokenScope::ReadTickets],
            DOWNLOAD_WORTH,
        )
        .await?;
        let nothing = || {
            because(
                StatusCode::NOT_FOUND,
                code::NOT_FOUND,
                "This does not exist, or you cannot see it.",
            )
        };
        let Ok(id) = id.parse::<AttachmentId>() else {
            return nothing();
        };
        let db = server.app.platform.db.reader();
        match attachment::visible(db, &context, id).await? {
            Some((row, _)) if row.kind.is_image() => Ok(row),
            _ => nothing(),
        }
    };
    match looked.await {
        Ok(row) => give_out(&server, &request, &row, Manner::Inline).await,
        Err(no) => no.answer(&request),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Download,
    Inline,
}

async fn give_out(
    server: &Server,
    request: &HttpRequest,
    row: &Model,
    manner: Manner,
) -> HttpResponse {
    let opened = async {
        let file = server.app.platform.files.open(row.id.0).await?;
        let file = file.ok_or_else(|| anyhow::anyhow!("the content of {} is missing", row.id))?;
        Result::Ok(file)
    };
    let file = match opened.await {
        Ok(file) => file,
        Err(error) => return No::Failed(error).answer(request),
    };
    let pieces = stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece).await?;
        piece.truncate(length);
        std::io::Result::Ok((length > 0).then(|| (web::Bytes::from(piece), file)))
    });
    HttpResponse::Ok()
        .content_type(row.kind.media_type())
        .insert_header((header::CONTENT_DISPOSITION, disposition(&row.name, manner)))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox; frame-ancestors 'none'",
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        // Not packed on the way: most files are packed already.
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .no_chunking(u64::try_from(row.bytes).unwrap_or(0))
        .streaming(pieces)
}

/// The name in both forms of RFC 6266: for old programs in plain letters, for others as it is.
fn disposition(name: &str, manner: Manner) -> String {
    let plain: String = name
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | ' ' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    let manner = match manner {
        Manner::Download => "attachment",
        Manner::Inline => "inline",
    };
    format!("{manner}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_leave_its_header() {
        assert_eq!(
            disposition("a\"; x=y\r\nSet-Cookie: b.txt", Manner::Download),
            "attachment; filename=\"a__ x_y__Set-Cookie_ b.txt\"; filename*=UTF-8''a%22%3B%20x%3Dy%0D%0ASet-Cookie%3A%20b.txt"
        );
        assert_eq!(
            disposition("März.png", Manner::Inline),
            "inline; filename=\"M_rz.png\"; filename*=UTF-8''M%C3%A4rz.png"
        );
    }
}
