//! Enforces the canonical host. Cookies are host-scoped, so the callback would not see cookies set under another host
//! (127.0.0.1 instead of localhost, for example).

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use http::{Method, StatusCode, Uri, header, uri};

use super::Guard;
use crate::{
    events::{AuthEvent, RequestRefusal, TARGET},
    page::Page,
    request::{Authority, RequestKind, original_uri},
    responses::json_error,
    trusted_proxies::{Forwarded, TrustedProxies, peer},
};

/// Layer that redirects requests for pages under another host and rejects all other requests under it. Behind a trusted
/// proxy, the host is the one that the browser requested, and a request by plain http to a site on https counts as one
/// under another host.
pub(crate) async fn canonical_host(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let config = &guard.config;
    let forwarded = forwarded(&request, config.trusted_proxies());
    let host = forwarded.as_ref().and_then(|it| it.host.as_deref());
    let scheme = forwarded.as_ref().and_then(|it| it.scheme.as_deref());
    let is_canonical =
        authority(&request, host, config.base_url().scheme()) == Authority::of(config.base_url());
    if is_canonical && !(config.is_https() && scheme.is_some_and(is_plain)) {
        return next.run(request).await;
    }
    let origin = config.origin();
    // Behind a proxy that replaces `Host`, this redirect loops.
    let reason = RequestRefusal::OtherHost;
    let event = AuthEvent::RequestRefused {
        login: None,
        reason,
    };
    tracing::info!(
        target: TARGET,
        host = ?request.headers().get(header::HOST),
        forwarded_host = host,
        forwarded_scheme = scheme,
        expected = origin,
        event = event.name(),
        reason = reason.as_str(),
        "request under another host; a reverse proxy in front of this site must forward Host, or be in TRUSTED_PROXIES \
         and send X-Forwarded-Host"
    );
    guard.events.emit_logged(&event);
    if matches!(*request.method(), Method::GET | Method::HEAD) && is_page(&request) {
        return Redirect::temporary(&canonical(&origin, original_uri(&request))).into_response();
    }
    if RequestKind::of(request.method(), request.headers()) == RequestKind::Navigation {
        return Page::new(
            StatusCode::MISDIRECTED_REQUEST,
            "This site has another address",
        )
        .paragraph(format!(
            "It is {origin}. Your request to another address was refused."
        ))
        .link(
            "Go to the site",
            config.site_url(config.routes().home_path()),
        )
        .into_response();
    }
    json_error(
        StatusCode::MISDIRECTED_REQUEST,
        "misdirected_request",
        &format!("this site is {origin} (APP_BASE_URL)"),
    )
}

/// Returns what trusted proxies say about the request.
fn forwarded(request: &Request, proxies: &TrustedProxies) -> Option<Forwarded> {
    if proxies.is_empty() {
        return None;
    }
    proxies.forwarded(peer(request.extensions())?, request.headers())
}

/// Returns whether a scheme of a forwarding header is one without TLS. Some proxies report `ws` for a `WebSocket`.
fn is_plain(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("ws")
}

/// Returns the authority of the request: `host` of a trusted proxy, `Host`, or `:authority` of HTTP/2 (RFC 9113 §8.3.1).
fn authority(request: &Request, host: Option<&str>, scheme: &str) -> Option<Authority> {
    if let Some(host) = host {
        return Authority::parse(host, scheme);
    }
    let text = match request.headers().get(header::HOST) {
        Some(host) => host.to_str().ok()?,
        None => original_uri(request)
            .authority()
            .map(uri::Authority::as_str)?,
    };
    Authority::parse(text, scheme)
}

/// Returns whether the request is for a page. Frames and prefetches are included: the redirect has no side effect.
fn is_page(request: &Request) -> bool {
    matches!(
        RequestKind::of(request.method(), request.headers()),
        RequestKind::Navigation | RequestKind::Embedded | RequestKind::Speculative
    )
}

fn canonical(origin: &str, uri: &Uri) -> String {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    // A path such as `//evil.example` would be a URL with another host.
    format!("{origin}/{}", path.trim_start_matches('/'))
}
