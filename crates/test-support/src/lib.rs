//! What the tests of several crates share: a fake `OpenID` Provider whose every answer a test can change, a browser with
//! a cookie jar, a store that fails on request, a captured log and the search for secrets in it, and a site in the middle
//! of them.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    reason = "test code: a panic is a failed test"
)]
#![expect(missing_debug_implementations, reason = "test code")]

pub mod api_contract;
pub mod browser;
pub mod fake_provider;
pub mod log_capture;
pub mod request_log;
pub mod secret_scanner;
pub mod signer;
pub mod test_env;
pub mod watched_store;

/// Waits until `condition` holds, at most ten seconds.
pub async fn wait_until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting)
        .await
        .expect("the condition should hold by now");
}

pub use self::{
    api_contract::ApiTestEnv,
    browser::{Answer, Browser},
    fake_provider::{
        AuthorizationChecks, AuthorizationResponse, CLIENT_ID, CLIENT_SECRET, Endpoint,
        FakeProvider, Gate, LogoutChecks, NOW, ORDERS, Offline, PRODUCTS, Part, Policy,
        RecordedRequest, Reply, Rotation,
    },
    log_capture::LogCapture,
    request_log::{RecordedExchange, RequestLog},
    secret_scanner::SecretScanner,
    signer::Signer,
    test_env::{OrdersApi, ProductsApi, SITE, TestApp, TestEnv, TestEnvBuilder, UndeclaredApi},
    watched_store::WatchedStore,
};
