//! Support for the tests of the examples. A test starts a [`TestTenant`] and the example as a [`Program`], and uses the
//! site with a [`Browser`].

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "test code: a panic is a failed test"
)]

mod browser;
mod port;
mod program;
mod tenant;

use axum::Router;
use tokio::net::TcpListener;

pub use self::{
    browser::{Browser, Page},
    port::Port,
    program::Program,
    tenant::{AUDIENCE, TestTenant},
};

/// Serves a router on a free port, and returns its URL without a trailing slash.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}
