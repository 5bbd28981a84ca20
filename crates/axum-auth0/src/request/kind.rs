//! How the browser made a request (W3C Fetch Metadata Request Headers).
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

    /// Returns whether the request may start a login or be redirected to one. Requests without Fetch Metadata may.
    pub(crate) fn may_start_login(self) -> bool {
        matches!(self, Self::Navigation | Self::Unknown)
    }
}

/// Where a request comes from, by `Sec-Fetch-Site`.
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
    /// Returns `None` if the header is missing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        headers.get(SITE).map(|value| match &*token(value) {
            "same-origin" => Self::SameOrigin,
            "none" => Self::User,
            _ => Self::Other,
        })
    }
}

/// Returns whether this is the handshake of a WebSocket (RFC 6455 §4.1; RFC 8441 §4 for HTTP/2).
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn kind(headers: &[(&'static str, &str)]) -> RequestKind {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        RequestKind::of(&Method::GET, &map)
    }

    #[test]
    fn sec_fetch_mode_decides_about_a_navigation_whatever_the_destination() {
        for dest in ["document", "empty", "Document", "", "report"] {
            let headers = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", dest)];
            assert_eq!(kind(&headers), RequestKind::Navigation, "{dest}");
        }
        for mode in ["navigate", "Navigate", "navigate;x=1"] {
            assert_eq!(kind(&[("sec-fetch-mode", mode)]), RequestKind::Navigation);
        }
    }

    #[test]
    fn a_navigation_of_a_frame_is_embedded() {
        for dest in ["iframe", "frame", "embed", "object", "fencedframe"] {
            let headers = [("sec-fetch-mode", "navigate"), ("sec-fetch-dest", dest)];
            assert_eq!(kind(&headers), RequestKind::Embedded, "{dest}");
        }
    }

    #[test]
    fn every_spelling_of_prefetch_is_speculative() {
        for (name, value) in [
            ("sec-purpose", "prefetch"),
            ("sec-purpose", "prefetch;prerender"),
            ("sec-purpose", "prefetch;anonymous-client-ip"),
            ("sec-purpose", "prerender"),
            ("purpose", "prefetch"),
            ("purpose", "Prefetch"),
            ("x-purpose", "preview"),
            ("x-moz", "prefetch"),
        ] {
            let headers = [
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-dest", "document"),
                (name, value),
            ];
            assert_eq!(kind(&headers), RequestKind::Speculative, "{name}: {value}");
        }
        let headers = [
            ("sec-fetch-mode", "navigate"),
            ("purpose", "other"),
            ("purpose", "prefetch"),
        ];
        assert_eq!(kind(&headers), RequestKind::Speculative);
    }

    #[test]
    fn scripts_images_event_streams_and_websockets_are_background_requests() {
        for headers in [
            &[("sec-fetch-mode", "cors"), ("accept", "text/html")][..],
            &[("sec-fetch-mode", "same-origin")],
            &[("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "image")],
            &[("sec-fetch-mode", "cors"), ("accept", "text/event-stream")],
            &[("sec-fetch-mode", "websocket")],
            &[("upgrade", "websocket"), ("accept", "text/html")],
            &[("upgrade", "h2c, WebSocket")],
            &[("sec-fetch-dest", "script")],
            &[("sec-fetch-mode", "unheard-of")],
        ] {
            assert_eq!(kind(headers), RequestKind::Background, "{headers:?}");
        }
        let connect = RequestKind::of(&Method::CONNECT, &HeaderMap::new());
        assert_eq!(connect, RequestKind::Background);
    }

    #[test]
    fn without_fetch_metadata_the_accept_header_decides() {
        for (accept, expected) in [
            (
                "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
                RequestKind::Navigation,
            ),
            ("application/xhtml+xml", RequestKind::Navigation),
            ("TEXT/HTML", RequestKind::Navigation),
            ("*/*", RequestKind::Unknown),
            ("application/json", RequestKind::Unknown),
            ("text/event-stream", RequestKind::Background),
        ] {
            assert_eq!(kind(&[("accept", accept)]), expected, "{accept}");
        }
        assert_eq!(kind(&[]), RequestKind::Unknown);
    }

    #[test]
    fn unknown_values_of_sec_fetch_site_are_other() {
        for (value, expected) in [
            ("same-origin", RequestSite::SameOrigin),
            ("none", RequestSite::User),
            ("same-site", RequestSite::Other),
            ("cross-site", RequestSite::Other),
            ("", RequestSite::Other),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(SITE, value.parse().unwrap());
            assert_eq!(RequestSite::of(&headers), Some(expected), "{value}");
        }
        assert_eq!(RequestSite::of(&HeaderMap::new()), None);
    }
}
