//! `WebSocket`s: the handshake is checked as a change, frames pass in both directions, and the end of the session closes
//! the connection.

use std::{net::SocketAddr, time::Duration};

use http::{Method, Response, StatusCode, Version};
use http_body_util::BodyExt as _;
use hyper::{body::Incoming, upgrade::Upgraded};
use hyper_util::rt::TokioIo;
use test_support::{Browser, SITE};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use crate::{
    connection::{full, send},
    proxy_test_env::{TestEnv, open, start},
    streaming_api::StreamingApi,
};

pub(crate) struct Env {
    pub(crate) api: StreamingApi,
    pub(crate) site: TestEnv,
    pub(crate) address: SocketAddr,
    pub(crate) browser: Browser,
}

impl Env {
    pub(crate) async fn new() -> Self {
        let api = StreamingApi::start().await;
        let (site, address, browser) = start(api.address(), &[], open).await;
        Self {
            api,
            site,
            address,
            browser,
        }
    }

    /// Sends a handshake with these headers besides those that every browser sends.
    async fn handshake(&self, path: &str, headers: &[(&str, &str)]) -> Response<Incoming> {
        let mut request = self
            .browser
            .request(Method::GET, path)
            .header("connection", "keep-alive, Upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(
            self.address,
            Version::HTTP_11,
            request.body(full("")).unwrap(),
        )
        .await
    }

    pub(crate) async fn connect(&self, headers: &[(&str, &str)]) -> TokioIo<Upgraded> {
        self.connect_to("/orders-api/changes", headers).await
    }

    pub(crate) async fn connect_to(
        &self,
        path: &str,
        headers: &[(&str, &str)],
    ) -> TokioIo<Upgraded> {
        let mut all = vec![("origin", SITE), ("sec-fetch-site", "same-origin")];
        all.extend(headers);
        let response = self.handshake(path, &all).await;
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        let headers = response.headers();
        assert_eq!(
            headers["sec-websocket-accept"],
            "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        );
        assert_eq!(headers.get("set-cookie"), None);
        TokioIo::new(hyper::upgrade::on(response).await.unwrap())
    }
}

pub(crate) async fn assert_echo(connection: &mut TokioIo<Upgraded>) {
    connection.write_all(b"ping").await.unwrap();
    let mut buffer = [0; 4];
    connection.read_exact(&mut buffer).await.unwrap();
    assert_eq!(&buffer, b"ping");
}

/// Asserts that the site closes the connection.
pub(crate) async fn assert_closed(mut connection: TokioIo<Upgraded>) {
    let mut buffer = [0; 4];
    let read = timeout(Duration::from_secs(10), connection.read(&mut buffer)).await;
    assert!(
        matches!(read.unwrap(), Ok(0) | Err(_)),
        "the connection is open"
    );
}

#[tokio::test]
async fn frames_pass_in_both_directions_and_the_api_gets_the_users_token() {
    let env = Env::new().await;
    let foreign = [
        ("authorization", "Bearer of-the-browser"),
        ("sec-websocket-protocol", "orders.v1"),
        ("sec-websocket-extensions", "permessage-deflate"),
    ];
    let mut connection = env.connect(&foreign).await;
    assert_echo(&mut connection).await;
    assert_echo(&mut connection).await;
    let handshake = &env.api.handshakes()[0];
    let authorization = handshake["authorization"].to_str().unwrap();
    assert!(authorization.starts_with("Bearer ey"), "the user's token");
    assert_eq!(handshake["sec-websocket-protocol"], "orders.v1");
    assert_eq!(handshake["sec-websocket-extensions"], "permessage-deflate");
    for name in ["cookie", "origin", "sec-fetch-site"] {
        assert_eq!(handshake.get(name), None, "{name}");
    }
}

#[tokio::test]
async fn the_browser_that_closes_closes_the_connection_to_the_api_and_the_reverse() {
    let env = Env::new().await;
    let mut connection = env.connect(&[]).await;
    connection.shutdown().await.unwrap();
    assert_closed(connection).await;
    env.api.wait_for_open(0).await;
}

#[tokio::test]
async fn a_handshake_must_name_this_site_as_its_origin() {
    let env = Env::new().await;
    let cases: &[&[(&str, &str)]] = &[
        &[],
        &[("sec-fetch-site", "same-origin")],
        &[("origin", "null"), ("sec-fetch-site", "same-origin")],
        &[("origin", "https://evil.example")],
        &[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "same-origin"),
        ],
        &[
            ("origin", "http://localhost:3001"),
            ("sec-fetch-site", "same-site"),
        ],
        &[("origin", SITE), ("sec-fetch-site", "cross-site")],
        &[("origin", "https://localhost:3000")],
        &[("origin", SITE), ("origin", "https://evil.example")],
    ];
    for headers in cases {
        let response = env.handshake("/orders-api/changes", headers).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?}");
    }
    assert!(env.api.handshakes().is_empty());
}

#[tokio::test]
async fn an_anonymous_handshake_gets_401() {
    let mut env = Env::new().await;
    env.browser.jar.clear();
    let response = env
        .handshake("/orders-api/changes", &[("origin", SITE)])
        .await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(env.api.handshakes().is_empty());
}

#[tokio::test]
async fn a_path_that_allows_no_websocket_refuses_the_handshake() {
    let api = StreamingApi::start().await;
    let proxy = |auth0: &axum_auth0::Auth0| auth0.proxy("/orders-api").get("/changes");
    let (site, address, browser) = start(api.address(), &[], proxy).await;
    let env = Env {
        api,
        site,
        address,
        browser,
    };
    let response = env
        .handshake("/orders-api/changes", &[("origin", SITE)])
        .await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert!(env.api.handshakes().is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_api_is_a_response() {
    let env = Env::new().await;
    env.api.refuse(&[403]);
    let response = env
        .handshake("/orders-api/changes", &[("origin", SITE)])
        .await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    // A rejected token is refreshed once.
    env.api.refuse(&[401]);
    let mut connection = env.connect(&[]).await;
    assert_echo(&mut connection).await;
    let handshakes = env.api.handshakes();
    assert_eq!(handshakes.len(), 3);
    assert_ne!(
        handshakes[1]["authorization"],
        handshakes[2]["authorization"]
    );
}

#[tokio::test]
async fn an_api_that_switches_without_accepting_the_handshake_is_502() {
    let env = Env::new().await;
    let response = env
        .handshake("/orders-api/without-accept", &[("origin", SITE)])
        .await;
    assert_eq!(response.status(), StatusCode::BAD_GATEWAY);
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert!(String::from_utf8_lossy(&body).contains("api_bad_answer"));
}

#[tokio::test]
async fn a_logout_closes_a_websocket() {
    let env = Env::new().await;
    let mut connection = env.connect(&[]).await;
    assert_echo(&mut connection).await;
    env.browser.clone().post("/auth/logout", "").await;
    assert_closed(connection).await;
}

#[tokio::test]
async fn a_revocation_closes_a_websocket() {
    let env = Env::new().await;
    let mut connection = env.connect(&[]).await;
    assert_echo(&mut connection).await;
    let issuer = env.site.provider.issuer();
    env.site
        .auth0
        .revoke_sessions(issuer, "auth0|alice")
        .await
        .unwrap();
    assert_closed(connection).await;
}

#[tokio::test]
async fn the_end_of_the_session_by_time_closes_a_websocket() {
    let env = Env::new().await;
    let mut connection = env.connect(&[]).await;
    assert_echo(&mut connection).await;
    env.site.clock.advance(25 * 3600);
    assert_closed(connection).await;
}

#[tokio::test]
async fn a_shutdown_closes_a_websocket() {
    let env = Env::new().await;
    let mut connection = env.connect(&[]).await;
    assert_echo(&mut connection).await;
    env.site.auth0.start_shutdown(Duration::from_secs(30));
    assert_closed(connection).await;
}
