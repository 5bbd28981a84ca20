//! The handshake of a `WebSocket`, and the connection after it. Frames are passed on without being read.

use std::time::Duration;

use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use hyper::upgrade::OnUpgrade;
use tokio::{io::copy_bidirectional, time::timeout};
use tracing::Instrument as _;

use super::{api_response::EndSignal, refusal::Refusal};
use crate::http_client::{StreamedResponse, Upgraded};

/// Headers of the handshake that the API gets (RFC 6455 §4.1). The extensions are those of browser and API, because the
/// frames are passed on as they are.
const REQUEST: &[HeaderName] = &[
    header::SEC_WEBSOCKET_KEY,
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// Headers of the handshake that the browser gets (RFC 6455 §4.2.2).
const RESPONSE: &[HeaderName] = &[
    header::SEC_WEBSOCKET_ACCEPT,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// Maximum time until both connections have switched.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADE: HeaderValue = HeaderValue::from_static("upgrade");

/// The handshake of a browser.
pub(super) struct Handshake {
    browser: OnUpgrade,
}

impl Handshake {
    /// Takes the handshake of a request, and writes that for the API to `headers`.
    pub(super) fn of(request: &mut Request, headers: &mut HeaderMap) -> Result<Self, Refusal> {
        let given = request.headers();
        let is_valid = request.version() == Version::HTTP_11
            && has_token(given, &header::UPGRADE, "websocket")
            && has_token(given, &header::CONNECTION, "upgrade")
            && given.get(header::SEC_WEBSOCKET_VERSION) == Some(&HeaderValue::from_static("13"))
            && given.get_all(header::SEC_WEBSOCKET_KEY).iter().count() == 1;
        if !is_valid {
            return Err(Refusal::Upgrade);
        }
        copy(REQUEST, given, headers);
        headers.insert(header::UPGRADE, WEBSOCKET);
        headers.insert(header::CONNECTION, UPGRADE);
        // An empty body has no length in a handshake.
        headers.remove(header::CONTENT_LENGTH);
        let browser = request.extensions_mut().remove::<OnUpgrade>();
        let browser = browser.ok_or(Refusal::Upgrade)?;
        Ok(Self { browser })
    }

    /// Returns whether the API accepts the handshake. Otherwise its response is passed on as any other.
    pub(super) fn is_accepted(response: &StreamedResponse) -> bool {
        response.status() == StatusCode::SWITCHING_PROTOCOLS
            && has_token(response.headers(), &header::UPGRADE, "websocket")
            && response
                .headers()
                .contains_key(header::SEC_WEBSOCKET_ACCEPT)
    }

    /// Connects browser and API until one of them closes the connection, or `end` completes.
    pub(super) fn connect(self, api: StreamedResponse, end: EndSignal) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        copy(RESPONSE, api.headers(), headers);
        headers.insert(header::UPGRADE, WEBSOCKET);
        headers.insert(header::CONNECTION, UPGRADE);
        tokio::spawn(tunnel(self.browser, api, end).in_current_span());
        response
    }
}

/// Both connections are closed when the function returns.
async fn tunnel(browser: OnUpgrade, api: StreamedResponse, end: EndSignal) {
    let both = async { tokio::join!(browser, api.upgrade()) };
    let Ok((Ok(browser), Ok(mut api))) = timeout(UPGRADE_TIMEOUT, both).await else {
        tracing::warn!("WebSocket of an API failed: a connection did not switch");
        return;
    };
    let mut browser = Upgraded::from(browser);
    tokio::select! {
        biased;
        reason = end => {
            tracing::info!(reason = reason.as_str(), "WebSocket of an API closed");
        }
        copied = copy_bidirectional(&mut browser, &mut api) => {
            tracing::debug!(is_clean = copied.is_ok(), "WebSocket of an API ended");
        }
    }
}

fn copy(names: &[HeaderName], from: &HeaderMap, to: &mut HeaderMap) {
    for name in names {
        for value in from.get_all(name) {
            to.append(name, value.clone());
        }
    }
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    headers.get_all(name).iter().any(|value| {
        let value = String::from_utf8_lossy(value.as_bytes());
        value
            .split(',')
            .any(|part| part.trim().eq_ignore_ascii_case(token))
    })
}
