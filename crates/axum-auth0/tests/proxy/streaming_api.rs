//! An API on a free port whose streams a test controls.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures::{StreamExt as _, stream};
use http::{HeaderMap, StatusCode};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use ring::digest;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::{mpsc, watch},
    time::timeout,
};

#[derive(Clone)]
pub(crate) struct StreamingApi {
    address: String,
    state: Arc<ApiState>,
}

#[derive(Default)]
struct ApiState {
    events: Mutex<Option<mpsc::UnboundedReceiver<&'static str>>>,
    handshakes: Mutex<Vec<HeaderMap>>,
    /// Statuses of the next handshakes, before they are accepted.
    refusals: Mutex<Vec<u16>>,
    chunks: AtomicUsize,
    received: AtomicUsize,
    /// Number of open streams.
    open: watch::Sender<usize>,
}

/// An open stream, until the connection of the site is closed.
struct Open(Arc<ApiState>);

impl Open {
    fn new(state: &Arc<ApiState>) -> Self {
        state.open.send_modify(|open| *open += 1);
        Self(Arc::clone(state))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
}

impl StreamingApi {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            state: Arc::default(),
        };
        let router = Router::new().fallback(serve).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        api
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Returns the sender of the next event stream.
    pub(crate) fn events(&self) -> mpsc::UnboundedSender<&'static str> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.state.events.lock().unwrap() = Some(receiver);
        sender
    }

    /// Refuses the next handshakes.
    pub(crate) fn refuse(&self, statuses: &[u16]) {
        *self.state.refusals.lock().unwrap() = statuses.to_vec();
    }

    pub(crate) fn handshakes(&self) -> Vec<HeaderMap> {
        self.state.handshakes.lock().unwrap().clone()
    }

    /// Returns how many chunks of 64 KiB were produced for `/endless`.
    pub(crate) fn chunks(&self) -> usize {
        self.state.chunks.load(Ordering::SeqCst)
    }

    /// Waits until this number of streams is open.
    pub(crate) async fn wait_for_open(&self, count: usize) {
        let mut open = self.state.open.subscribe();
        let reached = timeout(
            Duration::from_secs(20),
            open.wait_for(|open| *open == count),
        )
        .await;
        assert!(
            reached.is_ok(),
            "{} streams are open",
            *self.state.open.borrow()
        );
    }

    /// Returns the number of bytes that `/upload` received.
    pub(crate) fn received(&self) -> usize {
        self.state.received.load(Ordering::SeqCst)
    }
}

async fn serve(State(api): State<StreamingApi>, request: Request) -> Response {
    match request.uri().path() {
        "/events" | "/download" => {
            let media_type = match request.uri().path() {
                "/events" => "text/event-stream",
                _ => "application/octet-stream",
            };
            let receiver = api.state.events.lock().unwrap().take();
            let Some(receiver) = receiver else {
                return StatusCode::NOT_IMPLEMENTED.into_response();
            };
            let state = (receiver, Open::new(&api.state));
            let events = stream::unfold(state, |(mut receiver, open)| async {
                let event = receiver.recv().await?;
                Some((
                    Ok::<_, std::io::Error>(Bytes::from(event)),
                    (receiver, open),
                ))
            });
            let body = Body::from_stream(events);
            ([("content-type", media_type)], body).into_response()
        }
        "/endless" => {
            let open = Open::new(&api.state);
            Body::from_stream(stream::repeat_with(move || {
                open.0.chunks.fetch_add(1, Ordering::SeqCst);
                Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 64 * 1024]))
            }))
            .into_response()
        }
        "/silent" => {
            let _open = Open::new(&api.state);
            std::future::pending().await
        }
        "/upload" => {
            let mut body = request.into_body().into_data_stream();
            while let Some(Ok(chunk)) = body.next().await {
                api.state.received.fetch_add(chunk.len(), Ordering::SeqCst);
            }
            StatusCode::NO_CONTENT.into_response()
        }
        _ => websocket(&api, request),
    }
}

/// Accepts a handshake, and sends back what it receives.
fn websocket(api: &StreamingApi, mut request: Request) -> Response {
    let headers = request.headers().clone();
    let path = request.uri().path();
    let has_accept = path != "/without-accept";
    let key = match path {
        "/wrong-accept" => "another key",
        _ => headers["sec-websocket-key"].to_str().unwrap(),
    };
    let accept = accept(key);
    api.state.handshakes.lock().unwrap().push(headers.clone());
    if let Some(status) = api.state.refusals.lock().unwrap().pop() {
        return StatusCode::from_u16(status).unwrap().into_response();
    }
    let Some(upgrade) = request.extensions_mut().remove::<OnUpgrade>() else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let open = Open::new(&api.state);
    let floods = request.uri().path() == "/flood";
    tokio::spawn(async move {
        let _open = open;
        let mut connection = TokioIo::new(upgrade.await.unwrap());
        while floods && connection.write_all(&[b'x'; 1024]).await.is_ok() {}
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = connection.read(&mut buffer).await {
            if connection.write_all(&buffer[..length]).await.is_err() {
                return;
            }
        }
    });
    let mut response = Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("set-cookie", "api=1");
    if has_accept {
        response = response.header("sec-websocket-accept", accept);
    }
    if let Some(protocol) = headers.get("sec-websocket-protocol") {
        response = response.header("sec-websocket-protocol", protocol);
    }
    response.body(Body::empty()).unwrap()
}

/// Returns the response to a key (RFC 6455 §4.2.2).
fn accept(key: &str) -> String {
    let hashed = format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    let hash = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, hashed.as_bytes());
    STANDARD.encode(hash)
}
