//! Server-sent events: each event arrives when it was sent, and the stream ends with the session.

use std::time::Duration;

use axum_auth0::store::{Store as _, StoreChange};
use http::{Method, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use test_support::Browser;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, timeout},
};

use crate::{
    connection::{PROTOCOLS, full, send},
    proxy_test_env::{TestEnv, open, script, start},
    streaming_api::StreamingApi,
};

struct Stream {
    site: TestEnv,
    browser: Browser,
    events: UnboundedSender<&'static str>,
    body: Incoming,
}

async fn stream(protocol: Version) -> Stream {
    let api = StreamingApi::start().await;
    let (site, address, browser) = start(api.address(), &[], open).await;
    let events = api.events();
    let request = script(&browser, Method::GET, "/orders-api/events");
    let request = request.header("accept", "text/event-stream");
    let response = send(address, protocol, request.body(full("")).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let headers = response.headers();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["x-accel-buffering"], "no");
    assert_eq!(headers["cache-control"], "no-store");
    let body = response.into_body();
    Stream {
        site,
        browser,
        events,
        body,
    }
}

impl Stream {
    async fn next(&mut self) -> String {
        let frame = timeout(Duration::from_secs(10), self.body.frame()).await;
        let data = frame.unwrap().unwrap().unwrap().into_data().unwrap();
        String::from_utf8(data.to_vec()).unwrap()
    }

    /// Sends an event and reads it.
    async fn pass(&mut self, event: &'static str) {
        self.events.send(event).unwrap();
        assert_eq!(self.next().await, event);
    }

    /// Asserts that the stream ends regularly, although the API would continue it.
    async fn assert_ends(&mut self) {
        let rest = timeout(Duration::from_secs(10), (&mut self.body).collect());
        let rest = rest.await.expect("the stream continues").unwrap();
        assert!(rest.to_bytes().is_empty());
    }
}

#[tokio::test]
async fn each_event_arrives_before_the_next_one_is_sent() {
    for protocol in PROTOCOLS {
        let mut stream = stream(protocol).await;
        for event in ["data: 1\n\n", "data: 2\n\n", ": comment\n\n"] {
            stream.pass(event).await;
        }
    }
}

#[tokio::test]
async fn a_logout_ends_an_event_stream() {
    for protocol in PROTOCOLS {
        let mut stream = stream(protocol).await;
        stream.pass("data: 1\n\n").await;
        stream.browser.clone().post("/auth/logout", "").await;
        stream.assert_ends().await;
    }
}

#[tokio::test]
async fn a_revocation_by_an_operator_ends_an_event_stream() {
    let mut stream = stream(Version::HTTP_11).await;
    stream.pass("data: 1\n\n").await;
    let issuer = stream.site.provider.issuer().to_owned();
    stream
        .site
        .auth0
        .revoke_sessions(&issuer, "auth0|alice")
        .await
        .unwrap();
    stream.assert_ends().await;
}

#[tokio::test]
async fn inactivity_and_the_absolute_limit_end_an_event_stream() {
    for seconds in [25 * 3600, 4 * 24 * 3600] {
        let mut stream = stream(Version::HTTP_11).await;
        stream.pass("data: 1\n\n").await;
        stream.site.clock.advance(seconds);
        stream.assert_ends().await;
    }
}

#[tokio::test]
async fn requests_of_the_user_keep_an_event_stream_open_beyond_the_first_inactivity_limit() {
    let mut stream = stream(Version::HTTP_11).await;
    for _ in 0..3 {
        stream.site.clock.advance(20 * 3600);
        let mut browser = stream.browser.clone();
        assert_eq!(browser.whoami().await, "auth0|alice");
        let before = stream.site.store.read_count();
        stream.site.store.wait_for_reads(before, 2).await;
        stream.pass("data: 1\n\n").await;
    }
}

#[tokio::test]
async fn an_open_event_stream_is_no_use_of_the_session() {
    let stream = stream(Version::HTTP_11).await;
    let before = stream.site.store.login().await.last_seen_at;
    stream.site.clock.advance(3600);
    let reads = stream.site.store.read_count();
    stream.site.store.wait_for_reads(reads, 3).await;
    assert_eq!(stream.site.store.login().await.last_seen_at, before);
}

#[tokio::test]
async fn a_shutdown_ends_an_event_stream() {
    let mut stream = stream(Version::HTTP_11).await;
    stream.pass("data: 1\n\n").await;
    stream.site.auth0.start_shutdown(Duration::from_secs(30));
    stream.assert_ends().await;
}

#[tokio::test]
async fn an_outage_of_the_store_does_not_end_a_stream_at_once() {
    let mut stream = stream(Version::HTTP_11).await;
    stream.pass("data: 1\n\n").await;
    stream.site.store.set_unavailable(true);
    // The session is checked every 20 ms meanwhile.
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(200) {
        stream.pass("data: 2\n\n").await;
    }
    stream.site.store.set_unavailable(false);
    stream.browser.clone().post("/auth/logout", "").await;
    stream.assert_ends().await;
}

#[tokio::test]
async fn with_a_store_that_reports_changes_a_revocation_elsewhere_ends_the_stream_without_polling()
{
    let api = StreamingApi::start().await;
    let hour = Duration::from_hours(1);
    let proxy = |auth0: &axum_auth0::Auth0| open(auth0).session_check_interval(hour);
    let (site, address, browser) = start(api.address(), &[], proxy).await;
    let feed = site.store.open_feed();
    drop(site.auth0.spawn_maintenance());
    feed.prove().await;
    let events = api.events();
    let request = script(&browser, Method::GET, "/orders-api/events");
    let reads = site.store.read_count();
    let response = send(address, Version::HTTP_11, request.body(full("")).unwrap()).await;
    // The request itself reads the session, and then the stream does.
    site.store.wait_for_reads(reads, 2).await;
    let mut stream = Stream {
        events,
        body: response.into_body(),
        browser,
        site,
    };
    stream.pass("data: 1\n\n").await;
    let login = stream.site.store.login().await.id;
    stream.site.store.delete_login(&login).await.unwrap();
    stream.pass("data: 2\n\n").await;
    feed.report(StoreChange::Login(login)).await;
    stream.assert_ends().await;
}
