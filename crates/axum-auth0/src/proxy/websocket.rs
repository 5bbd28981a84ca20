//! The handshake of a `WebSocket`, and the connection after it. Frames are passed on without being read.

use std::{pin::pin, time::Duration};

use axum::{body::Body, extract::Request, response::Response};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Version, header};
use hyper::upgrade::OnUpgrade;
use tokio::{
    io::{self, AsyncRead, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};
use tracing::Instrument as _;

use super::{open_streams::OpenStream, refusal::Refusal};
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

/// Maximum time until the other side closes a connection that one side has closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

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

    /// Connects browser and API until one of them closes the connection, or `open` ends.
    pub(super) fn connect(self, api: StreamedResponse, open: OpenStream) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        copy(RESPONSE, api.headers(), headers);
        headers.insert(header::UPGRADE, WEBSOCKET);
        headers.insert(header::CONNECTION, UPGRADE);
        tokio::spawn(tunnel(self.browser, api, open).in_current_span());
        response
    }
}

/// Both connections are closed when the function returns.
async fn tunnel(browser: OnUpgrade, api: StreamedResponse, mut open: OpenStream) {
    let both = async { tokio::join!(browser, api.upgrade()) };
    let Ok((Ok(browser), Ok(api))) = timeout(UPGRADE_TIMEOUT, both).await else {
        tracing::warn!("WebSocket of an API failed: a connection did not switch");
        return;
    };
    tokio::select! {
        biased;
        reason = open.ended() => {
            tracing::info!(reason = reason.as_str(), "WebSocket of an API closed");
        }
        () = copy_both(Upgraded::from(browser), api) => {
            tracing::debug!("WebSocket of an API ended");
        }
    }
}

/// Copies in both directions until one side closes the connection. The other side has [`CLOSE_TIMEOUT`] to do so, too: a
/// `WebSocket` has no half-closed state (RFC 6455 §7.1.1).
async fn copy_both<B, A>(browser: B, api: A)
where
    B: AsyncRead + AsyncWrite,
    A: AsyncRead + AsyncWrite,
{
    let (mut from_browser, mut to_browser) = io::split(browser);
    let (mut from_api, mut to_api) = io::split(api);
    let sending = copy_and_close(&mut from_browser, &mut to_api);
    let receiving = copy_and_close(&mut from_api, &mut to_browser);
    let (mut sending, mut receiving) = (pin!(sending), pin!(receiving));
    // After an error on one side, the other is closed at once.
    tokio::select! {
        sent = &mut sending => {
            if sent.is_ok() {
                drop(timeout(CLOSE_TIMEOUT, receiving).await);
            }
        }
        received = &mut receiving => {
            if received.is_ok() {
                drop(timeout(CLOSE_TIMEOUT, sending).await);
            }
        }
    }
}

async fn copy_and_close(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    io::copy(from, to).await?;
    to.shutdown().await
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
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, duplex},
        time::Instant,
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_side_that_does_not_close_has_limited_time_after_the_other_one_closed() {
        for browser_closes in [true, false] {
            let ((mut browser, site), (mut api, proxy)) = (duplex(64), duplex(64));
            let both = tokio::spawn(copy_both(site, proxy));
            browser.write_all(b"ping").await.unwrap();
            let mut received = [0; 4];
            api.read_exact(&mut received).await.unwrap();
            assert_eq!(&received, b"ping");
            let start = Instant::now();
            let (closed, mut open) = if browser_closes {
                (browser, api)
            } else {
                (api, browser)
            };
            drop(closed);
            both.await.unwrap();
            assert!(start.elapsed() <= CLOSE_TIMEOUT);
            assert_eq!(open.read(&mut received).await.unwrap(), 0);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_frames_of_the_other_side_pass_after_one_side_closed() {
        let ((mut browser, site), (mut api, proxy)) = (duplex(64), duplex(64));
        let both = tokio::spawn(copy_both(site, proxy));
        browser.shutdown().await.unwrap();
        let mut rest = Vec::new();
        api.read_to_end(&mut rest).await.unwrap();
        api.write_all(b"close").await.unwrap();
        drop(api);
        browser.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"close");
        both.await.unwrap();
    }
}
