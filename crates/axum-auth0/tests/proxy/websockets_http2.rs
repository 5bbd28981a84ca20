//! `WebSocket`s over HTTP/2 (extended CONNECT, RFC 8441). The API gets a handshake of HTTP/1.1.

use std::net::SocketAddr;

use http::{Method, Request, Response, StatusCode, Version, header};
use hyper::{body::Incoming, client::conn::http2, ext::Protocol, upgrade::Upgraded};
use hyper_util::rt::{TokioExecutor, TokioIo};
use test_support::{Browser, SITE};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    connection::{RequestBody, full},
    proxy_test_env::script,
    websockets::{Env, assert_closed, assert_echo},
};

/// A connection of a browser over HTTP/2, whose settings the site has sent.
async fn connect(address: SocketAddr, browser: &Browser) -> http2::SendRequest<RequestBody> {
    let io = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.unwrap();
    tokio::spawn(connection);
    // An extended CONNECT needs the settings of the site, which precede any response.
    let request = script(browser, Method::GET, "/whoami")
        .body(full(""))
        .unwrap();
    sender.send_request(http2_request(request)).await.unwrap();
    sender
}

fn http2_request(mut request: Request<RequestBody>) -> Request<RequestBody> {
    let host = request.headers_mut().remove(header::HOST).unwrap();
    let path = request.uri().path_and_query().unwrap();
    let uri = format!("http://{}{path}", host.to_str().unwrap());
    *request.uri_mut() = uri.parse().unwrap();
    *request.version_mut() = Version::HTTP_2;
    request
}

struct Handshake<'a> {
    protocol: Option<&'static str>,
    path: &'a str,
    headers: &'a [(&'a str, &'a str)],
}

/// The protocol, the headers, and the status of the response.
type Case<'a> = (Option<&'static str>, &'a [(&'a str, &'a str)], StatusCode);

const SAME_ORIGIN: &[(&str, &str)] = &[
    ("origin", SITE),
    ("sec-fetch-site", "same-origin"),
    ("sec-websocket-version", "13"),
];

impl Handshake<'_> {
    async fn send(self, env: &Env) -> Response<Incoming> {
        let mut sender = connect(env.address, &env.browser).await;
        let mut request = env.browser.request(Method::CONNECT, self.path);
        for (name, value) in self.headers {
            request = request.header(*name, *value);
        }
        let mut request = http2_request(request.body(full("")).unwrap());
        if let Some(protocol) = self.protocol {
            let extensions = request.extensions_mut();
            extensions.insert(Protocol::from_static(protocol));
        }
        sender.send_request(request).await.unwrap()
    }
}

async fn open(env: &Env, headers: &[(&str, &str)]) -> TokioIo<Upgraded> {
    let handshake = Handshake {
        protocol: Some("websocket"),
        path: "/orders-api/changes",
        headers: &[SAME_ORIGIN, headers].concat(),
    };
    let response = handshake.send(env).await;
    assert_eq!(response.status(), StatusCode::OK);
    for name in [
        "upgrade",
        "connection",
        "sec-websocket-accept",
        "set-cookie",
    ] {
        assert_eq!(response.headers().get(name), None, "{name}");
    }
    if let Some((_, protocol)) = headers.first() {
        assert_eq!(response.headers()["sec-websocket-protocol"], *protocol);
    }
    TokioIo::new(hyper::upgrade::on(response).await.unwrap())
}

#[tokio::test]
async fn frames_pass_over_http_2_and_the_api_gets_a_handshake_of_http_1() {
    let env = Env::new().await;
    let headers = [
        ("sec-websocket-protocol", "orders.v1"),
        ("sec-websocket-extensions", "permessage-deflate"),
        ("authorization", "Bearer of-the-browser"),
    ];
    let mut connection = open(&env, &headers).await;
    assert_echo(&mut connection).await;
    assert_echo(&mut connection).await;
    let handshake = &env.api.handshakes()[0];
    assert_eq!(handshake["upgrade"], "websocket");
    assert_eq!(handshake["sec-websocket-version"], "13");
    assert_eq!(handshake["sec-websocket-key"].len(), 24);
    assert_eq!(handshake["sec-websocket-protocol"], "orders.v1");
    assert_eq!(handshake["sec-websocket-extensions"], "permessage-deflate");
    let authorization = handshake["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("Bearer ey"), "the user's token");
    assert_eq!(handshake.get("cookie"), None);
}

#[tokio::test]
async fn each_side_that_closes_a_websocket_over_http_2_closes_the_other_one() {
    let env = Env::new().await;
    let mut connection = open(&env, &[]).await;
    assert_echo(&mut connection).await;
    connection.shutdown().await.unwrap();
    env.api.wait_for_open(0).await;
    assert_closed(connection).await;
}

#[tokio::test]
async fn a_logout_closes_a_websocket_over_http_2() {
    let env = Env::new().await;
    let mut connection = open(&env, &[]).await;
    assert_echo(&mut connection).await;
    env.browser.clone().post("/auth/logout", "").await;
    env.api.wait_for_open(0).await;
    assert_closed(connection).await;
}

#[tokio::test]
async fn a_revocation_closes_the_websocket_over_http_2_of_a_browser_that_stopped_reading() {
    let env = Env::new().await;
    let handshake = Handshake {
        protocol: Some("websocket"),
        path: "/orders-api/flood",
        headers: SAME_ORIGIN,
    };
    let response = handshake.send(&env).await;
    let mut connection = TokioIo::new(hyper::upgrade::on(response).await.unwrap());
    connection.read_exact(&mut [0; 16]).await.unwrap();
    let issuer = env.site.provider.issuer();
    let auth0 = &env.site.auth0;
    auth0.revoke_sessions(issuer, "auth0|alice").await.unwrap();
    env.api.wait_for_open(0).await;
}

#[tokio::test]
async fn a_handshake_over_http_2_must_name_this_site_as_its_origin_and_be_complete() {
    let env = Env::new().await;
    let version = ("sec-websocket-version", "13");
    let path = "/orders-api/changes";
    let protocol = Some("websocket");
    let cases: &[Case<'_>] = &[
        (protocol, &[version], StatusCode::FORBIDDEN),
        (
            protocol,
            &[version, ("origin", "https://evil.example")],
            StatusCode::FORBIDDEN,
        ),
        (
            protocol,
            &[
                version,
                ("origin", "null"),
                ("sec-fetch-site", "same-origin"),
            ],
            StatusCode::FORBIDDEN,
        ),
        (protocol, &[("origin", SITE)], StatusCode::BAD_REQUEST),
        (
            protocol,
            &[("origin", SITE), ("sec-websocket-version", "8")],
            StatusCode::BAD_REQUEST,
        ),
        (Some("connect-udp"), SAME_ORIGIN, StatusCode::BAD_REQUEST),
    ];
    for (protocol, headers, status) in cases {
        let handshake = Handshake {
            protocol: *protocol,
            path,
            headers,
        };
        let response = handshake.send(&env).await;
        assert_eq!(response.status(), *status, "{protocol:?} {headers:?}");
    }
    assert!(env.api.handshakes().is_empty());
}

#[tokio::test]
async fn an_api_that_does_not_accept_the_sites_key_is_502_over_http_2() {
    let env = Env::new().await;
    for (path, status) in [
        ("/orders-api/without-accept", StatusCode::BAD_GATEWAY),
        ("/orders-api/wrong-accept", StatusCode::BAD_GATEWAY),
    ] {
        let handshake = Handshake {
            protocol: Some("websocket"),
            path,
            headers: SAME_ORIGIN,
        };
        let response = handshake.send(&env).await;
        assert_eq!(response.status(), status, "{path}");
    }
    env.api.refuse(&[403]);
    let handshake = Handshake {
        protocol: Some("websocket"),
        path: "/orders-api/changes",
        headers: SAME_ORIGIN,
    };
    let response = handshake.send(&env).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}
