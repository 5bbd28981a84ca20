//! The limits of open requests and streams, and every way in which one is counted out.

use std::net::SocketAddr;

use axum_auth0::{Auth0, Proxy};
use http::{Method, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use test_support::{Browser, OrdersApi};
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    api::{HostileApi, Reply},
    connection::{PROTOCOLS, Received, exchange, full, send},
    proxy_test_env::{TestEnv, open, script, start},
    raw::{RawBrowser, head},
    streaming_api::StreamingApi,
};

fn one_for_each_session(auth0: &Auth0) -> Proxy<OrdersApi> {
    open(auth0).max_streams_per_session(1)
}

struct Env {
    api: StreamingApi,
    site: TestEnv,
    address: SocketAddr,
    browser: Browser,
}

impl Env {
    async fn new(proxy: impl FnOnce(&Auth0) -> Proxy<OrdersApi>) -> Self {
        let api = StreamingApi::start().await;
        let (site, address, browser) = start(api.address(), &[], proxy).await;
        Self {
            api,
            site,
            address,
            browser,
        }
    }

    /// Opens an event stream, which ends when one of the two values is dropped.
    async fn open(&self, protocol: Version) -> (UnboundedSender<&'static str>, Response<Incoming>) {
        let events = self.api.events();
        let request = script(&self.browser, Method::GET, "/orders-api/events");
        let request = request.body(full("")).unwrap();
        let response = send(self.address, protocol, request).await;
        assert_eq!(response.status(), StatusCode::OK);
        (events, response)
    }

    /// Sends a short request.
    async fn short(&self, browser: &Browser) -> Received {
        let request = script(browser, Method::POST, "/orders-api/upload");
        exchange(
            self.address,
            Version::HTTP_11,
            request.body(full("")).unwrap(),
        )
        .await
    }
}

#[tokio::test]
async fn beyond_the_limit_of_a_session_the_response_is_429_until_a_stream_ends() {
    for protocol in PROTOCOLS {
        let env = Env::new(|auth0| open(auth0).max_streams_per_session(2)).await;
        let first = env.open(protocol).await;
        let second = env.open(protocol).await;
        let refused = env.short(&env.browser).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.code(), "too_many_streams");
        assert_eq!(refused.header("retry-after"), Some("5"));
        assert_eq!(refused.header("cache-control"), Some("no-store"));
        assert_eq!(env.api.received(), 0);
        let bob = env.site.logged_in("bob").await;
        assert_eq!(env.short(&bob).await.status, StatusCode::NO_CONTENT);
        // The browser closes one stream.
        drop(first);
        env.api.wait_for_open(1).await;
        assert_eq!(env.short(&env.browser).await.status, StatusCode::NO_CONTENT);
        // The API ends the other.
        let (events, response) = second;
        drop(events);
        response.into_body().collect().await.unwrap();
        let _both = (env.open(protocol).await, env.open(protocol).await);
        let refused = env.short(&env.browser).await;
        assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[tokio::test]
async fn beyond_the_limit_of_the_process_the_response_is_503_for_every_session() {
    let env = Env::new(|auth0| open(auth0).max_streams(1)).await;
    let stream = env.open(Version::HTTP_11).await;
    let bob = env.site.logged_in("bob").await;
    for browser in [&env.browser, &bob] {
        let refused = env.short(browser).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refused.code(), "overloaded");
        assert_eq!(refused.header("retry-after"), Some("5"));
    }
    drop(stream);
    env.api.wait_for_open(0).await;
    assert_eq!(env.short(&bob).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_request_that_the_browser_aborts_is_counted_out() {
    let env = Env::new(one_for_each_session).await;
    // Before the response of the API.
    let request = script(&env.browser, Method::GET, "/orders-api/silent");
    let mut connection = RawBrowser::connect(env.address).await;
    connection.send(&format!("{}\r\n", head(&request))).await;
    env.api.wait_for_open(1).await;
    let refused = env.short(&env.browser).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    drop(connection);
    env.api.wait_for_open(0).await;
    assert_eq!(env.short(&env.browser).await.status, StatusCode::NO_CONTENT);
    // Within the response, while nothing is read.
    for protocol in PROTOCOLS {
        let request = script(&env.browser, Method::GET, "/orders-api/endless");
        let response = send(env.address, protocol, request.body(full("")).unwrap()).await;
        env.api.wait_for_open(1).await;
        drop(response);
        env.api.wait_for_open(0).await;
        assert_eq!(env.short(&env.browser).await.status, StatusCode::NO_CONTENT);
    }
}

#[tokio::test]
async fn requests_that_fail_are_counted_out() {
    let api = HostileApi::start().await;
    let (_site, address, browser) = start(api.address(), &[], one_for_each_session).await;
    let replies = [
        Reply::status(500),
        Reply::headed(302, "location", "https://evil.example"),
        Reply::status(101),
        Reply::HangUp,
        Reply::Truncated,
        Reply::invalid_token(),
        Reply::status(200),
    ];
    for reply in replies {
        api.replies([reply.clone()]);
        let request = script(&browser, Method::GET, "/orders-api/orders");
        let response = send(address, Version::HTTP_11, request.body(full("")).unwrap()).await;
        assert_ne!(
            response.status(),
            StatusCode::TOO_MANY_REQUESTS,
            "{reply:?}"
        );
        // Some of the bodies are cut.
        drop(response.into_body().collect().await);
    }
    let body = full(vec![b'x'; 3 * 1024 * 1024]);
    let request = script(&browser, Method::POST, "/orders-api/orders");
    let response = exchange(address, Version::HTTP_2, request.body(body).unwrap()).await;
    assert_eq!(response.status, StatusCode::PAYLOAD_TOO_LARGE);
    let request = script(&browser, Method::GET, "/orders-api/orders");
    let response = exchange(address, Version::HTTP_2, request.body(full("")).unwrap()).await;
    assert_eq!(response.status, StatusCode::OK);
}
