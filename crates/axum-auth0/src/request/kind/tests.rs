#![expect(clippy::unwrap_used, reason = "tests")]

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
