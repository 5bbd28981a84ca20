//! A site with a proxy, a signed-in user, and the API behind it.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::get};
use axum_auth0::{Auth0, CurrentUser, Proxy};
use http::{HeaderName, Method, Request, Version};
use test_support::{Browser, Endpoint, OrdersApi, SITE, TestApp};

use crate::{
    api::HostileApi,
    connection::{self, Received, RequestBody, full},
};

pub(crate) type TestEnv = test_support::TestEnv<App>;
type TestEnvBuilder = test_support::TestEnvBuilder<App>;

#[derive(Default)]
pub(crate) struct App;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new().route("/whoami", get(whoami))
    }
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        _ => "anonymous".to_owned(),
    }
}

pub(crate) struct ProxyTestEnv {
    pub(crate) site: TestEnv,
    pub(crate) api: HostileApi,
    pub(crate) address: SocketAddr,
    pub(crate) browser: Browser,
}

/// Everything that the tests use, below `/orders-api`.
pub(crate) fn open(auth0: &Auth0) -> Proxy<OrdersApi> {
    let proxy = auth0.proxy::<OrdersApi>("/orders-api");
    let proxy = proxy.get("/{*path}").post("/{*path}").put("/{*path}");
    proxy
        .websocket("/{*path}")
        .timeout(Duration::from_secs(20))
        .session_check_interval(Duration::from_millis(20))
}

impl ProxyTestEnv {
    pub(crate) async fn new() -> Self {
        Self::with(open).await
    }

    /// Signs Alice in. The API is below `/v2`.
    pub(crate) async fn with(proxy: impl FnOnce(&Auth0) -> Proxy<OrdersApi>) -> Self {
        let api = HostileApi::start().await;
        let url = format!("{}/v2", api.address());
        let (site, address, browser) = start(&url, &[], proxy).await;
        Self {
            site,
            api,
            address,
            browser,
        }
    }

    /// Returns a request of a script of the site.
    pub(crate) fn script(&self, method: Method, path: &str) -> http::request::Builder {
        script(&self.browser, method, path)
    }

    pub(crate) async fn send(
        &self,
        protocol: Version,
        request: http::request::Builder,
        body: &str,
    ) -> Received {
        self.send_body(protocol, request.body(full(body.to_owned())).unwrap())
            .await
    }

    pub(crate) async fn send_body(
        &self,
        protocol: Version,
        request: Request<RequestBody>,
    ) -> Received {
        connection::exchange(self.address, protocol, request).await
    }

    /// Sends a GET of a script with further headers over HTTP/1.1.
    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Received {
        let mut request = self.script(Method::GET, path);
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            let headers = request.headers_mut().unwrap();
            headers.remove(&name);
            if !value.is_empty() {
                headers.insert(name, value.parse().unwrap());
            }
        }
        self.send(Version::HTTP_11, request, "").await
    }

    /// Returns how often the token endpoint issued tokens since the login.
    pub(crate) fn refreshes(&self) -> usize {
        self.site.provider.request_count(Endpoint::Refresh)
    }
}

/// Starts a site whose orders API is at `url`, and signs Alice in.
pub(crate) async fn start(
    url: &str,
    variables: &[(&'static str, &str)],
    proxy: impl FnOnce(&Auth0) -> Proxy<OrdersApi>,
) -> (TestEnv, SocketAddr, Browser) {
    let builder = TestEnvBuilder::new().set("ORDERS_API_URL", url);
    let set =
        |builder: TestEnvBuilder, (name, value): &(&'static str, &str)| builder.set(name, value);
    let site = variables.iter().fold(builder, set).build().await;
    let browser = site.logged_in("alice").await;
    let app = site.app.router().merge(proxy(&site.auth0).into_router());
    let address = connection::serve(site.auth0.wrap(app)).await;
    (site, address, browser)
}

pub(crate) fn script(browser: &Browser, method: Method, path: &str) -> http::request::Builder {
    let is_read = method == Method::GET || method == Method::HEAD;
    let request = browser
        .request(method, path)
        .header("sec-fetch-site", "same-origin")
        .header("sec-fetch-mode", "cors")
        .header("sec-fetch-dest", "empty");
    if is_read {
        request
    } else {
        request.header("origin", SITE)
    }
}
