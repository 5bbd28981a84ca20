//! Test support that several crates share.
//!
//! - [`TestEnv`]: a site, its provider, clock and store in one process
//! - [`FakeProvider`]: an `OpenID` Provider whose responses a test can change
//! - [`Browser`]: an HTTP client with a cookie jar and Fetch Metadata headers
//! - [`InstrumentedStore`]: a store with injected failures; [`TestFeed`]: the changes that it reports
//! - [`LogCapture`], [`SecretScanner`]: the captured log, and the search for secrets in it
//! - [`BodyDecoder`]: decodes a compressed body as it arrives
//! - [`ApiTestEnv`]: a resource server with its provider, and assertions that every API has to satisfy

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "test code: a panic is a failed test"
)]
#![expect(missing_debug_implementations, reason = "test code")]

pub mod api_contract;
pub mod body_decoder;
pub mod browser;
pub mod dpop;
pub mod fake_provider;
pub mod instrumented_store;
pub mod log_capture;
pub mod request_log;
pub mod secret_scanner;
pub mod signer;
pub mod test_env;
mod test_feed;
pub mod tls;

/// Waits until `condition` is true.
///
/// # Panics
/// After ten seconds.
pub async fn wait_until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting)
        .await
        .expect("the condition is still false after ten seconds");
}

pub use self::{
    api_contract::ApiTestEnv,
    body_decoder::BodyDecoder,
    browser::{Browser, TestResponse},
    fake_provider::{
        AuthorizationChecks, AuthorizationResponse, CLIENT_ID, CLIENT_SECRET, EXTERNAL_TOKEN,
        Endpoint, FakeProvider, Gate, LogoutChecks, NOW, ORDERS, OfflineAccess, PRODUCTS, Part,
        Policy, RecordedRequest, Reply, Rotation,
    },
    instrumented_store::InstrumentedStore,
    log_capture::LogCapture,
    request_log::{RecordedExchange, RequestLog},
    secret_scanner::SecretScanner,
    signer::Signer,
    test_env::{OrdersApi, ProductsApi, SITE, TestApp, TestEnv, TestEnvBuilder, UndeclaredApi},
    test_feed::TestFeed,
    tls::Authority,
};
