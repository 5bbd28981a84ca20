//! Authorization requests that are pushed (RFC 9126), signed (RFC 9101), or name a key (RFC 9449 §10).

use axum_auth0::jwt::SigningKey;
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{Authority, ProductsApi, signer::parts};

use crate::site::{Site, SiteBuilder};

fn private_key() -> String {
    Authority::default().client("key").private_key
}

/// Returns a site with the private key `pem`, at a provider that knows the public key of `registered`, and that requires
/// these parts of FAPI 2.0.
fn with_key(pem: &str, registered: &str, parts: &str) -> SiteBuilder {
    let key = SigningKey::from_pem(registered, None).unwrap();
    SiteBuilder::new()
        .feature("CLIENT_JWK", Value::from(key.public_jwk()).to_string())
        .feature("FAPI_PARTS", parts)
        .variable("AUTH0_CLIENT_SECRET", "")
        .variable("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", pem)
}

/// Returns the names of the parameters with which the browser is sent to the provider.
async fn parameters(site: &mut Site) -> Vec<String> {
    let request = site.browser.get("/auth/login").await;
    assert_eq!(request.status, StatusCode::SEE_OTHER, "{}", request.body);
    let url = url::Url::parse(request.location()).unwrap();
    let mut names: Vec<_> = url.query_pairs().map(|(name, _)| name.into()).collect();
    names.sort_unstable();
    names
}

async fn key_of_token(site: &mut Site) -> Value {
    let user = site.log_in().await;
    let token = user.access_token::<ProductsApi>().await.unwrap();
    assert!(token.is_dpop_bound());
    parts(token.expose()).1["cnf"]["jkt"].clone()
}

#[tokio::test]
async fn requests_are_pushed_if_the_provider_requires_it() {
    let Some(mut site) = SiteBuilder::new().feature("PAR", "1").start().await else {
        return;
    };
    assert_eq!(parameters(&mut site).await, ["client_id", "request_uri"]);
    site.log_in().await;
    let log = site.provider.request_log().await;
    let pushed = json!({ "dpop_jkt": null, "signed": false });
    assert_eq!(log["pushed"], json!([pushed, pushed]));
}

#[tokio::test]
async fn requests_are_signed_if_the_provider_requires_it() {
    let key = private_key();
    for (parts, names) in [
        ("jar", ["client_id", "request"]),
        ("jar par", ["client_id", "request_uri"]),
    ] {
        let Some(mut site) = with_key(&key, &key, parts).start().await else {
            return;
        };
        assert_eq!(parameters(&mut site).await, names);
        site.log_in().await;
        let log = site.provider.request_log().await;
        if parts == "jar par" {
            assert_eq!(log["pushed"][0]["signed"], true, "{log}");
        }
    }
}

#[tokio::test]
async fn a_request_that_another_key_signed_is_refused() {
    let (key, registered) = (private_key(), private_key());
    let Some(mut site) = with_key(&key, &registered, "jar").start().await else {
        return;
    };
    let request = site.browser.get("/auth/login").await;
    let response = site.return_from(request.location()).await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(
        response.body.contains("invalid_request_object"),
        "{}",
        response.body
    );
    assert_eq!(site.browser.whoami().await, "anonymous");
}

#[tokio::test]
async fn a_pushed_and_a_plain_request_name_the_key_of_the_tokens() {
    let site = || SiteBuilder::new().variable("AUTH0_DPOP", "true");
    let pushed = site().variable("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
    let Some(mut pushed) = pushed.start().await else {
        return;
    };
    let key = key_of_token(&mut pushed).await;
    let log = pushed.provider.request_log().await;
    assert_eq!(log["pushed"], json!([{ "dpop_jkt": key, "signed": false }]));

    let Some(mut plain) = site().start().await else {
        return;
    };
    assert!(
        parameters(&mut plain)
            .await
            .contains(&"dpop_jkt".to_owned())
    );
    assert!(key_of_token(&mut plain).await.is_string());
    let key = private_key();
    let Some(mut required) = with_key(&key, &key, "dpop")
        .variable("AUTH0_DPOP", "true")
        .start()
        .await
    else {
        return;
    };
    assert!(key_of_token(&mut required).await.is_string());
}

/// The client is registered with `dpop_bound_access_tokens`. The provider says no more than `grant request is invalid`, so only
/// the log can name the setting.
#[tokio::test]
async fn a_site_without_dpop_gets_no_tokens_if_the_provider_requires_it() {
    let key = private_key();
    let Some(mut site) = with_key(&key, &key, "dpop").start().await else {
        return;
    };
    let response = site.attempt_login().await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert_eq!(site.browser.whoami().await, "anonymous");
}
