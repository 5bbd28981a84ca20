//! Client certificates (RFC 8705).

use std::fs;

use axum_auth0::TokenOptions;
use http::StatusCode;
use tempfile::TempDir;
use test_databases::free_port;
use test_support::{Authority, ProductsApi, signer::parts, tls::IssuedCertificate};

use crate::site::{Site, SiteBuilder};

const METHODS: [&str; 2] = ["tls_client_auth", "self_signed_tls_client_auth"];

const NAME: &str = "client.example.com";

/// The files of the site and of the provider.
struct Files {
    folder: TempDir,
    authority: Authority,
}

impl Files {
    fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
            authority: Authority::default(),
        };
        fs::write(files.path("ca.crt"), &files.authority.pem).unwrap();
        files.write("server", &files.authority.server("127.0.0.1"));
        files
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, issued: &IssuedCertificate) {
        fs::write(self.path(&format!("{name}.crt")), &issued.certificate).unwrap();
        fs::write(self.path(&format!("{name}.key")), &issued.private_key).unwrap();
    }
}

/// Starts a provider with `method`, and a site with the certificate of `client`, which is registered.
async fn start(method: &str, client: &IssuedCertificate, files: &Files) -> Option<Site> {
    files.write("client", client);
    let folder = files.folder.path().to_str().unwrap();
    let site = SiteBuilder::new()
        .feature("MTLS_PORT", free_port().to_string())
        .feature("MTLS_FOLDER", folder)
        .feature("MTLS_METHOD", method)
        .variable("AUTH0_CLIENT_SECRET", "")
        .variable("AUTH0_MTLS", "true")
        .variable("AUTH0_MTLS_CERTIFICATE_FILE", &files.path("client.crt"))
        .variable("AUTH0_MTLS_KEY_FILE", &files.path("client.key"))
        .variable("AUTH0_MTLS_CA_FILE", &files.path("ca.crt"))
        .variable("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true");
    site.start().await
}

/// Gives the site another certificate. Its sessions stay.
async fn replace(site: &mut Site, files: &Files, certificate: &IssuedCertificate) {
    files.write("client", certificate);
    site.restart(&[]).await;
}

fn refresh() -> TokenOptions {
    TokenOptions {
        force_refresh: true,
        ..TokenOptions::default()
    }
}

fn bound_to(token: &str) -> String {
    let (_, claims) = parts(token);
    claims["cnf"]["x5t#S256"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn login_and_refresh_yield_tokens_that_are_bound_to_the_certificate() {
    for method in METHODS {
        for fapi in ["false", "true"] {
            let files = Files::new();
            let client = files.authority.client(NAME);
            let Some(mut site) = start(method, &client, &files).await else {
                return;
            };
            site.restart(&[
                ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", fapi),
                ("AUTH0_FAPI2", fapi),
            ])
            .await;
            let user = site.log_in().await;
            let first = user.access_token::<ProductsApi>().await.unwrap();
            assert_eq!(bound_to(first.expose()), client.thumbprint(), "{method}");
            let second = user.access_token_with::<ProductsApi>(refresh()).await;
            let second = second.unwrap();
            assert_ne!(first.expose(), second.expose());
            assert_eq!(bound_to(second.expose()), client.thumbprint(), "{method}");
            // The revocation endpoint requires the certificate too.
            site.browser.post("/auth/logout", "").await;
            site.provider.wait_for("grant.revoked", 1).await;
        }
    }
}

/// With `tls_client_auth`, the provider knows the client by the name in its certificate.
#[tokio::test]
async fn a_renewed_certificate_continues_the_sessions() {
    let files = Files::new();
    let client = files.authority.client(NAME);
    let Some(mut site) = start("tls_client_auth", &client, &files).await else {
        return;
    };
    site.log_in().await;
    let renewed = files.authority.client(NAME);
    replace(&mut site, &files, &renewed).await;
    let user = site.user().await;
    let token = user.access_token_with::<ProductsApi>(refresh()).await;
    assert_eq!(bound_to(token.unwrap().expose()), renewed.thumbprint());
    assert_ne!(renewed.thumbprint(), client.thumbprint());
}

#[tokio::test]
async fn another_certificate_neither_refreshes_nor_logs_in() {
    for (case, method) in [
        ("another name", "tls_client_auth"),
        ("another authority", "tls_client_auth"),
        ("another key", "self_signed_tls_client_auth"),
    ] {
        let files = Files::new();
        let client = files.authority.client(NAME);
        let Some(mut site) = start(method, &client, &files).await else {
            return;
        };
        site.log_in().await;
        let other = match case {
            "another name" => files.authority.client("other.example.com"),
            "another authority" => Authority::default().client(NAME),
            _ => files.authority.client(NAME),
        };
        replace(&mut site, &files, &other).await;
        let user = site.user().await;
        let token = user.access_token_with::<ProductsApi>(refresh()).await;
        assert!(token.is_err(), "{case}");
        let log = site.provider.request_log().await;
        let rejected = log["rejected"].as_array().unwrap();
        assert!(
            rejected
                .iter()
                .all(|grant| grant["error"] == "invalid_client")
                && !rejected.is_empty(),
            "{case}: {log}"
        );

        let session = site.browser.session().cloned();
        let response = site.attempt_login().await;
        assert_eq!(
            response.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{case}: {}",
            response.body
        );
        assert!(response.body.contains("AUTH0_MTLS"), "{}", response.body);
        assert_eq!(site.browser.session().cloned(), session, "{case}");

        replace(&mut site, &files, &client).await;
        let user = site.log_in().await;
        let token = user.access_token_with::<ProductsApi>(refresh()).await;
        assert_eq!(bound_to(token.unwrap().expose()), client.thumbprint());
    }
}
