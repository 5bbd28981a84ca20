//! Support for the tests of the examples. A test starts a [`TestTenant`] and the example as a [`Program`], and uses the
//! site with a [`Browser`].

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "test code: a panic is a failed test"
)]

#[path = "../../api-bearer/src/main.rs"]
#[expect(dead_code, reason = "the router is served without `main`")]
mod api_bearer;
mod browser;
mod port;
mod program;
mod tenant;

/// The examples in the README of the repository, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
#[derive(Debug)]
pub struct Readme;

/// The examples in `docs/testing.md`, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/testing.md")]
#[derive(Debug)]
pub struct TestingGuide;

/// The examples in `docs/sessions.md`, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sessions.md")]
#[derive(Debug)]
pub struct SessionsGuide;

/// The examples in `docs/logout.md`, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/logout.md")]
#[derive(Debug)]
pub struct LogoutGuide;

/// The examples in `docs/grants.md`, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/grants.md")]
#[derive(Debug)]
pub struct GrantsGuide;

use axum::Router;
use axum_auth0_bearer::Verifier;

pub use self::{
    browser::{Browser, Page},
    port::Port,
    program::Program,
    tenant::{AUDIENCE, TestTenant},
};

/// Serves the API of `examples/api-bearer` on a free port, and returns its URL without a trailing slash.
pub fn serve_api(issuer: &str, audience: &str) -> String {
    let port = Port::reserve();
    let url = format!("http://{}", port.address());
    serve(
        port,
        api_bearer::router(Verifier::new(issuer, audience).unwrap()),
    );
    url
}

/// Starts a tenant, the API with `api_audience`, and an example whose site calls the API.
///
/// - `binary`: `env!("CARGO_BIN_EXE_…")`.
pub async fn start_site(binary: &str, api_audience: &str) -> (Program, Browser) {
    let port = Port::reserve();
    let tenant = TestTenant::start(&port.origin()).await;
    let api = serve_api(&tenant.issuer, api_audience);
    let address = port.address().to_string();
    let variables = tenant.variables(&[("PRODUCTS_API_URL", &api), ("LISTEN", &address)]);
    let site = Program::start(binary, &variables).await;
    (site, Browser::new(&port.origin()))
}

/// Serves a router on a reserved port.
pub fn serve(port: Port, router: Router) {
    let listener = port.listen();
    tokio::spawn(async move { axum::serve(listener, router).await });
}
