//! Silent login (`prompt=none`, OpenID Connect Core 1.0 §3.1.2.1).

use axum::{Router, routing::get};
use axum_auth0::{CurrentUser, TokenOptions};
use http::StatusCode;
use serde_json::Value;
use test_support::{ProductsApi, TestResponse};

use crate::site::{Site, SiteBuilder};

async fn greet(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => format!("Hello {}", user.subject()),
        _ => "Hello".to_owned(),
    }
}

async fn start() -> Option<Site> {
    SiteBuilder::new()
        .app(Router::new().route("/news", get(greet)))
        .configure(|builder| builder.silent_login(["/news"]))
        .start()
        .await
}

/// Opens the page, which leads to the provider and back, and returns the response of the callback.
async fn open(site: &mut Site) -> TestResponse {
    let page = site.browser.get("/news?page=2").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let request = site.browser.get(page.location()).await;
    // It replaces the configured `consent`.
    let prompt = request.redirect_parameter("prompt");
    assert_eq!(prompt.as_deref(), Some("none"));
    site.return_from(request.location()).await
}

#[tokio::test]
async fn a_visitor_who_is_signed_in_at_the_provider_is_signed_in_without_a_page() {
    let Some(mut site) = start().await else {
        return;
    };
    site.log_in().await;
    site.browser.jar.clear();
    let response = open(&mut site).await;
    assert_eq!(response.location(), "/news?page=2", "{}", response.body);
    let page = site.browser.get("/news?page=2").await;
    assert_eq!(page.body, "Hello alice");

    // The provider grants `offline_access` with `prompt=consent` only, so the session has one access token.
    let user = site.user().await;
    let token = user.access_token::<ProductsApi>().await.unwrap();
    let options = TokenOptions {
        force_refresh: true,
        ..TokenOptions::default()
    };
    let same = user
        .access_token_with::<ProductsApi>(options)
        .await
        .unwrap();
    assert_eq!(token.expose(), same.expose());
    let log = site.provider.request_log().await;
    let codes = |grant: &&Value| grant["grant"] == "authorization_code";
    let grants = log["grants"].as_array().unwrap();
    assert_eq!((grants.iter().filter(codes).count(), grants.len()), (2, 2));
}

#[tokio::test]
async fn a_visitor_who_is_not_sees_the_page_after_one_round_trip() {
    let Some(mut site) = start().await else {
        return;
    };
    let response = open(&mut site).await;
    assert_eq!(response.location(), "/news?page=2", "{}", response.body);
    for _ in 0..2 {
        let page = site.browser.get("/news?page=2").await;
        assert_eq!((page.status, page.body.as_str()), (StatusCode::OK, "Hello"));
    }
    assert!(!site.browser.has_session());
    assert_eq!(site.browser.pending_logins(), 0);
}

/// The provider answers `consent_required`.
#[tokio::test]
async fn a_scope_without_consent_is_not_asked_for() {
    let Some(mut site) = start().await else {
        return;
    };
    site.restart(&[("PRODUCTS_API_SCOPE", "read:products")])
        .await;
    site.log_in().await;
    site.browser.jar.clear();
    site.restart(&[("PRODUCTS_API_SCOPE", "read:products write:products")])
        .await;
    let response = open(&mut site).await;
    assert_eq!(response.location(), "/news?page=2", "{}", response.body);
    assert_eq!(site.browser.get("/news?page=2").await.body, "Hello");
    // The login with a page asks.
    site.log_in().await;
    assert_eq!(site.browser.get("/news").await.body, "Hello alice");
}
