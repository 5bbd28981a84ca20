//! Where a message ends: what one side takes for a body is never a message to the other (RFC 9112 §11.2).

use std::net::SocketAddr;

use axum::body::Bytes;
use futures::stream;
use http::{Method, StatusCode, Version};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;
use test_support::Browser;

use crate::{
    connection::{PROTOCOLS, exchange, full, send},
    proxy_test_env::{ProxyTestEnv, TestEnv, open, script, start},
    raw::{RawApi, RawBrowser, Reads, head},
};

struct Env {
    api: RawApi,
    _site: TestEnv,
    address: SocketAddr,
    browser: Browser,
}

impl Env {
    async fn new(api: RawApi) -> Self {
        let (site, address, browser) = start(api.address(), &[], open).await;
        Self {
            api,
            _site: site,
            address,
            browser,
        }
    }

    async fn replying(reply: &'static str) -> Self {
        Self::new(RawApi::start(reply).await).await
    }

    /// Sends a POST with these lines after the usual headers.
    async fn post(&self, rest: &str) -> String {
        let mut connection = RawBrowser::connect(self.address).await;
        let request = script(&self.browser, Method::POST, "/orders-api/orders");
        connection
            .send(&format!("{}Connection: close\r\n{rest}", head(&request)))
            .await;
        connection.read_to_end().await
    }

    async fn get(&self, protocol: Version) -> http::Response<hyper::body::Incoming> {
        let request = script(&self.browser, Method::GET, "/orders-api/orders");
        send(self.address, protocol, request.body(full("")).unwrap()).await
    }
}

const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\n\r\n";

#[tokio::test]
async fn a_request_with_two_framings_reaches_the_api_with_one_or_not_at_all() {
    let env = Env::replying(NO_CONTENT).await;
    let hidden = "GET /admin HTTP/1.1\r\nHost: x\r\n\r\n";
    let length = hidden.len() + 5;
    for rest in [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n{hidden}"),
        format!(
            "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n{hidden}"
        ),
        format!("Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{hidden}"),
        format!("Content-Length: {length}, 0\r\n\r\n{hidden}"),
        format!("Content-Length: +0\r\n\r\n{hidden}"),
        format!("Content-Length: 0x0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: identity\r\n\r\n{hidden}"),
        format!("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!(
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n{hidden}"
        ),
        format!("X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"),
        format!(
            "Connection: Content-Length\r\nContent-Length: {}\r\n\r\n{hidden}",
            hidden.len()
        ),
        format!(
            "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
        ),
    ] {
        let before = env.api.requests().len();
        let response = env.post(&rest).await;
        let requests = env.api.requests().split_off(before);
        if requests.is_empty() {
            assert!(!response.starts_with("HTTP/1.1 2"), "{rest}\n{response}");
            continue;
        }
        assert_eq!(requests.len(), 1, "{rest}\n{requests:?}");
        let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
        let head = head.to_ascii_lowercase();
        let framings = head.matches("\r\ncontent-length:").count()
            + head.matches("\r\ntransfer-encoding:").count();
        assert_eq!(framings, 1, "{rest}\n{head}");
        if body.contains("/admin") {
            // It is a body for the API as well.
            let announced = format!("\r\ncontent-length: {}", body.len());
            assert!(head.contains(&announced), "{rest}\n{head}");
        }
    }
}

#[tokio::test]
async fn a_body_of_http_2_that_is_not_as_long_as_announced_is_no_complete_request() {
    for (announced, sent) in [("70000", 10), ("200000", 100_000), ("5", 10)] {
        let env = Env::replying(NO_CONTENT).await;
        let chunk = Frame::data(Bytes::from(vec![b'x'; sent]));
        let body = StreamBody::new(stream::iter([Ok(chunk)])).boxed();
        let request = script(&env.browser, Method::POST, "/orders-api/orders");
        let request = request.header("content-length", announced);
        let address = env.address;
        let sending = tokio::spawn(async move {
            exchange(address, Version::HTTP_2, request.body(body).unwrap()).await
        });
        // The client's own library may refuse to send it, too.
        let response = sending.await;
        let is_success = response.is_ok_and(|response| response.status.is_success());
        assert!(!is_success, "{announced} {sent}");
        for request in env.api.requests() {
            assert!(!request.contains("transfer-encoding: chunked"), "{request}");
            let (_, body) = request.split_once("\r\n\r\n").unwrap();
            assert!(
                body.len() < announced.parse().unwrap(),
                "complete: {announced}"
            );
        }
    }
}

#[tokio::test]
async fn a_response_of_the_api_with_an_invalid_head_is_502() {
    for reply in [
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nETag: \"1\"\r\n Set-Cookie: a=1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nETag: a\rSet-Cookie: a=1\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nET ag: a\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nETag: a\0b\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        "garbage",
        "",
    ] {
        let env = Env::replying(reply).await;
        for protocol in PROTOCOLS {
            let response = env.get(protocol).await;
            assert_eq!(response.status(), StatusCode::BAD_GATEWAY, "{reply:?}");
            assert_eq!(response.headers().get("set-cookie"), None, "{reply:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_the_api_does_not_complete_is_not_complete_for_the_browser() {
    for reply in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n",
    ] {
        let env = Env::replying(reply).await;
        for protocol in PROTOCOLS {
            let response = env.get(protocol).await;
            assert_eq!(response.status(), StatusCode::OK, "{reply:?}");
            let body = response.into_body().collect().await;
            assert!(body.is_err(), "{protocol:?} {reply:?}");
        }
    }
}

#[tokio::test]
async fn a_body_is_what_the_api_means_although_it_announces_another_length() {
    for (reply, expected) in [
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "abc",
        ),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "abc",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
            "abc",
        ),
        // RFC 9112 §6.3: without a length, the end of the connection is the end of the body.
        ("HTTP/1.0 200 OK\r\n\r\nabc", "abc"),
        (
            "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            "abc",
        ),
        // A second response is not taken for that of the next request.
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
            "abc",
        ),
        (
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 3\r\nETag: \"1\"\r\n\r\n",
            "",
        ),
        ("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n", ""),
    ] {
        let env = Env::replying(reply).await;
        for protocol in PROTOCOLS {
            for _ in 0..2 {
                let response = env.get(protocol).await;
                let lengths = response.headers().get_all("content-length").iter();
                assert!(lengths.count() <= 1, "{reply:?}");
                let body = response.into_body().collect().await.unwrap().to_bytes();
                assert_eq!(body, expected, "{protocol:?} {reply:?}");
            }
        }
    }
}

#[tokio::test]
async fn trailers_are_dropped_in_both_directions() {
    let env = Env::replying(
        "HTTP/1.1 200 OK\r\nTrailer: Set-Cookie\r\nTransfer-Encoding: chunked\r\n\r\n\
         3\r\nabc\r\n0\r\nSet-Cookie: a=1\r\nX-Internal: 1\r\n\r\n",
    )
    .await;
    for protocol in PROTOCOLS {
        let response = env.get(protocol).await;
        assert_eq!(response.headers().get("trailer"), None);
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body.trailers(), None);
        assert_eq!(body.to_bytes(), "abc");
    }
    let chunks = "Trailer: X-User\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-User: admin\r\n\r\n";
    let response = env.post(chunks).await;
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    let request = env.api.requests().pop().unwrap().to_ascii_lowercase();
    assert!(!request.contains("x-user"), "{request}");
    assert!(request.ends_with("3\r\nabc\r\n0\r\n\r\n"), "{request}");
}

#[tokio::test]
async fn a_client_that_waits_for_100_continue_sends_its_body_only_if_the_request_is_admitted() {
    let env = Env::replying(NO_CONTENT).await;
    let expect = "Expect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n";
    let mut connection = RawBrowser::connect(env.address).await;
    let request = script(&env.browser, Method::POST, "/orders-api/orders");
    connection
        .send(&format!("{}{expect}", head(&request)))
        .await;
    let interim = connection.read_until("\r\n\r\n").await;
    assert!(interim.starts_with("HTTP/1.1 100 "), "{interim}");
    connection.send("abc").await;
    let response = connection.read_to_end().await;
    assert!(response.starts_with("HTTP/1.1 204"), "{response}");
    let request = env.api.requests().pop().unwrap().to_ascii_lowercase();
    assert!(
        !request.contains("expect:") && request.ends_with("\r\n\r\nabc"),
        "{request}"
    );

    let mut anonymous = env.browser.clone();
    anonymous.jar.clear();
    let mut connection = RawBrowser::connect(env.address).await;
    let request = script(&anonymous, Method::POST, "/orders-api/orders");
    connection
        .send(&format!("{}{expect}", head(&request)))
        .await;
    let response = connection.read_to_end().await;
    assert!(response.starts_with("HTTP/1.1 401"), "{response}");
    assert_eq!(env.api.requests().len(), 1);
}

#[tokio::test]
async fn the_refusal_of_an_upload_arrives_before_the_upload_is_complete() {
    let reply =
        "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig";
    for protocol in PROTOCOLS {
        let api = RawApi::reading(Reads::Headers, reply).await;
        let (_site, address, browser) = start(api.address(), &[], open).await;
        // The rest of the body never comes.
        let first = Frame::data(Bytes::from(vec![b'x'; 1024]));
        let chunks = stream::once(std::future::ready(Ok(first)));
        let body = StreamBody::new(futures::StreamExt::chain(chunks, stream::pending())).boxed();
        let request = script(&browser, Method::POST, "/orders-api/orders");
        let response = send(address, protocol, request.body(body).unwrap()).await;
        assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let mut body = response.into_body();
        let part = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(part, "big");
    }
}

#[tokio::test]
async fn ranges_and_conditions_pass_in_both_directions() {
    let env = ProxyTestEnv::new().await;
    for (status, names) in [
        (
            206,
            vec![
                ("content-range", "bytes 0-1/10"),
                ("accept-ranges", "bytes"),
            ],
        ),
        (
            304,
            vec![
                ("etag", "\"1\""),
                ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ],
        ),
        (412, vec![]),
        (416, vec![("content-range", "bytes */10")]),
    ] {
        let headers = names
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let text = if status == 206 { "ab" } else { "" };
        env.api.replies([crate::api::Reply::With(
            status,
            headers.collect(),
            text.to_owned(),
        )]);
        let conditions = [
            ("range", "bytes=0-1"),
            ("if-range", "\"1\""),
            ("if-match", "\"1\""),
            ("if-none-match", "\"2\""),
            ("if-modified-since", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ];
        let response = env.get("/orders-api/orders", &conditions).await;
        assert_eq!(response.status.as_u16(), status);
        assert_eq!(response.body, text);
        for (name, value) in names {
            assert_eq!(response.header(name), Some(value), "{status}");
        }
        // A condition of the browser cannot make a shared cache keep the response.
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let request = env.api.requests().pop().unwrap();
        for (name, value) in conditions {
            assert_eq!(request.header(name), Some(value));
        }
    }
}
