//! A compression layer of the site, around the proxy.

use std::net::SocketAddr;

use http::{Method, StatusCode, Version, header};
use http_body_util::BodyExt as _;
use test_support::Browser;
use tower_http::compression::CompressionLayer;

use crate::{
    api::{HostileApi, Reply},
    connection::{exchange, full, send, serve},
    proxy_test_env::{TestEnv, open, script, start},
    streaming_api::StreamingApi,
};

/// Starts a site that compresses, with the API at `url`, and signs Alice in.
async fn compressing(url: &str) -> (TestEnv, SocketAddr, Browser) {
    let (site, _, browser) = start(url, &[], open).await;
    let app = site.auth0.wrap(open(&site.auth0).into_router());
    let address = serve(app.layer(CompressionLayer::new())).await;
    (site, address, browser)
}

fn request(browser: &Browser, path: &str) -> http::request::Builder {
    script(browser, Method::GET, path).header(header::ACCEPT_ENCODING, "gzip")
}

#[tokio::test]
async fn events_are_not_compressed_and_arrive_one_by_one() {
    let api = StreamingApi::start().await;
    let (_site, address, browser) = compressing(api.address()).await;
    let events = api.events();
    let request = request(&browser, "/orders-api/events").header("accept", "text/event-stream");
    let response = send(address, Version::HTTP_11, request.body(full("")).unwrap()).await;
    assert_eq!(response.headers().get(header::CONTENT_ENCODING), None);
    let mut body = response.into_body();
    for event in ["data: 1\n\n", "data: 2\n\n"] {
        events.send(event).unwrap();
        let frame = body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), event);
    }
}

#[tokio::test]
async fn what_the_api_has_encoded_is_not_encoded_again_and_other_responses_are() {
    let api = HostileApi::start().await;
    let (_site, address, browser) = compressing(api.address()).await;
    let body = "[".to_owned() + &"1,".repeat(200) + "1]";
    let json = ("content-type", "application/json".to_owned());
    let encoded = ("content-encoding", "gzip".to_owned());
    api.replies([
        Reply::With(200, vec![json.clone(), encoded], body.clone()),
        Reply::With(200, vec![json], body.clone()),
    ]);
    let get = || {
        request(&browser, "/orders-api/orders")
            .body(full(""))
            .unwrap()
    };
    let response = exchange(address, Version::HTTP_11, get()).await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.header("content-encoding"), Some("gzip"));
    assert_eq!(response.body, body, "the bytes of the API");
    let response = send(address, Version::HTTP_11, get()).await;
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let compressed = response.into_body().collect().await.unwrap().to_bytes();
    assert!(compressed.len() < body.len());
}
