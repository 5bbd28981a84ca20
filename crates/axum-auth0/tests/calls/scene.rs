//! A person who is signed in at a site, and the APIs that the site calls for them.

use axum_auth0::{ApiClient, ApiError, Cause, SignedInUser, TokenError};
use http::Request;
use serde_json::Value;

use crate::{
    api::HostileApi,
    app::{TestEnv, TestEnvBuilder},
};
use test_support::OrdersApi;
use test_support::{Browser, Endpoint};

pub(crate) struct Scene {
    pub(crate) env: TestEnv,
    pub(crate) orders: HostileApi,
    pub(crate) products: HostileApi,
    pub(crate) alice: SignedInUser,
    pub(crate) browser: Browser,
}

impl Scene {
    /// Alice is signed in, and the tokens for her first call are got. The orders API is below `/v2`.
    pub(crate) async fn new() -> Self {
        let scene = Self::with(|builder| builder).await;
        scene.alice.access_token::<OrdersApi>().await.unwrap();
        scene.env.provider.clear_request_log();
        scene
    }

    pub(crate) async fn with(change: impl FnOnce(TestEnvBuilder) -> TestEnvBuilder) -> Self {
        let (orders, products) = (HostileApi::start().await, HostileApi::start().await);
        let builder = TestEnvBuilder::new()
            .set("ORDERS_API_URL", &format!("{}/v2", orders.address()))
            .set("PRODUCTS_API_URL", products.address());
        let env = change(builder).build().await;
        let mut browser = env.logged_in("alice").await;
        let alice = user(&env, &mut browser, &[]).await;
        Self {
            env,
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
        self.client().get(["orders"]).json().await
    }

    /// How often the refresh token was used since the first call could be made.
    pub(crate) fn refreshes(&self) -> usize {
        self.env.provider.request_count(Endpoint::Refresh)
    }

    /// Alice, as a request with these headers finds her.
    pub(crate) async fn alice_of(&mut self, headers: &[(&str, &str)]) -> SignedInUser {
        user(&self.env, &mut self.browser, headers).await
    }
}

async fn user(env: &TestEnv, browser: &mut Browser, headers: &[(&str, &str)]) -> SignedInUser {
    let mut request: Request<_> = browser
        .navigation("/hand-over")
        .body(axum::body::Body::empty())
        .unwrap();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    assert_eq!(browser.send(request).await.status, http::StatusCode::OK);
    env.app.user()
}

/// What the configuration is said to lack.
pub(crate) fn cause(error: &ApiError) -> Option<Cause> {
    match error {
        ApiError::Refused(diagnosis) | ApiError::Token(TokenError::Misconfigured(diagnosis)) => {
            Some(diagnosis.code)
        }
        _ => None,
    }
}
