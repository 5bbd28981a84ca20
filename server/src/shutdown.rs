//! Graceful shutdown: readiness fails first, then new connections are refused, then requests and detached work are
//! drained.

use std::{future::IntoFuture as _, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    serve::{ListenerExt as _, TapIo},
};
use axum_auth0::Auth0;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{Instant, sleep, timeout_at},
};

use crate::signals::{Signal, Signals};

/// Time after SIGTERM during which requests are still accepted while `/readyz` fails, so that a load balancer notices
/// before the port closes.
const READINESS_NOTICE: Duration = Duration::from_secs(1);

/// Serves `site` until SIGTERM or Ctrl-C. Returns when requests and detached work are complete, or after
/// [`Config::shutdown_timeout`](axum_auth0::Config::shutdown_timeout). A second signal ends the process immediately.
///
/// # Errors
///
/// If the listener fails, or the signal handlers cannot be installed.
pub async fn serve_until_signal(
    listener: TcpListener,
    site: Router,
    auth0: &Auth0,
) -> io::Result<()> {
    let mut signals = Signals::listen()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let site = site.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(without_delay(listener), site).with_graceful_shutdown(async move {
        // An error means that the sender was dropped, which also stops the server.
        let _ = stopped.await;
    });
    let mut server = tokio::spawn(server.into_future());

    let signal = tokio::select! {
        ended = &mut server => return ended.map_err(io::Error::other)?,
        signal = signals.next() => signal,
    };
    let limit = auth0.config().shutdown_timeout();
    let deadline = Instant::now() + limit;
    auth0.start_shutdown(limit);
    tracing::info!(%signal, limit_seconds = limit.as_secs_f32(), "shutdown: started, readiness fails");
    tokio::spawn(exit_at_next(signals, auth0.clone()));
    if signal == Signal::Terminate {
        sleep(READINESS_NOTICE).await;
    }

    let _ = stop.send(());
    if let Ok(ended) = timeout_at(deadline, &mut server).await {
        ended.map_err(io::Error::other)??;
    } else {
        tracing::error!("shutdown: timed out, requests in progress were cancelled");
    }
    let left = deadline.saturating_duration_since(Instant::now());
    auth0.shutdown(left).await;
    Ok(())
}

/// Sets `TCP_NODELAY` on accepted connections. Otherwise the second part of a streamed page waits until the client has
/// acknowledged the first one.
fn without_delay(
    listener: TcpListener,
) -> TapIo<TcpListener, impl FnMut(&mut TcpStream) + Send + 'static> {
    listener.tap_io(|connection| {
        if let Err(error) = connection.set_nodelay(true) {
            tracing::debug!(%error, "failed to set TCP_NODELAY");
        }
    })
}

/// Exits at the next signal without waiting.
async fn exit_at_next(mut signals: Signals, auth0: Auth0) {
    let signal = signals.next().await;
    let unfinished = auth0.unfinished_tasks();
    tracing::error!(%signal, %unfinished, "shutdown: forced by a second signal, detached work was cancelled");
    std::process::exit(1);
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::{body::Body, response::IntoResponse, routing::get, serve::Listener as _};
    use futures::{StreamExt as _, stream};
    use http::header;
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        sync::mpsc,
    };

    use super::*;
    use crate::compression::compress;

    #[tokio::test]
    async fn an_accepted_connection_sends_small_parts_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut listener = without_delay(listener);
        let (client, (connection, _)) =
            tokio::join!(TcpStream::connect(address), listener.accept());
        assert!(connection.nodelay().unwrap());
        drop(client);
    }

    /// With Nagle's algorithm, the last part waits 40 ms for the delayed acknowledgement of the part before it.
    #[tokio::test]
    async fn the_last_part_of_a_streamed_page_arrives_within_ten_milliseconds() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (made, mut times) = mpsc::unbounded_channel();
        let page = Router::new().route("/", get(async move || in_parts(made)));
        tokio::spawn(axum::serve(without_delay(listener), compress(page)).into_future());

        let mut client = TcpStream::connect(address).await.unwrap();
        let mut delays = Vec::new();
        for _ in 0..21 {
            let request = b"GET / HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\n\r\n";
            client.write_all(request).await.unwrap();
            let mut response = Vec::new();
            while !response.ends_with(b"\r\n0\r\n\r\n") {
                assert_ne!(client.read_buf(&mut response).await.unwrap(), 0);
            }
            let arrived = Instant::now();
            assert!(contains(&response, b"content-encoding: gzip"));
            delays.push(arrived - times.recv().await.unwrap());
        }
        delays.sort_unstable();
        let median = delays[delays.len() / 2];
        assert!(median < Duration::from_millis(10), "{delays:?}");
    }

    /// Returns a page of three small parts, and sends the time at which the last one was made.
    fn in_parts(made: mpsc::UnboundedSender<Instant>) -> impl IntoResponse {
        let parts = stream::iter(["head", "body", "end"]).then(move |part| {
            let made = made.clone();
            async move {
                // Each part is flushed before the next one is made.
                tokio::task::yield_now().await;
                if part == "end" {
                    made.send(Instant::now()).unwrap();
                }
                Ok::<_, std::convert::Infallible>(part)
            }
        });
        let headers = [(header::CONTENT_TYPE, "text/html")];
        (headers, Body::from_stream(parts))
    }

    fn contains(text: &[u8], part: &[u8]) -> bool {
        text.windows(part.len()).any(|window| window == part)
    }
}
