//! Silent login: once for each visit, without a page, and without a loop.

use axum::{Router, body::Body, routing::get};
use axum_auth0::{Auth0Builder, CurrentUser};
use http::{Method, StatusCode, header};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{Browser, Endpoint, Part, Reply, TestResponse};

const LOGIN: &str = "/auth/login?returnTo=%2Fnews%3Fpage%3D2&silent=true";

async fn greet(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => format!("Hello {}", user.subject()),
        _ => "Hello".to_owned(),
    }
}

fn app() -> Router {
    Router::new()
        .route("/", get(greet))
        .route("/news", get(greet).post(greet))
        .route("/whoami", get(greet))
        .route("/other", get(greet))
        .route("/products", get(greet))
        .route("/api/list", get(greet))
}

/// Returns a browser of a site with these silent pages.
async fn browser(env: &TestEnv, configure: fn(Auth0Builder) -> Auth0Builder) -> Browser {
    let builder = configure(env.auth0_builder().protect(["/products"]));
    let auth0 = builder.build().await.unwrap();
    env.browser().with_router(&auth0.wrap(app()))
}

fn news(builder: Auth0Builder) -> Auth0Builder {
    builder.silent_login(["/news"])
}

/// Follows the redirects of the site to the provider. Returns the authorization request, and the number of redirects.
async fn to_provider(browser: &mut Browser, path: &str) -> TestResponse {
    let page = browser.get(path).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let login = page.location().to_owned();
    browser.get(&login).await
}

/// Returns the callback of a provider that answers with this error.
fn error_response(request: &TestResponse, error: &str) -> String {
    let state = request.redirect_parameter("state").unwrap();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("error", error)
        .append_pair("state", &state)
        .finish();
    format!("/auth/callback?{query}")
}

#[tokio::test]
async fn a_visitor_with_a_session_at_the_provider_is_signed_in_without_a_page() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    let page = browser.get("/news?page=2").await;
    assert_eq!(page.location(), LOGIN);
    let request = browser.get(LOGIN).await;
    assert_eq!(
        request.redirect_parameter("prompt").as_deref(),
        Some("none")
    );
    let returned = env.provider.authorize(request.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/news?page=2");
    assert_eq!(browser.get("/news?page=2").await.body, "Hello auth0|alice");
}

/// The test of the loop: the provider answers every silent login with an error.
#[tokio::test]
async fn a_provider_that_always_requires_interaction_causes_one_round_trip() {
    for error in [
        "login_required",
        "interaction_required",
        "consent_required",
        "account_selection_required",
        // Errors that a login with a page would show.
        "access_denied",
        "server_error",
        "invalid_request",
    ] {
        let env = TestEnv::new().await;
        let mut browser = browser(&env, news).await;
        let (mut path, mut round_trips) = ("/news?page=2".to_owned(), 0);
        // A browser follows the redirects until it shows a page.
        let shown = loop {
            let response = browser.get(&path).await;
            if response.status != StatusCode::SEE_OTHER {
                break response;
            }
            path = response.location().to_owned();
            if !path.starts_with('/') {
                round_trips += 1;
                assert_eq!(round_trips, 1, "{error}: the browser is in a loop");
                path = error_response(&response, error);
            }
        };
        assert_eq!(
            (path.as_str(), shown.body.as_str()),
            ("/news?page=2", "Hello"),
            "{error}"
        );
        assert_eq!(shown.status, StatusCode::OK, "{error}");
        assert_eq!(round_trips, 1, "{error}");
        // The rest of the visit.
        assert_eq!(browser.get("/news").await.body, "Hello", "{error}");
        assert!(
            env.store.logins().await.is_empty() && !browser.has_session(),
            "{error}"
        );
        assert_eq!(browser.pending_logins(), 0, "{error}");
    }
}

/// The redirect would go to the provider for each page.
#[tokio::test]
async fn a_browser_without_cookies_sees_the_page_and_never_the_provider() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    for (page, shown) in [
        ("/news", "/news?auth0_silent=skipped"),
        ("/news?page=2", "/news?page=2&auth0_silent=skipped"),
    ] {
        let login = browser.get(page).await.location().to_owned();
        browser.jar.clear();
        let response = browser.get(&login).await;
        assert_eq!(response.location(), shown);
        browser.jar.clear();
        assert_eq!(browser.get(shown).await.body, "Hello");
    }
    assert_eq!(env.provider.request_count(Endpoint::Authorize), 0);
}

#[tokio::test]
async fn a_lost_transaction_leads_back_to_the_page() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    let request = to_provider(&mut browser, "/news?page=2").await;
    browser.jar.retain(|name, _| !name.contains("txn_"));
    let returned = env.provider.authorize(request.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/news?page=2");
    assert_eq!(browser.get("/news?page=2").await.body, "Hello");
    assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
}

#[tokio::test]
async fn an_unavailable_provider_and_an_invalid_response_lead_back_to_the_page() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    env.provider.reply(Endpoint::Discovery, Reply::status(503));
    let response = to_provider(&mut browser, "/news?page=2").await;
    assert_eq!(response.location(), "/news?page=2");
    assert_eq!(browser.get("/news?page=2").await.body, "Hello");

    let env = TestEnv::new().await;
    let mut browser = self::browser(&env, news).await;
    env.provider
        .modify(Part::IdToken, |claims| claims["aud"] = "another".into());
    let request = to_provider(&mut browser, "/news?page=2").await;
    let returned = env.provider.authorize(request.location(), "alice");
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/news?page=2");
    assert_eq!(browser.get("/news?page=2").await.body, "Hello");
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn the_marker_is_http_only_and_ends_with_the_browser() {
    for (site, name) in [
        ("http://localhost:3000", "silent"),
        ("https://site.example", "__Host-silent"),
    ] {
        let env = TestEnvBuilder::new()
            .set("APP_BASE_URL", site)
            .build()
            .await;
        let response = browser(&env, news).await.get("/news").await;
        let [cookie] = &response.set_cookies()[..] else {
            panic!("there should be one cookie");
        };
        assert_eq!(cookie.name(), name);
        assert_eq!((cookie.http_only(), cookie.max_age()), (Some(true), None));
        assert_eq!(cookie.same_site(), Some(cookie::SameSite::Lax));
        assert_eq!(cookie.secure().unwrap_or(false), site.starts_with("https"));
    }
}

#[tokio::test]
async fn only_navigations_of_anonymous_visitors_to_the_pages_are_redirected() {
    let env = TestEnv::new().await;
    let browser = browser(&env, |builder| builder.silent_login(["/"])).await;
    // Every page, but not the engine's own ones, and not after a logout.
    for (path, is_silent) in [
        ("/", true),
        ("/other", true),
        ("/api/list", false),
        ("/signed-out", false),
        ("/auth/profile", false),
    ] {
        let response = browser.clone().get(path).await;
        let location = response.header("location").unwrap_or_default();
        assert_eq!(location.contains("silent=true"), is_silent, "{path}");
    }
    // A protected page leads to the login with a page.
    let response = browser.clone().get("/products").await;
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
    for (name, value) in [
        ("sec-fetch-mode", "cors"),
        ("sec-fetch-dest", "iframe"),
        ("sec-purpose", "prefetch;prerender"),
    ] {
        let mut request = browser.navigation("/").body(Body::empty()).unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        let response = browser.clone().send(request).await;
        assert_eq!(response.status, StatusCode::OK, "{name}: {value}");
    }
    // A program, which has no cookies.
    let request = browser
        .request(Method::GET, "/")
        .header(header::ACCEPT, "*/*");
    let request = request.body(Body::empty()).unwrap();
    assert_eq!(browser.clone().send(request).await.status, StatusCode::OK);
    assert_eq!(browser.clone().head("/").await.status, StatusCode::OK);
    let response = browser.clone().post("/news", "").await;
    assert_eq!(response.status, StatusCode::OK);
}

#[tokio::test]
async fn a_signed_in_user_and_other_pages_are_left_alone() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    assert_eq!(browser.get("/other").await.body, "Hello");
    let request = browser.start_login("/news").await;
    let returned = env.provider.authorize(request.location(), "bob");
    browser.get(&returned.path()).await;
    assert_eq!(browser.get("/news").await.body, "Hello auth0|bob");
}

#[tokio::test]
async fn a_user_who_logged_out_is_not_signed_in_again() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    let request = browser.start_login("/news").await;
    let returned = env.provider.authorize(request.location(), "alice");
    browser.get(&returned.path()).await;
    assert_eq!(browser.get("/news").await.body, "Hello auth0|alice");
    browser.post("/auth/logout", "").await;
    assert_eq!(browser.get("/news").await.body, "Hello");
}

#[tokio::test]
async fn the_variable_and_the_predicate_add_pages() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SILENT_LOGIN", "/other /blog")
        .build()
        .await;
    let browser = browser(&env, |builder| {
        builder.silent_login_if(|path| path == "/news")
    })
    .await;
    for (path, is_silent) in [
        ("/other", true),
        ("/blog/2026", true),
        ("/news", true),
        ("/", false),
    ] {
        let status = browser.clone().get(path).await.status;
        assert_eq!(status == StatusCode::SEE_OTHER, is_silent, "{path}");
    }
}

/// A link of another site can start one, as it can start any login.
#[tokio::test]
async fn a_silent_login_does_not_replace_the_session_if_the_provider_requires_interaction() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, news).await;
    let request = browser.start_login("/news").await;
    let returned = env.provider.authorize(request.location(), "alice");
    browser.get(&returned.path()).await;
    // The marker of an earlier page.
    browser.jar.insert("silent".to_owned(), "1".to_owned());
    let request = browser.get(LOGIN).await;
    let response = browser
        .get(&error_response(&request, "login_required"))
        .await;
    assert_eq!(response.location(), "/news?page=2");
    assert_eq!(browser.get("/news").await.body, "Hello auth0|alice");
}
