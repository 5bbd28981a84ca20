//! An API that introspects opaque access tokens (RFC 7662), their revocation (RFC 7009), and userinfo.

use std::time::Duration;

use axum_auth0_bearer::{BearerErrorKind, Introspection, Principal, VerifiedToken, Verifier};
use http::StatusCode;
use test_support::ProductsApi;

use crate::site::{Site, SiteBuilder};

const AUDIENCE: &str = "https://products.example.com";

/// The API as a client, in `end2end/foreign-provider/settings.mjs`.
const API: (&str, &str) = ("products-api", "another secret: with%odd+characters/&=");

fn site() -> SiteBuilder {
    SiteBuilder::new()
        .feature("OPAQUE", "1")
        .variable("PRODUCTS_API_TOKEN_FORMAT", "opaque")
}

/// Returns an API that asks the provider about each token.
fn api(site: &Site, audience: &str, secret: &str) -> Verifier {
    let introspection = Introspection::new(API.0, secret).cache_ttl(Duration::ZERO);
    let verifier = Verifier::new(site.provider.issuer(), audience).unwrap();
    verifier.introspection(introspection)
}

async fn kind(api: &Verifier, token: &str) -> BearerErrorKind {
    let verified: Result<VerifiedToken, _> = api.verify(token).await;
    verified.unwrap_err().kind().clone()
}

#[tokio::test]
async fn an_api_introspects_a_token_until_the_logout_revokes_it() {
    let Some(mut site) = site().start().await else {
        return;
    };
    let user = site.log_in().await;
    let token = user.access_token::<ProductsApi>().await.unwrap();
    assert!(!token.expose().contains('.'));
    let api = api(&site, AUDIENCE, API.1);
    let verified = api.verify(token.expose()).await.unwrap();
    assert_eq!(
        (
            verified.subject(),
            verified.client_id(),
            verified.principal()
        ),
        ("alice", "leptos-auth0-sample", Principal::User)
    );
    assert!(verified.require_scope("read:products").is_ok());
    assert!(verified.require_scope("delete:products").is_err());

    site.browser.post("/auth/logout", "").await;
    site.provider.wait_for("grant.revoked", 1).await;
    assert_eq!(kind(&api, token.expose()).await, BearerErrorKind::NotActive);
}

#[tokio::test]
async fn an_api_refuses_what_the_provider_does_not_confirm() {
    let Some(mut site) = site().start().await else {
        return;
    };
    let user = site.log_in().await;
    let token = user.access_token::<ProductsApi>().await.unwrap();
    let other = api(&site, "https://orders.example.com", API.1);
    assert_eq!(
        kind(&other, token.expose()).await,
        BearerErrorKind::WrongAudience
    );
    let invented = api(&site, AUDIENCE, API.1);
    assert_eq!(
        kind(&invented, "an-invented-token").await,
        BearerErrorKind::NotActive
    );
    let wrong_secret = api(&site, AUDIENCE, "wrong");
    let error = kind(&wrong_secret, token.expose()).await;
    assert_eq!(error, BearerErrorKind::IntrospectionUnavailable);
}

#[tokio::test]
async fn a_bound_opaque_token_is_no_bearer_token() {
    let Some(mut site) = site().variable("AUTH0_DPOP", "true").start().await else {
        return;
    };
    let user = site.log_in().await;
    let token = user.access_token::<ProductsApi>().await.unwrap();
    let api = api(&site, AUDIENCE, API.1);
    let error = kind(&api, token.expose()).await;
    assert_eq!(error, BearerErrorKind::SenderConstrained);
}

/// The ID token has no claims about the user, and the access token is not one for an API.
#[tokio::test]
async fn the_profile_is_completed_from_userinfo() {
    let Some(mut site) = SiteBuilder::new().without_api().start().await else {
        return;
    };
    let user = site.log_in().await;
    assert_eq!(
        user.claim::<String>("name").as_deref(),
        Some("alice of elsewhere")
    );
    assert_eq!(
        user.claim::<String>("email").as_deref(),
        Some("alice@elsewhere.example")
    );
    let response = site.browser.get("/auth/profile").await;
    assert_eq!(response.status, StatusCode::OK);
    assert_eq!(response.json()["nickname"], "alice");
}
