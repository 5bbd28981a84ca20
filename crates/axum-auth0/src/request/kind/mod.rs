//! Classifies requests by how the browser made them (W3C Fetch Metadata Request Headers).
//!
//! `Sec-Fetch-Mode` decides. `Sec-Fetch-Dest` only distinguishes frames from windows: a service worker that forwards a
//! navigation sends `empty` instead of `document`.

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// How the browser made a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// A navigation of a window: a link, a form, a typed URL. Without Fetch Metadata, a request that accepts HTML.
    Navigation,
    /// A request without Fetch Metadata that does not accept HTML: a program, or a script in an old browser.
    Unknown,
    /// A navigation of a frame, an `embed` or an `object`.
    Embedded,
    /// A prefetch or a prerender. The user may never open the page.
    Speculative,
    /// A script, an image, an event stream, a WebSocket.
    Background,
}

const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// `Sec-Purpose` is the standard (Fetch §3.1); the others are older spellings.
const PURPOSE: [HeaderName; 4] = [
    HeaderName::from_static("sec-purpose"),
    HeaderName::from_static("purpose"),
    HeaderName::from_static("x-purpose"),
    HeaderName::from_static("x-moz"),
];

impl RequestKind {
    /// Classifies a request.
    pub(crate) fn of(method: &Method, headers: &HeaderMap) -> Self {
        if is_websocket(method, headers) {
            return Self::Background;
        }
        if is_speculative(headers) {
            return Self::Speculative;
        }
        let dest = headers.get(DEST).map(token);
        match (headers.get(MODE).map(token).as_deref(), dest.as_deref()) {
            (
                Some("navigate") | None,
                Some("iframe" | "frame" | "fencedframe" | "embed" | "object"),
            ) => Self::Embedded,
            (Some("navigate"), _) | (None, Some("document")) => Self::Navigation,
            (Some(_), _) | (None, Some(_)) => Self::Background,
            (None, None) if accepts(headers, "text/event-stream") => Self::Background,
            (None, None) if accepts_html(headers) => Self::Navigation,
            (None, None) => Self::Unknown,
        }
    }

    /// Returns whether the request may start a login or be redirected to one. Requests without Fetch Metadata are
    /// allowed.
    pub(crate) fn may_start_login(self) -> bool {
        matches!(self, Self::Navigation | Self::Unknown)
    }
}

/// The origin of a request, according to `Sec-Fetch-Site`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestSite {
    /// A page of this origin.
    SameOrigin,
    /// The user: a typed URL, a bookmark.
    User,
    /// Another origin, or a value that is not in the specification.
    Other,
}

impl RequestSite {
    /// Parses `Sec-Fetch-Site`. Returns `None` if the header is missing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get(SITE).map(|value| match &*token(value) {
            "same-origin" => Self::SameOrigin,
            "none" => Self::User,
            _ => Self::Other,
        })
    }
}

/// Returns whether the request is a WebSocket handshake (RFC 6455 §4.1; RFC 8441 §4 for HTTP/2).
pub(crate) fn is_websocket(method: &Method, headers: &HeaderMap) -> bool {
    let upgrades = headers
        .get_all(header::UPGRADE)
        .iter()
        .any(|value| contains(value, "websocket"));
    upgrades
        || *method == Method::CONNECT
        || headers.get(MODE).map(token).as_deref() == Some("websocket")
}

fn is_speculative(headers: &HeaderMap) -> bool {
    PURPOSE.iter().any(|name| {
        headers.get_all(name).iter().any(|value| {
            ["prefetch", "prerender", "preview"]
                .iter()
                .any(|purpose| contains(value, purpose))
        })
    })
}

fn accepts_html(headers: &HeaderMap) -> bool {
    accepts(headers, "text/html") || accepts(headers, "application/xhtml+xml")
}

fn accepts(headers: &HeaderMap, media_type: &str) -> bool {
    let values = headers.get_all(header::ACCEPT).iter();
    values.into_iter().any(|value| contains(value, media_type))
}

/// Returns the bare item of a structured field, without its parameters (RFC 9651 §4.2.3).
fn token(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes())
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

fn contains(value: &HeaderValue, part: &str) -> bool {
    value
        .as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

#[cfg(test)]
mod tests;
