//! Requests that wait for a place: what happens to them when their client or the server goes.

use futures::stream::FuturesUnordered;
use tokio::time::advance;

use super::*;
use crate::load_shedding::shed_load;

/// A server whose page is limited to one request in progress.
struct OnePlace {
    server: Server,
    gate: Arc<Semaphore>,
    /// Keeps the paused clock still, which runs ahead only while no task is ready: no wait for the place ends by timeout.
    busy: JoinHandle<()>,
}

impl OnePlace {
    /// Starts the server, and a request in progress.
    async fn start(waiting: u32) -> (Self, TcpStream) {
        let (gate, arrived) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (opening, arriving) = (gate.clone(), arrived.clone());
        let page = get(async move || {
            arriving.add_permits(1);
            opening.acquire().await.unwrap().forget();
            "done"
        });
        let limits = Limits {
            requests: 1.try_into().unwrap(),
            waiting,
            ..Limits::default()
        };
        let site = shed_load(Router::new().route("/", page), limits, "");
        let server = start(site, limits).await;
        let in_progress = send(&server).await;
        arrived.acquire().await.unwrap().forget();
        let busy = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        (Self { server, gate, busy }, in_progress)
    }
}

impl Drop for OnePlace {
    fn drop(&mut self) {
        self.busy.abort();
    }
}

async fn send(server: &Server) -> TcpStream {
    let mut client = connect(server).await;
    client.write_all(REQUEST).await.unwrap();
    client
}

/// Returns whether the request is refused at once.
async fn is_refused(client: &TcpStream) -> bool {
    let mut response = [0; 1024];
    for _ in 0..10_000 {
        if let Ok(length) = client.try_read(&mut response) {
            assert!(response[..length].starts_with(b"HTTP/1.1 503"));
            return true;
        }
        yield_now().await;
    }
    false
}

async fn assert_served(client: &mut TcpStream) {
    let mut response = [0; 1024];
    let length = client.read(&mut response).await.unwrap();
    let response = &response[..length];
    assert!(
        response.starts_with(b"HTTP/1.1 200"),
        "{}",
        response.escape_ascii()
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_disconnects_while_it_waits_leaves_the_queue() {
    let (site, mut served) = OnePlace::start(1).await;
    let waiting = send(&site.server).await;
    assert!(!is_refused(&waiting).await);
    assert!(is_refused(&send(&site.server).await).await);
    drop(waiting);
    let mut next = loop {
        let client = send(&site.server).await;
        if !is_refused(&client).await {
            break client;
        }
    };
    site.gate.add_permits(2);
    assert_served(&mut served).await;
    assert_served(&mut next).await;
}

#[tokio::test(start_paused = true)]
async fn a_stop_waits_for_requests_that_wait_for_a_place() {
    let (mut site, mut served) = OnePlace::start(1).await;
    let mut waiting = send(&site.server).await;
    assert!(!is_refused(&waiting).await);
    let (never, _) = oneshot::channel();
    let stop = std::mem::replace(&mut site.server.stop, never);
    stop.send(Duration::ZERO).unwrap();
    advance(Duration::from_millis(1)).await;
    assert!(!is_refused(&waiting).await);
    site.gate.add_permits(2);
    assert_served(&mut served).await;
    assert_served(&mut waiting).await;
    (&mut site.server.served).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_streams_of_one_connection_of_http2_do_not_exceed_the_queue() {
    let options = axum_auth0::http_client::HttpClientOptions::default();
    axum_auth0::http_client::HttpClient::new(options).unwrap();
    let (site, mut served) = OnePlace::start(2).await;
    let client = reqwest::Client::builder()
        .no_proxy()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let url = format!("http://{}/", site.server.address);
    let mut streams: FuturesUnordered<_> = (0..6).map(|_| client.get(&url).send()).collect();
    let mut statuses = Vec::new();
    while let Some(response) = streams.next().await {
        statuses.push(response.unwrap().status().as_u16());
        if statuses.len() == 4 {
            site.gate.add_permits(3);
        }
    }
    assert_eq!(statuses, [503, 503, 503, 503, 200, 200]);
    assert_served(&mut served).await;
}
