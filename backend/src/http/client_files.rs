//! Serves the built browser client: for every page the index page of the face it belongs to,
//! hashed files for ever, each in its brotli form where it is accepted.
//!
//! Which files those are is handed in, because only the executable embeds them:
//! a change of the client then compiles a few lines, not the whole server.

use std::{borrow::Cow, fmt::Write as _};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{self, HeaderMap, HeaderValue},
    },
    web,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

const INDEX: &str = "index.html";
const ADMINISTRATION_INDEX: &str = "administration/index.html";

/// The built client's files.
#[derive(Clone, Copy)]
pub struct ClientFiles {
    read: fn(&str) -> Option<Cow<'static, [u8]>>,
}

impl ClientFiles {
    /// Files answered by a function from their path below `dist/` to their content.
    pub const fn new(read: fn(&str) -> Option<Cow<'static, [u8]>>) -> Self {
        Self { read }
    }

    /// For servers that offer the API alone, as most tests do.
    pub const NONE: Self = Self::new(|_| None);

    /// Whether a client is there at all.
    pub fn present(&self) -> bool {
        (self.read)(INDEX).is_some()
    }

    /// Looks a path up; names that could leave the folder or are not for visitors do not exist.
    fn get(&self, path: &str) -> Option<Cow<'static, [u8]>> {
        let public = !path.ends_with(".br")
            && !path.contains('\\')
            && path
                .split('/')
                .all(|part| !part.is_empty() && !part.starts_with('.'));
        if public { (self.read)(path) } else { None }
    }
}

/// Answers every request that no other route takes from the client's files.
pub fn configure(files: ClientFiles) -> impl Fn(&mut web::ServiceConfig) {
    move |config| {
        config.default_service(web::to(move |request: HttpRequest| async move {
            answer(files, &request)
        }));
    }
}

fn answer(files: ClientFiles, request: &HttpRequest) -> HttpResponse {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return HttpResponse::NotFound().finish();
    }
    let path = request.path().trim_start_matches('/');
    if !path.is_empty()
        && !path.ends_with(INDEX)
        && let Some(content) = files.get(path)
    {
        return file(files, request, path, &content);
    }
    if !is_page(path) {
        return hardened(HttpResponse::NotFound().finish());
    }
    let index = index_of(path);
    match files.get(index) {
        Some(content) => page(files, request, index, &content),
        None => hardened(
            HttpResponse::ServiceUnavailable()
                .content_type("text/plain; charset=utf-8")
                .body("The browser client has not been built. `cargo xtask client` builds it.\n"),
        ),
    }
}

/// The index page of the client's face that has this page.
fn index_of(path: &str) -> &'static str {
    match path.split('/').next() {
        Some("admin" | "account" | "set-up") => ADMINISTRATION_INDEX,
        _ => INDEX,
    }
}

/// Pages of the client have no dot in their last part; a missing file stays missing.
fn is_page(path: &str) -> bool {
    path == INDEX || !path.rsplit('/').next().unwrap_or_default().contains('.')
}

fn page(files: ClientFiles, request: &HttpRequest, index: &str, content: &[u8]) -> HttpResponse {
    let mut response = file(files, request, index, content);
    let policy = content_security_policy(&String::from_utf8_lossy(content));
    if let Ok(value) = HeaderValue::try_from(policy) {
        response
            .headers_mut()
            .insert(header::CONTENT_SECURITY_POLICY, value);
    }
    response
}

fn file(files: ClientFiles, request: &HttpRequest, path: &str, content: &[u8]) -> HttpResponse {
    let small = if accepts_brotli(request.headers()) {
        (files.read)(&format!("{path}.br"))
    } else {
        None
    };
    // One tag per form, so that a cache never takes one for the other.
    let tag = format!(
        "\"{}{}\"",
        &hexadecimal(&Sha256::digest(content))[..16],
        if small.is_some() { "-br" } else { "" }
    );
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| tags.split(',').any(|known| known.trim() == tag));
    let mut builder = HttpResponse::build(if known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    });
    builder
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header((
            header::CACHE_CONTROL,
            if is_hashed(path) {
                "public, max-age=31536000, immutable"
            } else {
                "no-cache"
            },
        ));
    if known {
        return hardened(builder.finish());
    }
    builder.content_type(media_type(path));
    hardened(match small {
        Some(small) => builder
            .insert_header((header::CONTENT_ENCODING, "br"))
            .body(small.into_owned()),
        None => builder.body(content.to_vec()),
    })
}

fn hardened(mut response: HttpResponse) -> HttpResponse {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
        (
            header::PERMISSIONS_POLICY,
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// What the index page may load: its own origin, its own inline scripts by hash, nothing else.
///
/// `style` attributes stay allowed: bars and charts are placed with them.
fn content_security_policy(page: &str) -> String {
    let mut policy = String::from("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'");
    for script in inline_scripts(page) {
        let hash = STANDARD.encode(Sha256::digest(script));
        write!(policy, " 'sha256-{hash}'").expect("writing to a string cannot fail");
    }
    policy.push_str(
        "; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
    );
    policy
}

/// Texts of all scripts that stand in the page itself.
fn inline_scripts(page: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = page;
    while let Some(start) = rest.find("<script") {
        rest = &rest[start..];
        let (Some(open), Some(close)) = (rest.find('>'), rest.find("</script>")) else {
            break;
        };
        if open < close && !rest[..open].contains(" src=") {
            scripts.push(&rest[open + 1..close]);
        }
        rest = &rest[close + "</script>".len()..];
    }
    scripts
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|coding| {
            let mut parts = coding.split(';').map(str::trim);
            let refused = |weight: &str| {
                weight
                    .strip_prefix("q=")
                    .is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            };
            parts.next() == Some("br") && !parts.any(refused)
        })
}

/// Whether the build named the file by its content: `name-<16 hex digits>` before ending or `_bg`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        hash.len() == 16 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "ftl" | "txt" => "text/plain; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use actix_web::{
        App,
        body::MessageBody,
        dev::ServiceResponse,
        test::{TestRequest, call_service, init_service},
    };

    use super::*;

    const PAGE: &str = r#"<head><script src="/x.js"></script><script type="module">go()</script>"#;

    const FILES: ClientFiles = ClientFiles::new(|path| {
        let content: &[u8] = match path {
            "index.html" => PAGE.as_bytes(),
            "administration/index.html" => b"administration",
            "app-0123456789abcdef.js" => b"plain",
            "app-0123456789abcdef.js.br" => b"small",
            "app-0123456789abcdef_bg.wasm" => b"\0asm",
            "locales/en.ftl" => b"hello = Hello",
            ".secret" | "locales/.secret" => b"hidden",
            _ => return None,
        };
        Some(Cow::Borrowed(content))
    });

    async fn ask(files: ClientFiles, request: TestRequest) -> ServiceResponse {
        let app = init_service(App::new().configure(configure(files))).await;
        call_service(&app, request.to_request()).await
    }

    async fn get(path: &str) -> ServiceResponse {
        ask(FILES, TestRequest::get().uri(path)).await
    }

    fn header_of(response: &ServiceResponse, name: header::HeaderName) -> String {
        response
            .headers()
            .get(&name)
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    }

    fn body_of(response: ServiceResponse) -> Vec<u8> {
        response
            .into_body()
            .try_into_bytes()
            .unwrap_or_else(|_| panic!("the body is in memory"))
            .to_vec()
    }

    #[actix_web::test]
    async fn every_page_of_the_client_gets_the_index_page_and_no_cache() {
        for path in ["/", "/index.html", "/desk", "/desk/tickets/INC-000001"] {
            let response = get(path).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache");
            assert_eq!(
                header_of(&response, header::CONTENT_TYPE),
                "text/html; charset=utf-8"
            );
            assert_eq!(body_of(response), PAGE.as_bytes());
        }
    }

    #[actix_web::test]
    async fn administration_has_an_index_page_of_its_own() {
        for path in [
            "/admin",
            "/admin/",
            "/admin/people",
            "/account/tokens",
            "/set-up",
        ] {
            assert_eq!(body_of(get(path).await), b"administration", "{path}");
        }
        for path in [
            "/administration/index.html",
            "/administrator",
            "/desk/admin",
        ] {
            assert_ne!(body_of(get(path).await), b"administration", "{path}");
        }
    }

    #[actix_web::test]
    async fn a_missing_file_is_not_found_rather_than_a_page() {
        for path in [
            "/app-ffffffffffffffff.js",
            "/favicon.ico",
            "/locales/xx.ftl",
        ] {
            assert_eq!(get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[actix_web::test]
    async fn hashed_files_are_kept_for_ever_and_others_asked_for_again() {
        let response = get("/app-0123456789abcdef_bg.wasm").await;
        assert_eq!(
            header_of(&response, header::CACHE_CONTROL),
            "public, max-age=31536000, immutable"
        );
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            "application/wasm"
        );
        let response = get("/locales/en.ftl").await;
        assert_eq!(header_of(&response, header::CACHE_CONTROL), "no-cache");
    }

    #[actix_web::test]
    async fn the_brotli_form_goes_only_to_those_who_accept_it() {
        for (accepted, encoding, body) in [
            ("gzip, br", "br", "small"),
            ("br;q=0.8", "br", "small"),
            ("br;q=0, gzip", "", "plain"),
            ("gzip", "", "plain"),
        ] {
            let request = TestRequest::get()
                .uri("/app-0123456789abcdef.js")
                .insert_header((header::ACCEPT_ENCODING, accepted));
            let response = ask(FILES, request).await;
            assert_eq!(header_of(&response, header::CONTENT_ENCODING), encoding);
            assert_eq!(header_of(&response, header::VARY), "Accept-Encoding");
            assert_eq!(body_of(response), body.as_bytes(), "{accepted}");
        }
        assert_eq!(
            get("/app-0123456789abcdef.js.br").await.status(),
            StatusCode::NOT_FOUND
        );
    }

    #[actix_web::test]
    async fn a_copy_that_is_still_good_is_not_sent_again() {
        let tag = header_of(&get("/").await, header::ETAG);
        let request = TestRequest::get()
            .uri("/")
            .insert_header((header::IF_NONE_MATCH, tag));
        let response = ask(FILES, request).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert!(header_of(&response, header::CONTENT_SECURITY_POLICY).contains("script-src"));
        assert!(body_of(response).is_empty());
    }

    #[actix_web::test]
    async fn the_policy_admits_the_pages_own_inline_script_by_its_hash_and_no_other() {
        let policy = header_of(&get("/").await, header::CONTENT_SECURITY_POLICY);
        let hash = STANDARD.encode(Sha256::digest("go()"));
        assert!(policy.contains(&format!("'sha256-{hash}'")), "{policy}");
        assert_eq!(policy.matches("'sha256-").count(), 1);
        let scripts = policy
            .split(';')
            .find(|part| part.trim().starts_with("script-src"))
            .unwrap();
        assert!(scripts.contains("'wasm-unsafe-eval'") && !scripts.contains("'unsafe-inline'"));
    }

    #[actix_web::test]
    async fn every_answer_forbids_sniffing_and_framing() {
        for path in ["/", "/app-0123456789abcdef.js", "/missing.js"] {
            let response = get(path).await;
            assert_eq!(
                header_of(&response, header::X_CONTENT_TYPE_OPTIONS),
                "nosniff"
            );
            assert_eq!(header_of(&response, header::X_FRAME_OPTIONS), "DENY");
            assert_eq!(header_of(&response, header::REFERRER_POLICY), "same-origin");
        }
    }

    #[actix_web::test]
    async fn hidden_files_and_paths_that_leave_the_folder_do_not_exist() {
        for path in [
            "/.secret",
            "/locales/.secret",
            "/locales/../.secret",
            "/..%2f.secret",
        ] {
            let response = get(path).await;
            assert_ne!(body_of(response), b"hidden", "{path}");
        }
    }

    #[actix_web::test]
    async fn changing_methods_find_nothing() {
        let response = ask(FILES, TestRequest::post().uri("/desk")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
    }

    #[actix_web::test]
    async fn without_a_built_client_a_page_says_how_to_build_it() {
        let response = ask(ClientFiles::NONE, TestRequest::get().uri("/")).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        let text = String::from_utf8(body_of(response)).unwrap();
        assert!(text.contains("cargo xtask client"), "{text}");
        assert!(!ClientFiles::NONE.present() && FILES.present());
    }
}
