//! A login that starts at a page of the provider (`initiate_login_uri`, OpenID Connect Core 1.0 §4).

use axum::{Router, body::Body, routing::get};
use http::StatusCode;
use test_support::TestResponse;

use crate::{
    provider::Stop,
    site::{Site, SiteBuilder},
};

/// The provider registers only https.
const SITE: &str = "https://site.example";

async fn start() -> Option<Site> {
    SiteBuilder::new()
        .base_url(SITE)
        .app(Router::new().route("/products", get(|| async { "Products" })))
        .start()
        .await
}

/// Follows a link of the provider's portal to the site.
async fn follow(site: &mut Site, pairs: &[(&str, &str)]) -> TestResponse {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let portal = format!("{}/portal?{query}", site.provider.issuer());
    let Stop::Site(url) = site.provider.follow(&portal).await else {
        panic!("the portal has no link");
    };
    let path = url.strip_prefix(SITE).unwrap();
    assert!(path.starts_with("/auth/login?iss="), "{path}");
    let mut request = site.browser.navigation(path).body(Body::empty()).unwrap();
    request
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().unwrap());
    site.browser.send(request).await
}

#[tokio::test]
async fn a_link_of_the_provider_logs_in_with_its_hint_and_leads_to_its_page() {
    let Some(mut site) = start().await else {
        return;
    };
    let target = format!("{SITE}/products?page=2");
    let pairs = [("login_hint", "alice"), ("target_link_uri", &target)];
    let request = follow(&mut site, &pairs).await;
    assert_eq!(request.status, StatusCode::SEE_OTHER, "{}", request.body);
    let Stop::Page(_, page) = site.provider.follow(request.location()).await else {
        panic!("the provider shows no login");
    };
    // The form of the provider is filled in.
    assert!(page.contains("value=\"alice\""), "{page}");
    let callback = site.provider.log_in(request.location(), "alice").await;
    let response = site.return_to_site(&callback).await;
    assert_eq!(response.location(), "/products?page=2", "{}", response.body);
    assert_eq!(site.browser.whoami().await, "alice");

    // Without parameters, and signed in there: the provider asks for the consent only.
    site.browser.jar.clear();
    let request = follow(&mut site, &[]).await;
    let callback = site.provider.log_in(request.location(), "alice").await;
    assert_eq!(site.return_to_site(&callback).await.location(), "/");
    assert_eq!(site.browser.whoami().await, "alice");
}

#[tokio::test]
async fn a_link_to_another_site_or_for_another_provider_starts_nothing() {
    let Some(mut site) = start().await else {
        return;
    };
    for pairs in [
        ("target_link_uri", "https://evil.example/"),
        ("iss", "https://evil.example"),
    ] {
        let response = follow(&mut site, &[pairs]).await;
        assert_eq!(response.status, StatusCode::BAD_REQUEST, "{pairs:?}");
        assert_eq!(site.browser.pending_logins(), 0, "{pairs:?}");
    }
}
