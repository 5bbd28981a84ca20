//! CSRF protection: rejects state-changing requests from other sites.
//!
//! Leptos leaves this to the application: any site can post a form to a server function. A state-changing request,
//! including a WebSocket handshake, must come from this site. Routes that respond with data (see
//! [`super::data_routes`]) reject all requests from other sites, even links, because a server function that reads by
//! GET may also write.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use url::Url;

use super::Guard;
use crate::{
    events::{AuthEvent, RequestRefusal, TARGET},
    page::Page,
    request::{
        RequestKind, RequestSite, is_origin_of, is_state_changing, is_websocket, original_uri,
    },
    responses::json_error_with_code,
};

/// Layer that responds with 403 to requests that the CSRF protection rejects.
pub(crate) async fn csrf_protection(
    State(guard): State<Guard>,
    request: Request,
    next: Next,
) -> Response {
    let site = guard.config.base_url();
    let allowed = if is_third_party_login(&guard, &request) {
        true
    } else if is_state_changing(request.method(), request.headers()) {
        allows_write(request.headers(), site)
    } else {
        !guard.is_data_route(&request) || allows_read(request.headers(), site)
    };
    if allowed {
        return next.run(request).await;
    }
    refuse(&guard, &request)
}

/// Returns the response to a request that may not be sent to an API with the user's token; `None` if it may. The rules
/// are those of data routes, wherever the route is. A WebSocket handshake must name this site in `Origin`: it is the only
/// header that every browser sends with it.
pub(crate) fn refuse_forwarding(guard: &Guard, request: &Request) -> Option<Response> {
    let (method, headers) = (request.method(), request.headers());
    let site = guard.config.base_url();
    let allowed = if is_state_changing(method, headers) {
        let names_this_site = RequestOrigin::of(headers, site) == RequestOrigin::ThisSite;
        allows_write(headers, site) && (names_this_site || !is_websocket(method, headers))
    } else {
        allows_read(headers, site)
    };
    (!allowed).then(|| refuse(guard, request))
}

/// Reports the refusal of a request of another site, and returns its response.
fn refuse(guard: &Guard, request: &Request) -> Response {
    let path = original_uri(request).path();
    let reason = RequestRefusal::CrossSite;
    let event = AuthEvent::RequestRefused {
        login: None,
        reason,
    };
    tracing::warn!(
        target: TARGET,
        method = %request.method(), path, event = event.name(), reason = reason.as_str(),
        "cross-site request refused"
    );
    guard.events.emit_logged(&event);
    let home = guard.config.routes().home_path();
    let kind = RequestKind::of(request.method(), request.headers());
    forbidden(kind, names_its_origin(request.headers()), home)
}

/// Returns whether another site may post the request: a login that it initiates (OpenID Connect Core 1.0 §4). The route only
/// redirects to itself with GET, which other sites can link to anyway.
fn is_third_party_login(guard: &Guard, request: &Request) -> bool {
    let routes = guard.config.routes();
    let kind = RequestKind::of(request.method(), request.headers());
    *request.method() == Method::POST
        && kind == RequestKind::Navigation
        && request.uri().path() == routes.local(routes.login_path())
}

/// Returns whether the headers say where the request comes from. A program sends neither of them.
fn names_its_origin(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || RequestSite::of(headers).is_some()
}

/// Returns the 403 response: a page for a user, JSON for a program.
fn forbidden(kind: RequestKind, names_its_origin: bool, home: &str) -> Response {
    let (title, reason) = if names_its_origin {
        (
            "This request came from another site",
            "this request came from another site",
        )
    } else {
        (
            "This request does not say where it comes from",
            "this request does not say that it comes from this site: it has neither Origin nor Sec-Fetch-Site",
        )
    };
    if kind == RequestKind::Navigation {
        return Page::new(StatusCode::FORBIDDEN, title)
            .paragraph("It was refused, and nothing has changed. If you wanted this, please do it on this site.")
            .link("Go to the start page", home)
            .into_response();
    }
    json_error_with_code(StatusCode::FORBIDDEN, "cross_site", reason)
}

/// The `Origin` header of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RequestOrigin {
    Missing,
    /// `null` does not identify the sender: with `Referrer-Policy: no-referrer`, a browser also sends it for forms of
    /// this site (Fetch §3.2).
    Null,
    ThisSite,
    OtherSite,
}

impl RequestOrigin {
    fn of(headers: &HeaderMap, site: &Url) -> Self {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => Self::Missing,
            (Some(origin), None) if origin == "null" => Self::Null,
            (Some(origin), None) if is_origin_of_site(origin, site) => Self::ThisSite,
            _ => Self::OtherSite,
        }
    }
}

fn is_origin_of_site(origin: &HeaderValue, site: &Url) -> bool {
    origin
        .to_str()
        .is_ok_and(|origin| is_origin_of(origin, site))
}

/// Returns whether a read is from this site, from the user (a typed URL), or from a program, which sends neither header
/// and no cookies of a user. For browsers without Fetch Metadata, `Origin` decides.
fn allows_read(headers: &HeaderMap, site: &Url) -> bool {
    match (RequestSite::of(headers), RequestOrigin::of(headers, site)) {
        (Some(RequestSite::Other), _) | (_, RequestOrigin::OtherSite) => false,
        (Some(_), _) => true,
        (None, origin) => origin != RequestOrigin::Null,
    }
}

/// Returns whether `Origin` or `Sec-Fetch-Site` proves that a change comes from this site. If both are present, both
/// must agree; for `Origin: null`, `Sec-Fetch-Site` alone decides.
fn allows_write(headers: &HeaderMap, site: &Url) -> bool {
    let origin = RequestOrigin::of(headers, site);
    match RequestSite::of(headers) {
        Some(RequestSite::SameOrigin) => origin != RequestOrigin::OtherSite,
        Some(_) => false,
        None => origin == RequestOrigin::ThisSite,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn headers(site: Option<&str>, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(site) = site {
            headers.insert("sec-fetch-site", site.parse().unwrap());
        }
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_change_must_prove_that_it_comes_from_this_site() {
        let ours = "https://site.example";
        let url = Url::parse(ours).unwrap();
        for (site, origin, expected) in [
            (Some("same-origin"), Some(ours), true),
            (None, Some(ours), true),
            (None, Some("https://site.example:443"), true),
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some("null"), true),
            (Some("same-origin"), Some("https://evil.example"), false),
            (Some("same-origin"), Some(""), false),
            (Some("same-origin"), Some("Null"), false),
            (Some("cross-site"), Some(ours), false),
            (Some("cross-site"), Some("null"), false),
            (Some("same-site"), Some("null"), false),
            (Some("none"), Some("null"), false),
            (Some("same-site"), Some("https://a.site.example"), false),
            (Some("none"), None, false),
            (None, Some("null"), false),
            (None, Some("https://site.example.evil.example"), false),
            (None, Some("http://site.example"), false),
            (None, None, false),
        ] {
            assert_eq!(
                allows_write(&headers(site, origin), &url),
                expected,
                "{site:?} {origin:?}"
            );
        }
    }

    #[test]
    fn two_origin_headers_are_refused() {
        let url = Url::parse("https://site.example").unwrap();
        let mut headers = headers(Some("same-origin"), Some("https://site.example"));
        headers.append(header::ORIGIN, "null".parse().unwrap());
        assert!(!allows_write(&headers, &url));
    }

    #[test]
    fn a_read_is_allowed_from_this_site_a_typed_url_or_a_program() {
        let ours = "https://site.example";
        let url = Url::parse(ours).unwrap();
        for (site, origin, expected) in [
            (Some("same-origin"), None, true),
            (Some("same-origin"), Some(ours), true),
            (Some("same-origin"), Some("null"), true),
            (Some("none"), None, true),
            (None, None, true),
            (None, Some(ours), true),
            (Some("same-site"), None, false),
            (Some("cross-site"), None, false),
            (Some("cross-site"), Some(ours), false),
            (Some("same-origin"), Some("https://evil.example"), false),
            (None, Some("https://evil.example"), false),
            (None, Some("null"), false),
        ] {
            let headers = headers(site, origin);
            assert_eq!(allows_read(&headers, &url), expected, "{site:?} {origin:?}");
        }
    }
}
