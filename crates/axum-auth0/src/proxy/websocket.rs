//! The handshake of a `WebSocket`: from HTTP/1.1 (RFC 6455) or HTTP/2 (RFC 8441) of the browser to HTTP/1.1 of the API.

use axum::{body::Body, extract::Request, response::Response};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use hyper::upgrade::OnUpgrade;
use ring::digest;
use tracing::Instrument as _;

use super::{open_streams::OpenStream, refusal::Refusal, tunnel::tunnel};
use crate::{
    http_client::StreamedResponse,
    random::{self, RandomSource},
};

/// Headers of the handshake that the API gets (RFC 6455 §4.1), and the key. The extensions are those of browser and API,
/// because the frames are passed on as they are.
const REQUEST: &[HeaderName] = &[
    header::SEC_WEBSOCKET_VERSION,
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

/// Headers of the handshake that the browser gets (RFC 6455 §4.2.2).
const RESPONSE: &[HeaderName] = &[
    header::SEC_WEBSOCKET_PROTOCOL,
    header::SEC_WEBSOCKET_EXTENSIONS,
];

const WEBSOCKET: HeaderValue = HeaderValue::from_static("websocket");
const UPGRADE: HeaderValue = HeaderValue::from_static("upgrade");
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// What a key is hashed with (RFC 6455 §1.3).
const ACCEPT_SUFFIX: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The handshake of a browser.
pub(super) struct Handshake {
    browser: OnUpgrade,
    /// Whether the browser sent an extended CONNECT, whose response is 200.
    is_connect: bool,
    /// The response to the key that the API got.
    accept: String,
}

impl Handshake {
    /// Takes the handshake of a request, and writes that for the API to `headers`.
    pub(super) fn of(
        request: &mut Request,
        headers: &mut HeaderMap,
        random: &dyn RandomSource,
    ) -> Result<Self, Refusal> {
        let given = request.headers();
        let is_connect = *request.method() == Method::CONNECT;
        let names_websocket = if is_connect {
            is_websocket_protocol(request.extensions())
        } else {
            request.version() == Version::HTTP_11
                && has_token(given, &header::UPGRADE, "websocket")
                && has_token(given, &header::CONNECTION, "upgrade")
        };
        let is_version = given.get(header::SEC_WEBSOCKET_VERSION) == Some(&VERSION);
        // A body before the frames could be taken for one by the API.
        let has_body = given.contains_key(header::TRANSFER_ENCODING)
            || given
                .get(header::CONTENT_LENGTH)
                .is_some_and(|length| length != "0");
        if !names_websocket || !is_version || has_body {
            return Err(Refusal::Upgrade);
        }
        let key = if is_connect {
            // The browser has none: HTTP/2 tells by itself that both sides mean a WebSocket.
            let key = STANDARD.encode(random::bytes::<16>(random));
            HeaderValue::from_str(&key).map_err(|_| Refusal::Upgrade)?
        } else {
            let mut keys = given.get_all(header::SEC_WEBSOCKET_KEY).iter();
            match (keys.next(), keys.next()) {
                (Some(key), None) => key.clone(),
                _ => return Err(Refusal::Upgrade),
            }
        };
        headers.remove(header::CONTENT_LENGTH);
        copy(REQUEST, given, headers);
        headers.insert(header::UPGRADE, WEBSOCKET);
        headers.insert(header::CONNECTION, UPGRADE);
        let accept = accept_of(&key);
        headers.insert(header::SEC_WEBSOCKET_KEY, key);
        let browser = request.extensions_mut().remove::<OnUpgrade>();
        let browser = browser.ok_or(Refusal::Upgrade)?;
        Ok(Self {
            browser,
            is_connect,
            accept,
        })
    }

    /// Returns whether the API accepts the handshake. Otherwise its response is passed on as any other.
    pub(super) fn is_accepted(&self, response: &StreamedResponse) -> bool {
        let headers = response.headers();
        let mut accepts = headers.get_all(header::SEC_WEBSOCKET_ACCEPT).iter();
        response.status() == StatusCode::SWITCHING_PROTOCOLS
            && has_token(headers, &header::UPGRADE, "websocket")
            && accepts.next().map(HeaderValue::as_bytes) == Some(self.accept.as_bytes())
            && accepts.next().is_none()
    }

    /// Connects browser and API until one of them closes the connection, or `open` ends.
    pub(super) fn connect(self, api: StreamedResponse, open: OpenStream) -> Response {
        let mut response = Response::new(Body::empty());
        let headers = response.headers_mut();
        copy(RESPONSE, api.headers(), headers);
        // RFC 8441 §5: with HTTP/2 the status is 200, without the headers of an upgrade.
        if !self.is_connect {
            headers.insert(header::UPGRADE, WEBSOCKET);
            headers.insert(header::CONNECTION, UPGRADE);
            if let Ok(accept) = HeaderValue::from_str(&self.accept) {
                headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
            }
            *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        }
        tokio::spawn(tunnel(self.browser, api, open).in_current_span());
        response
    }
}

/// Returns whether an extended CONNECT asks for a `WebSocket` (RFC 8441 §4).
#[cfg(feature = "http2")]
fn is_websocket_protocol(extensions: &Extensions) -> bool {
    let protocol = extensions.get::<hyper::ext::Protocol>();
    protocol.is_some_and(|protocol| protocol.as_str() == "websocket")
}

#[cfg(not(feature = "http2"))]
fn is_websocket_protocol(_: &Extensions) -> bool {
    false
}

/// Returns the `Sec-WebSocket-Accept` of a key (RFC 6455 §4.2.2).
fn accept_of(key: &HeaderValue) -> String {
    let mut sha1 = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    sha1.update(key.as_bytes());
    sha1.update(ACCEPT_SUFFIX);
    STANDARD.encode(sha1.finish())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_of_the_example_in_rfc_6455_is_computed() {
        let key = HeaderValue::from_static("dGhlIHNhbXBsZSBub25jZQ==");
        assert_eq!(accept_of(&key), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
