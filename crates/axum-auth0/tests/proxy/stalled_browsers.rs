//! Browsers that stop reading: their streams end with the session, and the connection to the API with them.

use std::time::Duration;

use http::{Method, Version};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use test_support::Browser;

use crate::{
    connection::{PROTOCOLS, full, send},
    proxy_test_env::{TestEnv, open, script, start},
    streaming_api::StreamingApi,
    websockets::Env,
};

/// A download without end, of which the browser reads the first part only.
struct Download {
    api: StreamingApi,
    site: TestEnv,
    browser: Browser,
    body: Incoming,
}

async fn download(protocol: Version) -> Download {
    let api = StreamingApi::start().await;
    let (site, address, browser) = start(api.address(), &[], open).await;
    let request = script(&browser, Method::GET, "/orders-api/endless");
    let response = send(address, protocol, request.body(full("")).unwrap()).await;
    let mut body = response.into_body();
    body.frame().await.unwrap().unwrap();
    api.wait_for_open(1).await;
    Download {
        api,
        site,
        browser,
        body,
    }
}

impl Download {
    /// Asserts that the connection to the API is closed although the body is not read, and that the browser gets no complete body.
    async fn assert_ends(self) {
        self.api.wait_for_open(0).await;
        assert!(
            self.body.collect().await.is_err(),
            "the body looks complete"
        );
    }
}

#[tokio::test]
async fn a_logout_ends_the_download_of_a_browser_that_stopped_reading() {
    for protocol in PROTOCOLS {
        let mut download = download(protocol).await;
        download.browser.post("/auth/logout", "").await;
        download.assert_ends().await;
    }
}

#[tokio::test]
async fn a_revocation_ends_the_download_of_a_browser_that_stopped_reading() {
    for protocol in PROTOCOLS {
        let download = download(protocol).await;
        let issuer = download.site.provider.issuer();
        let auth0 = &download.site.auth0;
        auth0.revoke_sessions(issuer, "auth0|alice").await.unwrap();
        download.assert_ends().await;
    }
}

#[tokio::test]
async fn the_end_of_the_session_by_time_ends_the_download_of_a_browser_that_stopped_reading() {
    for protocol in PROTOCOLS {
        let download = download(protocol).await;
        download.site.clock.advance(25 * 3600);
        download.assert_ends().await;
    }
}

#[tokio::test]
async fn a_shutdown_ends_the_download_of_a_browser_that_stopped_reading() {
    for protocol in PROTOCOLS {
        let download = download(protocol).await;
        download.site.auth0.start_shutdown(Duration::from_secs(30));
        download.assert_ends().await;
    }
}

#[tokio::test]
async fn a_browser_that_goes_away_ends_its_download() {
    for protocol in PROTOCOLS {
        let Download { api, body, .. } = download(protocol).await;
        drop(body);
        api.wait_for_open(0).await;
    }
}

#[tokio::test]
async fn a_revocation_closes_the_websocket_of_a_browser_that_stopped_reading() {
    let env = Env::new().await;
    let _connection = env.connect_to("/orders-api/flood", &[]).await;
    env.api.wait_for_open(1).await;
    let issuer = env.site.provider.issuer();
    let auth0 = &env.site.auth0;
    auth0.revoke_sessions(issuer, "auth0|alice").await.unwrap();
    env.api.wait_for_open(0).await;
}
