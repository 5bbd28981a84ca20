//! A person who is signed in at a site, and the APIs that the site calls for them.

use axum_auth0::{ApiClient, ApiError, Cause, SignedInUser, TokenError};
use http::Request;
use serde_json::Value;

use crate::{
    api::HostileApi,
    app::OrdersApi,
    browser::Browser,
    hop::Endpoint,
    world::{Setting, World},
};

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) orders: HostileApi,
    pub(crate) products: HostileApi,
    pub(crate) alice: SignedInUser,
    pub(crate) browser: Browser,
}

impl Scene {
    /// Alice is signed in, and the tokens for her first call are got. The orders API is below `/v2`.
    pub(crate) async fn new() -> Self {
        let scene = Self::with(|setting| setting).await;
        scene.alice.access_token::<OrdersApi>().await.unwrap();
        scene.world.hop.forget();
        scene
    }

    pub(crate) async fn with(change: impl FnOnce(Setting) -> Setting) -> Self {
        let (orders, products) = (HostileApi::start().await, HostileApi::start().await);
        let setting = Setting::usual()
            .set("ORDERS_API_URL", &format!("{}/v2", orders.address()))
            .set("PRODUCTS_API_URL", products.address());
        let world = change(setting).world().await;
        let mut browser = world.logged_in("alice").await;
        let alice = user(&world, &mut browser, &[]).await;
        Self {
            world,
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
        self.world.hop.times(Endpoint::Refresh)
    }

    /// Alice, as a request with these headers finds her.
    pub(crate) async fn alice_of(&mut self, headers: &[(&str, &str)]) -> SignedInUser {
        user(&self.world, &mut self.browser, headers).await
    }
}

async fn user(world: &World, browser: &mut Browser, headers: &[(&str, &str)]) -> SignedInUser {
    let mut request: Request<_> = browser
        .navigation("/hand-over")
        .body(axum::body::Body::empty())
        .unwrap();
    for (name, value) in headers {
        let name: http::HeaderName = name.parse().unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    assert_eq!(browser.send(request).await.status, http::StatusCode::OK);
    world.app.user()
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
