//! Which requests come in at all, and what must every answer carry?

use super::asked::Asked;
use super::problem::Problem;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Uri, header};
use axum::middleware::Next;
use axum::response::Response;

/// A page may load nothing but our own style sheet and the styles inside our own pictures; it runs no script, sends its
/// forms only here, and stands in nobody's frame.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Refuses a request that is meant for another host, and puts the security headers on every answer.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let mut response = if is_loopback_name(&request) {
        next.run(request).await
    } else {
        Asked::without_run(request.headers(), request.uri()).refuse(&Problem::wrong_host())
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Whether the request names this machine. A page elsewhere can have its own name point to 127.0.0.1, but the browser
/// then still sends that name.
fn is_loopback_name(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, more) = (hosts.next(), hosts.next());
    let authority = match (request.uri().authority(), host, more) {
        (_, _, Some(_)) => return false,
        (Some(authority), _, None) => authority.as_str(),
        (None, Some(host), None) => match host.to_str() {
            Ok(host) => host,
            Err(_) => return false,
        },
        (None, None, None) => return false,
    };
    // Parsed as an address, so that `localhost@evil.example` and the like mean what a browser would make of them.
    let Ok(uri) = format!("http://{authority}/").parse::<Uri>() else { return false };
    if authority.contains('@') {
        return false;
    }
    let name = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
