//! Accepts connections: HTTP/1.1, and HTTP/2 without TLS (h2c with prior knowledge, RFC 9113 §3.3) for proxies.
//!
//! `axum::serve` speaks both, too, but has no limits: a client that sends its headers slowly, or nothing at all, would keep
//! its connection forever.

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{
    Extension, Router, body::Body, extract::ConnectInfo, response::Response, serve::Listener,
};
use http::{HeaderValue, Request, Version, header};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tower::{Layer as _, ServiceExt as _};

use crate::limits::Limits;

/// Timeout of the headers of a request, and of an idle connection of HTTP/1.1. Proxies must close idle connections earlier,
/// or one of them sends a request while this server closes the connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(30);

/// Maximum size of the headers of a request in bytes. A browser sends up to 4 KB for each cookie.
const MAX_HEADER_BYTES: u32 = 64 * 1024;

/// Maximum number of header fields of a request.
const MAX_HEADERS: usize = 100;

/// Maximum number of concurrent requests of a connection of HTTP/2.
const MAX_STREAMS: u32 = 128;

/// Bytes of bodies that a connection of HTTP/2 sends before they are read: for each request, and in all. A request that waits
/// for its turn keeps them in memory.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// Interval between pings of a connection of HTTP/2, and the timeout of their responses.
const PING_INTERVAL: Duration = Duration::from_secs(20);
const PING_TIMEOUT: Duration = Duration::from_secs(10);

/// Connections that the operating system completes before they are accepted here, as far as its own limit allows
/// (`net.core.somaxconn`). Beyond, a client repeats its handshake after a second, then after three: a burst of new
/// connections, as after the restart of another replica, would wait for seconds although the server has time for it.
const BACKLOG: u32 = 4096;

/// Listens on `address`.
///
/// # Errors
///
/// If the address is in use or not one of this machine.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // Otherwise a restart fails while connections of the last process are being closed. Windows would share the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves `site` with the default limits until the future is dropped.
pub async fn serve_forever(listener: TcpListener, site: Router) {
    serve(listener, site, Limits::default(), std::future::pending()).await;
}

/// Serves `site` until `stop` completes; then closes the listener, and waits for requests in progress.
///
/// `stop` returns for how long idle connections stay open after that. A proxy may send a request over one of them at the very
/// time at which the server closes it, and it does not repeat a POST. So each is closed by the response to its next request,
/// which says so, and only those that are not used in this time are closed without one.
pub(crate) async fn serve(
    mut listener: TcpListener,
    site: Router,
    limits: Limits,
    stop: impl Future<Output = Duration>,
) {
    let connections = Connections::new(site);
    let places = usize::try_from(limits.connections.get()).unwrap_or(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
    let mut stop = pin!(stop);
    let idle = loop {
        // A client beyond the limit waits in the queue of the operating system.
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            let (connection, address) = Listener::accept(&mut listener).await;
            (connection, address, place)
        };
        let (connection, address, place) = tokio::select! {
            accepted = accepted => accepted,
            idle = &mut stop => break idle,
        };
        connections.spawn(connection, address, place.ok());
    };
    connections.draining.store(true, Ordering::Relaxed);
    // The clients of these connections have sent their requests already: closing the listener would reset them.
    for (connection, address) in accept_waiting(listener) {
        connections.spawn(connection, address, None);
    }
    sleep(idle).await;
    connections.graceful.shutdown().await;
}

/// Closes the listener, and returns the connections that the operating system has accepted for it.
fn accept_waiting(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let mut waiting = Vec::new();
    // tokio's listener could have missed the latest ones; this one does not wait, either.
    let Ok(listener) = listener.into_std() else {
        return waiting;
    };
    while let Ok((connection, address)) = listener.accept() {
        let connection = connection
            .set_nonblocking(true)
            .and_then(|()| TcpStream::from_std(connection));
        waiting.extend(connection.ok().map(|connection| (connection, address)));
    }
    waiting
}

/// What all connections share.
struct Connections {
    site: Router,
    builder: Arc<Builder<TokioExecutor>>,
    graceful: GracefulShutdown,
    /// Whether responses close their connection.
    draining: Arc<AtomicBool>,
}

impl Connections {
    fn new(site: Router) -> Self {
        Self {
            site,
            builder: Arc::new(builder()),
            graceful: GracefulShutdown::new(),
            draining: Arc::default(),
        }
    }

    /// Serves a connection in a task, which occupies `place`.
    fn spawn(
        &self,
        connection: TcpStream,
        address: SocketAddr,
        place: Option<OwnedSemaphorePermit>,
    ) {
        let begun = Arc::new(AtomicBool::new(false));
        let service = Extension(ConnectInfo::<SocketAddr>(address))
            .layer(self.site.clone())
            .map_request({
                let begun = Arc::clone(&begun);
                move |request: Request<Incoming>| {
                    begun.store(true, Ordering::Relaxed);
                    request.map(Body::new)
                }
            })
            .map_response({
                let draining = Arc::clone(&self.draining);
                move |response| close_if(draining.load(Ordering::Relaxed), response)
            });
        let (builder, watcher) = (Arc::clone(&self.builder), self.graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let io = TokioIo::new(without_delay(connection));
            let service = TowerToHyperService::new(service);
            let connection = builder.serve_connection_with_upgrades(io, service);
            let mut connection = pin!(watcher.watch(connection.into_owned()));
            // Before the first bytes, hyper has no timeout: it does not know the version yet.
            let result = tokio::select! {
                result = &mut connection => result,
                () = sleep(HEADER_TIMEOUT) => {
                    if !begun.load(Ordering::Relaxed) {
                        return;
                    }
                    connection.await
                }
            };
            if let Err(error) = result {
                tracing::debug!(%error, "connection failed");
            }
        });
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(usize::try_from(MAX_HEADER_BYTES).unwrap_or(usize::MAX));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .max_header_list_size(MAX_HEADER_BYTES)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PING_TIMEOUT)
        // WebSockets (RFC 8441).
        .enable_connect_protocol();
    builder
}

/// Sets `TCP_NODELAY`. Otherwise the second part of a streamed page waits until the client has acknowledged the first one.
fn without_delay(connection: TcpStream) -> TcpStream {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "failed to set TCP_NODELAY");
    }
    connection
}

/// Adds `Connection: close`. HTTP/2 has GOAWAY instead, which hyper sends.
fn close_if(draining: bool, mut response: Response) -> Response {
    if draining && response.version() <= Version::HTTP_11 {
        let close = HeaderValue::from_static("close");
        response
            .headers_mut()
            .entry(header::CONNECTION)
            .or_insert(close);
    }
    response
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
