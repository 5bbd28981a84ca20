//! Large bodies: they are streamed, with limits, and neither side runs ahead of the other.

use std::time::Duration;

use axum::body::Bytes;
use futures::stream;
use http::{Method, StatusCode, Version};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use test_support::Browser;
use tokio::time::timeout;

use crate::{
    api::{HostileApi, Reply},
    connection::{PROTOCOLS, RequestBody, exchange, full, send},
    proxy_test_env::{ProxyTestEnv, open, script, start},
    streaming_api::StreamingApi,
};

const MEGABYTE: usize = 1024 * 1024;

/// A body without an announced length.
fn chunks(count: usize) -> RequestBody {
    let chunk = || Ok(Frame::data(Bytes::from(vec![b'x'; 64 * 1024])));
    StreamBody::new(stream::iter((0..count).map(move |_| chunk()))).boxed()
}

fn upload(browser: &Browser, body: RequestBody) -> http::Request<RequestBody> {
    script(browser, Method::POST, "/orders-api/upload")
        .body(body)
        .unwrap()
}

#[tokio::test]
async fn a_body_within_the_limit_is_streamed_to_the_api() {
    for protocol in PROTOCOLS {
        let api = StreamingApi::start().await;
        let (_site, address, browser) = start(api.address(), &[], open).await;
        for body in [chunks(16), full(vec![b'x'; MEGABYTE])] {
            let response = exchange(address, protocol, upload(&browser, body)).await;
            assert_eq!(response.status, StatusCode::NO_CONTENT, "{}", response.body);
        }
        assert_eq!(api.received(), 2 * MEGABYTE);
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_413() {
    let api = StreamingApi::start().await;
    let (_site, address, browser) = start(api.address(), &[], open).await;
    let announced = upload(&browser, full(vec![b'x'; 3 * MEGABYTE]));
    let response = exchange(address, Version::HTTP_2, announced).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(api.received(), 0);
    let streamed = upload(&browser, chunks(48));
    let response = exchange(address, Version::HTTP_2, streamed).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(response.code(), "too_large");
    assert!(api.received() <= 2 * MEGABYTE, "{}", api.received());
}

#[tokio::test]
async fn the_api_does_not_run_ahead_of_a_browser_that_reads_slowly() {
    for protocol in PROTOCOLS {
        let api = StreamingApi::start().await;
        let (_site, address, browser) = start(api.address(), &[], open).await;
        let request = script(&browser, Method::GET, "/orders-api/endless");
        let response = send(address, protocol, request.body(full("")).unwrap()).await;
        let mut body = response.into_body();
        body.frame().await.unwrap().unwrap();
        // The buffers of four sockets fill up while other requests are served; then the API has to wait.
        for _ in 0..20 {
            let other = exchange(address, protocol, upload(&browser, full("x"))).await;
            assert_eq!(other.status, StatusCode::NO_CONTENT);
            let chunks = api.chunks();
            assert!(
                chunks < 1_000,
                "{chunks} chunks of 64 KiB for one that was read"
            );
        }
    }
}

#[tokio::test]
async fn a_response_that_is_cut_or_pauses_too_long_is_an_error_for_the_browser() {
    let env = ProxyTestEnv::with(|auth0| open(auth0).timeout(Duration::from_millis(300))).await;
    for protocol in PROTOCOLS {
        for reply in [Reply::Truncated, Reply::Stalled, Reply::Gigabyte] {
            env.api.replies([reply.clone()]);
            let request = env.script(Method::GET, "/orders-api/orders");
            let response = send(env.address, protocol, request.body(full("")).unwrap()).await;
            if matches!(reply, Reply::Truncated) && response.status() == StatusCode::BAD_GATEWAY {
                // The connection broke before the headers were sent.
                continue;
            }
            assert_eq!(response.status(), StatusCode::OK);
            let body = timeout(Duration::from_secs(10), response.into_body().collect());
            assert!(body.await.unwrap().is_err(), "{reply:?}");
        }
    }
}

#[tokio::test]
async fn the_end_of_the_session_interrupts_a_download() {
    let api = StreamingApi::start().await;
    let (site, address, mut browser) = start(api.address(), &[], open).await;
    let events = api.events();
    let request = script(&browser, Method::GET, "/orders-api/download");
    let response = send(address, Version::HTTP_11, request.body(full("")).unwrap()).await;
    let mut body = response.into_body();
    events.send("part").unwrap();
    assert_eq!(
        body.frame().await.unwrap().unwrap().into_data().unwrap(),
        "part"
    );
    browser.post("/auth/logout", "").await;
    let end = timeout(Duration::from_secs(10), body.frame())
        .await
        .unwrap();
    assert!(
        end.unwrap().is_err(),
        "an incomplete download must not look complete"
    );
    assert!(site.store.logins().await.is_empty());
}

#[tokio::test]
async fn an_endless_response_is_not_collected() {
    let api = HostileApi::start().await;
    api.replies([Reply::Endless]);
    let (_site, address, browser) = start(api.address(), &[], open).await;
    let request = script(&browser, Method::GET, "/orders-api/orders");
    let response = send(address, Version::HTTP_11, request.body(full("")).unwrap()).await;
    let mut body = response.into_body();
    for _ in 0..100 {
        body.frame().await.unwrap().unwrap();
    }
}
