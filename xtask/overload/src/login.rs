//! A login of a user of the local tenant.

use std::{net::SocketAddr, sync::Arc};

use http::HeaderValue;
use reqwest::{
    Client, Url,
    cookie::{CookieStore as _, Jar},
};

use crate::Error;

const USER: (&str, &str) = ("username", "alice@example.com");
const PASSWORD: (&str, &str) = ("password", "local-only");

/// Logs in at the site at `address`, and returns the cookie of the session.
pub(crate) async fn log_in(address: SocketAddr) -> Result<HeaderValue, Error> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let jar = Arc::new(Jar::default());
    let client = Client::builder()
        .no_proxy()
        .cookie_provider(Arc::clone(&jar))
        // Port 0 keeps the port of the URL.
        .resolve("localhost", ([127, 0, 0, 1], 0).into())
        .build()?;
    let site: Url = format!("http://localhost:{}/", address.port()).parse()?;
    let form = client.get(site.join("auth/login?returnTo=/products")?);
    let form = form.send().await?.error_for_status()?;
    let state = form.url().query_pairs().find(|(name, _)| name == "state");
    let state = state.ok_or("the tenant shows no login")?.1.into_owned();
    let fields = [("state", state.as_str()), USER, PASSWORD];
    let submit = client.post(form.url().join("/u/login")?).form(&fields);
    let page = submit.send().await?;
    if page.url().path() != "/products" {
        return Err(format!("the login ends at {} with {}", page.url(), page.status()).into());
    }
    let cookie = jar.cookies(&site);
    cookie.ok_or_else(|| "the login set no cookie".into())
}
