//! [`Auth0::proxy`].

use super::Auth0;
use crate::{config::Api, proxy::Proxy};

impl Auth0 {
    /// Returns a proxy of the API `A` at `path`, for scripts of the site that call the API directly: it adds the user's
    /// access token to requests and streams them to the API. It forwards only what [`Proxy`] was told to allow.
    ///
    /// Merge the router into the application that [`Self::wrap`] wraps. Outside of it every request is anonymous and gets
    /// 401.
    ///
    /// ```no_run
    /// # use axum::Router;
    /// # struct ProductsApi;
    /// # impl axum_auth0::Api for ProductsApi {
    /// #     const ENV_PREFIX: &'static str = "PRODUCTS";
    /// #     const SCOPES: &'static [&'static str] = &["read:products"];
    /// # }
    /// # fn app(auth0: &axum_auth0::Auth0) -> Router {
    /// let products = auth0
    ///     .proxy::<ProductsApi>("/products-api")
    ///     .get("/products")
    ///     .post("/products")
    ///     .delete("/products/{id}")
    ///     .websocket("/changes");
    /// auth0.wrap(Router::new().merge(products.into_router()))
    /// # }
    /// ```
    pub fn proxy<A: Api>(&self, path: &str) -> Proxy<A> {
        let session = self.state.session.clone();
        Proxy::new(path, self.guard(), session, self.state.tasks.clone())
    }
}
