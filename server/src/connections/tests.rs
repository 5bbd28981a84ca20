use axum::{body::Body, response::IntoResponse, routing::get};
use futures::{StreamExt as _, stream};
use http::{StatusCode, header};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
    task::{JoinHandle, yield_now},
    time::{Instant, timeout},
};

use super::*;
use crate::compression::compress;

mod listening;
mod waiting;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\n\r\n";

/// A running server. Dropping it stops the server.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<Duration>,
    served: JoinHandle<()>,
}

async fn start(site: Router, limits: Limits) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopping = async { stopped.await.unwrap_or_default() };
    let served = tokio::spawn(serve(listener, site, limits, stopping));
    Server {
        address,
        stop,
        served,
    }
}

async fn start_default(site: Router) -> Server {
    start(site, Limits::default()).await
}

fn hello() -> Router {
    let client =
        |ConnectInfo(client): ConnectInfo<SocketAddr>| async move { client.ip().to_string() };
    Router::new().route("/", get(client))
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

/// Reads until the server closes the connection, and returns how long that took.
async fn until_closed(client: &mut TcpStream) -> (Duration, Vec<u8>) {
    let (begin, mut received) = (Instant::now(), Vec::new());
    // A reset is an end, too.
    let _ = client.read_to_end(&mut received).await;
    (begin.elapsed(), received)
}

#[test]
fn an_accepted_connection_sends_small_parts_at_once() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        assert!(without_delay(client).nodelay().unwrap());
    });
}

/// With Nagle's algorithm, the last part waits 40 ms for the delayed acknowledgement of the part before it.
#[tokio::test]
async fn the_last_part_of_a_streamed_page_arrives_within_ten_milliseconds() {
    let (made, mut times) = mpsc::unbounded_channel();
    let page = Router::new().route("/", get(async move || in_parts(made)));
    let server = start_default(compress(page)).await;

    let mut client = connect(&server).await;
    let mut delays = Vec::new();
    for _ in 0..21 {
        client.write_all(REQUEST).await.unwrap();
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
            yield_now().await;
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

#[tokio::test]
async fn http2_without_tls_gets_a_page() {
    // Installs the TLS implementation that reqwest wants, although nothing here uses TLS.
    let options = axum_auth0::http_client::HttpClientOptions::default();
    axum_auth0::http_client::HttpClient::new(options).unwrap();
    let server = start_default(hello()).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    for _ in 0..3 {
        let url = format!("http://{}/", server.address);
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.version(), Version::HTTP_2);
        assert_eq!(response.text().await.unwrap(), "127.0.0.1");
    }
}

/// No test waits for the timeouts: the clock is paused, and runs ahead while all tasks wait.
#[tokio::test(start_paused = true)]
async fn a_client_that_sends_no_complete_request_is_disconnected() {
    let server = start_default(hello()).await;
    for begin in [
        &b""[..],
        b"G",
        b"GET / HTTP/1.1\r\nhost: localhost\r\n",
        // The beginning of HTTP/2.
        b"P",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        // The preface, an empty SETTINGS frame, and the head of a frame that never comes.
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0\x10\x01\x04\0\0\0\x01",
    ] {
        let mut client = connect(&server).await;
        client.write_all(begin).await.unwrap();
        let (after, _) = until_closed(&mut client).await;
        assert!(
            after >= Duration::from_secs(29) && after <= Duration::from_secs(61),
            "{after:?} {}",
            begin.escape_ascii()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_sends_its_headers_byte_by_byte_is_disconnected() {
    let server = start_default(hello()).await;
    let mut client = connect(&server).await;
    client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let begin = Instant::now();
    let mut buffer = [0; 1];
    loop {
        // A byte each second would keep a timeout of idleness from expiring.
        let closed = timeout(Duration::from_secs(1), client.read(&mut buffer)).await;
        if closed.is_ok() || client.write_all(b"a").await.is_err() {
            break;
        }
        assert!(begin.elapsed() < Duration::from_mins(1));
    }
    assert!(begin.elapsed() >= Duration::from_secs(29));
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed_and_one_in_use_is_not() {
    let server = start_default(hello()).await;
    let mut client = connect(&server).await;
    for _ in 0..5 {
        client.write_all(REQUEST).await.unwrap();
        let mut response = [0; 1024];
        let length = client.read(&mut response).await.unwrap();
        assert!(response[..length].starts_with(b"HTTP/1.1 200"));
        sleep(Duration::from_secs(20)).await;
    }
    let (after, _) = until_closed(&mut client).await;
    assert!(after <= Duration::from_secs(31), "{after:?}");
}

#[tokio::test]
async fn headers_beyond_the_limits_are_refused() {
    let server = start_default(hello()).await;
    let many = "a: b\r\n".repeat(101);
    let large = format!("a: {}\r\n", "b".repeat(70_000));
    for headers in [many, large] {
        let mut client = connect(&server).await;
        let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n");
        // The server may respond before it has read everything.
        let _ = client.write_all(request.as_bytes()).await;
        let mut response = [0; 64];
        let length = client.read(&mut response).await.unwrap_or(0);
        assert!(response[..length].starts_with(b"HTTP/1.1 431"));
    }
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_until_another_one_closes() {
    let limits = Limits {
        connections: 2.try_into().unwrap(),
        ..Limits::default()
    };
    let server = start(hello(), limits).await;
    let (first, mut second) = (connect(&server).await, connect(&server).await);
    second.write_all(REQUEST).await.unwrap();
    let mut response = [0; 1024];
    assert_ne!(second.read(&mut response).await.unwrap(), 0);
    let mut third = connect(&server).await;
    third.write_all(REQUEST).await.unwrap();
    let waiting = timeout(Duration::from_millis(200), third.read(&mut response)).await;
    assert!(waiting.is_err(), "it is not served yet");
    drop(first);
    assert_ne!(third.read(&mut response).await.unwrap(), 0);
}

/// A proxy sends its next request over an open connection before it learns that the server stops.
#[tokio::test(start_paused = true)]
async fn a_server_that_stops_answers_over_open_connections_and_closes_them() {
    let server = start_default(hello()).await;
    let (mut used, mut idle) = (connect(&server).await, connect(&server).await);
    let mut response = [0; 1024];
    for client in [&mut used, &mut idle] {
        client.write_all(REQUEST).await.unwrap();
        let length = client.read(&mut response).await.unwrap();
        assert!(response[..length].starts_with(b"HTTP/1.1 200"));
        assert!(!contains(&response[..length], b"connection: close"));
    }
    let begin = Instant::now();
    server.stop.send(Duration::from_secs(1)).unwrap();
    while TcpStream::connect(server.address).await.is_ok() {
        yield_now().await;
    }
    used.write_all(REQUEST).await.unwrap();
    let (_, response) = until_closed(&mut used).await;
    assert!(response.starts_with(b"HTTP/1.1 200") && contains(&response, b"connection: close"));
    assert!(until_closed(&mut idle).await.1.is_empty());
    assert!(begin.elapsed() >= Duration::from_secs(1));
    server.served.await.unwrap();
}

/// The operating system accepts connections before the server does. Closing the listener resets them.
#[tokio::test]
async fn a_server_that_stops_serves_the_connections_in_its_queue() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(REQUEST).await.unwrap();
        waiting.push(client);
    }
    let stopped = std::future::ready(Duration::ZERO);
    let served = tokio::spawn(serve(listener, hello(), Limits::default(), stopped));
    for mut client in waiting {
        let (_, response) = until_closed(&mut client).await;
        assert!(
            response.starts_with(b"HTTP/1.1 200"),
            "{}",
            response.escape_ascii()
        );
    }
    served.await.unwrap();
}

#[tokio::test]
async fn a_stop_waits_for_requests_in_progress_and_closes_idle_connections() {
    let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (waiting, arriving) = (gate.clone(), arrived.clone());
    let slow = get(async move || {
        arriving.add_permits(1);
        waiting.acquire().await.unwrap().forget();
        "done"
    });
    let server = start_default(Router::new().route("/", slow)).await;
    let (mut busy, mut idle) = (connect(&server).await, connect(&server).await);
    busy.write_all(REQUEST).await.unwrap();
    arrived.acquire().await.unwrap().forget();
    server.stop.send(Duration::ZERO).unwrap();
    assert!(until_closed(&mut idle).await.1.is_empty());
    assert!(!server.served.is_finished());
    gate.add_permits(1);
    let (_, response) = until_closed(&mut busy).await;
    assert!(response.starts_with(b"HTTP/1.1 200"));
    server.served.await.unwrap();
}
