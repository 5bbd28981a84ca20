//! The connection of a `WebSocket` after its handshake. Frames are passed on without being read.

use std::{pin::pin, time::Duration};

use hyper::upgrade::OnUpgrade;
use tokio::{
    io::{self, AsyncRead, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::open_streams::OpenStream;
use crate::http_client::{StreamedResponse, Upgraded};

/// Maximum time until both connections have switched.
const UPGRADE_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum time until the other side closes a connection that one side has closed.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Both connections are closed when the function returns.
pub(super) async fn tunnel(browser: OnUpgrade, api: StreamedResponse, mut open: OpenStream) {
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
