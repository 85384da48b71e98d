//! Where a request comes from: the page that sent it, and the network.

use super::settings::Settings;
use crate::session::network::Network;
use actix_web::HttpRequest;
use actix_web::http::header;
use std::net::{IpAddr, Ipv4Addr};

/// Whether the request was sent by one of our own pages, or by a program that is no browser.
/// Browsers always name the origin of what could do harm.
pub fn is_ours(request: &HttpRequest, settings: &Settings) -> bool {
    let origin = match request.headers().get(header::ORIGIN) {
        Some(value) => match value.to_str() {
            Ok(text) => text,
            Err(_) => return false,
        },
        None => {
            return match request.headers().get("sec-fetch-site") {
                Some(site) => site == "same-origin" || site == "none",
                None => true,
            };
        }
    };
    match &settings.public_url {
        Some(url) => origin.eq_ignore_ascii_case(url.trim_end_matches('/')),
        None => {
            let authority = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"));
            let host = request
                .headers()
                .get(header::HOST)
                .and_then(|value| value.to_str().ok());
            matches!((authority, host), (Some(a), Some(h)) if a.eq_ignore_ascii_case(h))
        }
    }
}

/// Whether cookies may travel over plain HTTP: only on the machine itself, or where the public
/// address says so.
pub fn plain_http(request: &HttpRequest, settings: &Settings) -> bool {
    if let Some(url) = &settings.public_url {
        return url.starts_with("http://");
    }
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let name = if host.starts_with('[') {
        host.split_inclusive(']').next().unwrap_or_default()
    } else {
        host.split(':').next().unwrap_or_default()
    };
    let forwarded = request.headers().contains_key("x-forwarded-proto");
    !forwarded && (name == "localhost" || name == "[::1]" || is_loopback(name))
}

fn is_loopback(name: &str) -> bool {
    name.parse::<Ipv4Addr>()
        .is_ok_and(|address| address.is_loopback())
}

/// The network of whoever sent the request.
pub fn network(request: &HttpRequest, settings: &Settings) -> Network {
    let forwarded = settings
        .behind_proxy
        .then(|| request.headers().get_all("x-forwarded-for").last())
        .flatten()
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.rsplit(',').next())
        .and_then(|text| text.trim().parse::<IpAddr>().ok());
    let address = forwarded
        .or_else(|| request.peer_addr().map(|peer| peer.ip()))
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    Network::of(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn request(headers: &[(&str, &str)]) -> HttpRequest {
        let mut request = TestRequest::default();
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request.to_http_request()
    }

    #[test]
    fn pages_of_other_sites_are_recognised() {
        let settings = Settings::default();
        let host = ("host", "help.example.org:8080");
        for (headers, ours) in [
            (vec![host], true),
            (vec![host, ("origin", "http://help.example.org:8080")], true),
            (
                vec![host, ("origin", "https://HELP.example.org:8080")],
                true,
            ),
            (vec![host, ("origin", "http://help.example.org")], false),
            (vec![host, ("origin", "https://evil.example")], false),
            (vec![host, ("origin", "null")], false),
            (vec![host, ("sec-fetch-site", "cross-site")], false),
            (vec![host, ("sec-fetch-site", "same-origin")], true),
        ] {
            assert_eq!(is_ours(&request(&headers), &settings), ours, "{headers:?}");
        }
    }

    #[test]
    fn a_public_address_is_the_only_origin() {
        let settings = Settings {
            public_url: Some("https://help.example.org/".into()),
            ..Settings::default()
        };
        for (origin, ours) in [
            ("https://help.example.org", true),
            ("http://help.example.org", false),
            ("http://127.0.0.1:8080", false),
        ] {
            let request = request(&[("host", "127.0.0.1:8080"), ("origin", origin)]);
            assert_eq!(is_ours(&request, &settings), ours, "{origin}");
        }
    }

    #[test]
    fn cookies_travel_unprotected_only_on_the_machine_itself() {
        let settings = Settings::default();
        for (host, plain) in [
            ("127.0.0.1:8080", true),
            ("localhost", true),
            ("[::1]:8080", true),
            ("help.example.org", false),
            ("192.168.1.5:8080", false),
            ("127.0.0.1.evil.example", false),
        ] {
            assert_eq!(
                plain_http(&request(&[("host", host)]), &settings),
                plain,
                "{host}"
            );
        }
    }
}
