//! Access tokens that are bound to a certificate are sent with it (RFC 8705 §3).

use std::{fs, path::PathBuf};

use axum::body::Body;
use axum_auth0::SignedInUser;
use http::Method;
use http_body_util::BodyExt as _;
use serde_json::json;
use tempfile::TempDir;
use test_support::{Authority, Part, ProductsApi, tls::IssuedCertificate};
use tower::ServiceExt as _;

use crate::app::{TestEnv, TestEnvBuilder};

/// A site with a client certificate, at an API that answers with the thumbprint of what it was presented.
struct Site {
    env: TestEnv,
    authority: Authority,
    client: IssuedCertificate,
    folder: TempDir,
}

impl Site {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::default();
        let client = authority.client("client");
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("ca.crt"), &authority.pem).unwrap();
        write(&folder, &client);
        let api = authority.listen().await.serve_thumbprints();
        let env = TestEnvBuilder::new()
            .unset("AUTH0_CLIENT_SECRET")
            .set("AUTH0_MTLS", "true")
            .set("AUTH0_MTLS_CERTIFICATE_FILE", &path("client.crt"))
            .set("AUTH0_MTLS_KEY_FILE", &path("client.key"))
            .set("AUTH0_MTLS_CA_FILE", &path("ca.crt"))
            .set("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true")
            .set("PRODUCTS_API_URL", &api)
            .build()
            .await;
        env.provider.serve_mtls(&authority).await;
        let site = Self {
            env,
            authority,
            client,
            folder,
        };
        site.register(&site.client);
        site
    }

    /// From now on the provider accepts this certificate alone, and binds tokens to it.
    fn register(&self, client: &IssuedCertificate) {
        let thumbprint = client.thumbprint();
        let cnf = json!({ "x5t#S256": thumbprint });
        let provider = &self.env.provider;
        provider.modify(Part::AccessToken, move |claims| claims["cnf"] = cnf.clone());
        provider.policy(|policy| policy.client_certificate = Some(thumbprint));
    }

    async fn logged_in(&self, user: &str) -> SignedInUser {
        let mut browser = self.env.browser();
        browser.log_in(&self.env.provider, user).await;
        browser.get("/hand-over").await;
        self.env.app.user()
    }
}

fn write(folder: &TempDir, client: &IssuedCertificate) {
    let path = |name: &str| -> PathBuf { folder.path().join(name) };
    fs::write(path("client.crt"), &client.certificate).unwrap();
    fs::write(path("client.key"), &client.private_key).unwrap();
}

/// Returns the thumbprint of the certificate that the API was presented.
async fn presented(user: &SignedInUser) -> String {
    let call = user.api::<ProductsApi>().get(["products"]);
    call.send().await.unwrap().json().unwrap()
}

#[tokio::test]
async fn the_api_sees_the_certificate_that_the_token_is_bound_to() {
    let site = Site::new().await;
    let user = site.logged_in("alice").await;
    assert_eq!(presented(&user).await, site.client.thumbprint());
}

#[tokio::test]
async fn a_proxy_presents_the_certificate_to_the_api() {
    let site = Site::new().await;
    let mut browser = site.env.browser();
    browser.log_in(&site.env.provider, "alice").await;
    let auth0 = &site.env.auth0;
    let proxy = auth0.proxy::<ProductsApi>("/products-api").get("/products");
    let request = browser
        .request(Method::GET, "/products-api/products")
        .header("sec-fetch-site", "same-origin")
        .body(Body::empty())
        .unwrap();
    let response = auth0.wrap(proxy.into_router()).oneshot(request).await;
    let body = response.unwrap().into_body().collect().await.unwrap();
    let presented: String = serde_json::from_slice(&body.to_bytes()).unwrap();
    assert_eq!(presented, site.client.thumbprint());
}

/// Otherwise the API refuses new tokens until the token endpoint uses the new certificate, too.
#[tokio::test]
async fn a_renewed_certificate_is_presented_to_the_api_and_the_provider_at_the_same_time() {
    let site = Site::new().await;
    let user = site.logged_in("alice").await;
    site.env.clock.advance(61);
    presented(&user).await;
    site.env.clock.advance(40);
    site.logged_in("bob").await;
    let renewed = site.authority.client("client");
    write(&site.folder, &renewed);
    site.register(&renewed);
    site.env.clock.advance(22);
    assert_eq!(presented(&user).await, renewed.thumbprint());
    site.logged_in("carol").await;
}
