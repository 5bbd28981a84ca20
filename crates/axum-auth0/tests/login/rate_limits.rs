//! Rate limits per client address, and forwarding headers of reverse proxies.

use std::net::SocketAddr;

use axum::{Router, body::Body, extract::ConnectInfo, routing::get};
use http::{Method, Request, StatusCode};
use test_support::{Browser, TestResponse};

use crate::app::{TestEnv, TestEnvBuilder};

const LIMIT: &str = "AUTH0_LOGIN_RATE_LIMIT";
const CLIENT: &str = "203.0.113.5";

/// Returns `request` from an address, with headers of a proxy.
fn from(peer: &str, mut request: Request<Body>, fields: &[(&'static str, &str)]) -> Request<Body> {
    let peer: std::net::IpAddr = peer.parse().unwrap();
    let peer = ConnectInfo(SocketAddr::from((peer, 50_000)));
    request.extensions_mut().insert(peer);
    for (name, value) in fields {
        let value = value.parse().unwrap();
        request.headers_mut().append(*name, value);
    }
    request
}

async fn open(
    browser: &mut Browser,
    path: &str,
    peer: &str,
    fields: &[(&'static str, &str)],
) -> TestResponse {
    let request = browser.navigation(path).body(Body::empty()).unwrap();
    browser.send(from(peer, request, fields)).await
}

/// Starts logins until one is refused, and returns how many were not.
async fn accepted(browser: &mut Browser, peer: &str, fields: &[(&'static str, &str)]) -> usize {
    for number in 0..20 {
        let response = open(browser, "/auth/login", peer, fields).await;
        browser.jar.clear();
        if response.status == StatusCode::TOO_MANY_REQUESTS {
            return number;
        }
        assert_eq!(response.status, StatusCode::SEE_OTHER);
    }
    20
}

#[tokio::test]
async fn logins_beyond_the_limit_get_a_page_that_says_when_to_try_again() {
    let env = TestEnvBuilder::new().set(LIMIT, "3").build().await;
    let mut browser = env.browser();
    assert_eq!(accepted(&mut browser, CLIENT, &[]).await, 3);
    let path = "/auth/login?returnTo=%2Fproducts";
    let response = open(&mut browser, path, CLIENT, &[]).await;
    assert_eq!(response.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = response.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(response.header("cache-control"), Some("no-store"));
    assert!(response.set_cookies().is_empty());
    assert!(response.body.contains("<h1>Too many requests</h1>"));
    // Other clients, other routes and the pages are not limited.
    assert_eq!(accepted(&mut browser, "203.0.113.6", &[]).await, 3);
    let response = open(&mut browser, "/auth/callback?code=x&state=y", CLIENT, &[]).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(open(&mut browser, "/", CLIENT, &[]).await.status, 200);
}

#[tokio::test]
async fn a_program_gets_json() {
    let env = TestEnvBuilder::new().set(LIMIT, "1").build().await;
    let mut browser = env.browser();
    for status in [303, 429] {
        let request = browser.request(Method::GET, "/auth/login");
        let request = from(CLIENT, request.body(Body::empty()).unwrap(), &[]);
        let response = browser.send(request).await;
        browser.jar.clear();
        assert_eq!(response.status.as_u16(), status);
        if status == 429 {
            assert_eq!(response.json()["code"], "rate_limited");
            assert!(response.header("retry-after").is_some());
        }
    }
}

#[tokio::test]
async fn callbacks_have_a_limit_of_their_own_and_use_up_no_login() {
    let env = TestEnvBuilder::new().set(LIMIT, "2").build().await;
    let mut browser = env.browser();
    for _ in 0..2 {
        let path = "/auth/callback?code=x&state=y";
        let response = open(&mut browser, path, CLIENT, &[]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST);
    }
    let response = open(&mut browser, "/auth/login", CLIENT, &[]).await;
    let returned = env.provider.authorize(response.location(), "alice").path();
    let refused = open(&mut browser, &returned, CLIENT, &[]).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    // The code is not used up: the same address works later, or from another network.
    let response = open(&mut browser, &returned, "203.0.113.6", &[]).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn the_addresses_of_an_ipv6_network_share_a_limit() {
    let env = TestEnvBuilder::new().set(LIMIT, "2").build().await;
    let mut browser = env.browser();
    assert_eq!(accepted(&mut browser, "2001:db8:1:2::1", &[]).await, 2);
    assert_eq!(accepted(&mut browser, "2001:db8:1:2:3::9", &[]).await, 0);
    assert_eq!(accepted(&mut browser, "2001:db8:1:3::1", &[]).await, 2);
}

#[tokio::test]
async fn zero_is_no_limit() {
    let env = TestEnvBuilder::new().set(LIMIT, "0").build().await;
    assert_eq!(accepted(&mut env.browser(), CLIENT, &[]).await, 20);
}

#[tokio::test]
async fn a_client_cannot_choose_its_address_but_a_trusted_proxy_reports_it() {
    let env = TestEnvBuilder::new()
        .set(LIMIT, "2")
        .set("TRUSTED_PROXIES", "10.0.0.0/8")
        .build()
        .await;
    let mut browser = env.browser();
    // From a client directly: one count, whatever it claims.
    let mut refused = 0;
    for number in 0..5 {
        let claimed = format!("198.51.100.{number}");
        let fields = [("x-forwarded-for", claimed.as_str())];
        let response = open(&mut browser, "/auth/login", CLIENT, &fields).await;
        browser.jar.clear();
        refused += u32::from(response.status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 3);
    // Through the proxy: what the client claims stands to the left of its address.
    for client in ["203.0.113.7", "203.0.113.8"] {
        let mut refused = 0;
        for number in 0..5 {
            let chain = format!("198.51.100.{number}, {client}, 10.0.0.9");
            let fields = [("x-forwarded-for", chain.as_str())];
            let response = open(&mut browser, "/auth/login", "10.0.0.1", &fields).await;
            browser.jar.clear();
            refused += u32::from(response.status == StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(refused, 3, "{client}");
    }
}

/// Otherwise, all users would share the limit of the proxy.
#[tokio::test]
async fn behind_a_proxy_that_is_not_configured_nothing_is_limited() {
    let env = TestEnvBuilder::new().set(LIMIT, "2").build().await;
    let mut browser = env.browser();
    let fields = [("x-forwarded-for", CLIENT)];
    assert_eq!(accepted(&mut browser, "127.0.0.1", &fields).await, 20);
    assert_eq!(accepted(&mut browser, "127.0.0.1", &[]).await, 2);
    // A client of the internet does not escape its limit by the header.
    assert_eq!(accepted(&mut browser, CLIENT, &fields).await, 2);
    let log = test_support::log_capture::captured();
    let warnings = log.matches("TRUSTED_PROXIES does not name its address");
    assert_eq!(warnings.count(), 1);
}

#[tokio::test]
async fn a_server_that_does_not_provide_addresses_limits_nothing() {
    let env = TestEnvBuilder::new().set(LIMIT, "2").build().await;
    let mut browser = env.browser();
    for _ in 0..5 {
        let response = browser.get("/auth/login").await;
        assert_eq!(response.status, StatusCode::SEE_OTHER);
    }
    let log = test_support::log_capture::captured();
    assert_eq!(
        log.matches("into_make_service_with_connect_info").count(),
        1
    );
}

#[tokio::test]
async fn an_application_limits_its_own_routes() {
    let env = TestEnv::new().await;
    let limited = Router::new().route("/contact", get(|| async { "sent" }));
    let app = env.auth0.limit_rate(2.try_into().unwrap(), limited);
    let router = env.auth0.wrap(app.route("/", get(|| async { "home" })));
    let mut browser = env.browser().with_router(&router);
    for (path, status) in [
        ("/contact", 200),
        ("/contact", 200),
        ("/contact", 429),
        ("/", 200),
        ("/", 200),
        ("/", 200),
    ] {
        let response = open(&mut browser, path, CLIENT, &[]).await;
        assert_eq!(response.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn the_host_that_a_trusted_proxy_reports_is_the_host_of_the_request() {
    let env = TestEnvBuilder::new()
        .set("TRUSTED_PROXIES", "10.0.0.1")
        .build()
        .await;
    let mut browser = env.browser();
    for (peer, host, forwarded, status) in [
        ("10.0.0.1", "backend:8080", "localhost:3000", 200),
        ("10.0.0.1", "localhost:3000", "evil.example", 307),
        // Only the proxy is believed.
        ("203.0.113.5", "backend:8080", "localhost:3000", 307),
        ("203.0.113.5", "localhost:3000", "evil.example", 200),
    ] {
        let request = Request::get("/")
            .header("host", host)
            .header("accept", "text/html");
        let request = request.body(Body::empty()).unwrap();
        let fields = [("x-forwarded-host", forwarded)];
        let response = browser.send(from(peer, request, &fields)).await;
        assert_eq!(
            response.status.as_u16(),
            status,
            "{peer} {host} {forwarded}"
        );
        if status == 307 {
            assert_eq!(response.location(), "http://localhost:3000/");
        }
    }
}

#[tokio::test]
async fn plain_http_in_front_of_a_trusted_proxy_is_redirected_to_https() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", "https://www.example.com")
        .set("TRUSTED_PROXIES", "10.0.0.1")
        .build()
        .await;
    let mut browser = env.browser();
    for (peer, scheme, status) in [
        ("10.0.0.1", "https", 200),
        ("10.0.0.1", "wss", 200),
        ("10.0.0.1", "http", 307),
        ("10.0.0.1", "HTTP", 307),
        ("203.0.113.5", "http", 200),
    ] {
        let fields = [("x-forwarded-proto", scheme)];
        let response = open(&mut browser, "/", peer, &fields).await;
        assert_eq!(response.status.as_u16(), status, "{peer} {scheme}");
        if status == 307 {
            assert_eq!(response.location(), "https://www.example.com/");
        }
    }
    // A change is refused: its body was sent in clear.
    let request = browser.form("/api/change").body(Body::empty()).unwrap();
    let fields = [("x-forwarded-proto", "http")];
    let response = browser.send(from("10.0.0.1", request, &fields)).await;
    assert_eq!(response.status, StatusCode::MISDIRECTED_REQUEST);
}
