//! A site with a signed-in user, and the APIs that it calls.

use axum_auth0::{ApiClient, ApiError, DiagnosisCode, SignedInUser, TokenError};
use http::Request;
use serde_json::Value;

use crate::{
    api::HostileApi,
    app::{TestEnv, TestEnvBuilder},
};
use test_support::OrdersApi;
use test_support::{Browser, Endpoint};

pub(crate) struct ApiTestEnv {
    pub(crate) site: TestEnv,
    pub(crate) orders: HostileApi,
    pub(crate) products: HostileApi,
    pub(crate) alice: SignedInUser,
    pub(crate) browser: Browser,
}

impl ApiTestEnv {
    /// Signs Alice in and obtains the tokens of her first call. The orders API is below `/v2`.
    pub(crate) async fn new() -> Self {
        let env = Self::with(|builder| builder).await;
        env.alice.access_token::<OrdersApi>().await.unwrap();
        env.site.provider.clear_request_log();
        env
    }

    pub(crate) async fn with(change: impl FnOnce(TestEnvBuilder) -> TestEnvBuilder) -> Self {
        let (orders, products) = (HostileApi::start().await, HostileApi::start().await);
        let builder = TestEnvBuilder::new()
            .set("ORDERS_API_URL", &format!("{}/v2", orders.address()))
            .set("PRODUCTS_API_URL", products.address());
        let site = change(builder).build().await;
        let mut browser = site.logged_in("alice").await;
        let alice = user(&site, &mut browser, &[]).await;
        Self {
            site,
            orders,
            products,
            alice,
            browser,
        }
    }

    pub(crate) fn client(&self) -> ApiClient<OrdersApi> {
        self.alice.api()
    }

    /// Gets `/v2/orders`.
    pub(crate) async fn list(&self) -> Result<Value, ApiError> {
        self.client().get(["orders"]).send().await?.json()
    }

    /// Returns how often the refresh token was used since [`Self::new`].
    pub(crate) fn refreshes(&self) -> usize {
        self.site.provider.request_count(Endpoint::Refresh)
    }

    /// Returns Alice as the user of a request with these headers.
    pub(crate) async fn alice_of(&mut self, headers: &[(&str, &str)]) -> SignedInUser {
        user(&self.site, &mut self.browser, headers).await
    }
}

async fn user(site: &TestEnv, browser: &mut Browser, headers: &[(&str, &str)]) -> SignedInUser {
    let mut request: Request<_> = browser
        .navigation("/hand-over")
        .body(axum::body::Body::empty())
        .unwrap();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    assert_eq!(browser.send(request).await.status, http::StatusCode::OK);
    site.app.user()
}

/// Returns the cause of a misconfiguration.
pub(crate) fn cause(error: &ApiError) -> Option<DiagnosisCode> {
    match error {
        ApiError::Refused(diagnosis) | ApiError::Token(TokenError::Misconfigured(diagnosis)) => {
            Some(diagnosis.code())
        }
        _ => None,
    }
}
