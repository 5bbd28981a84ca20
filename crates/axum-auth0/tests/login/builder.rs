//! What the builder sets: by code alone, routes, session lifetimes, protected pages and server functions.

use std::time::Duration;

use axum::{Router, routing::get};
use axum_auth0::{Auth0, BuildError, Routes, store::MemoryStore};
use http::{Method, StatusCode};
use test_support::{
    Browser, CLIENT_ID, CLIENT_SECRET, OrdersApi, PRODUCTS, ProductsApi, SITE, TestApp as _,
};

use crate::app::{TestEnv, TestEnvBuilder};

const SECRET: &str = "a secret for the builder's tests of 40 bytes";

#[tokio::test]
async fn a_site_is_built_by_code_alone() {
    let env = TestEnv::new().await;
    let auth0 = Auth0::builder()
        .domain(env.provider.issuer())
        .client(CLIENT_ID, CLIENT_SECRET)
        .secret(SECRET)
        .base_url(SITE)
        .audience(PRODUCTS)
        .cookie_name("shop")
        .login_api::<ProductsApi>()
        .set("PRODUCTS_API_URL", "http://127.0.0.1:4001")
        .api::<OrdersApi>()
        .store(std::sync::Arc::new(MemoryStore::default()))
        .clock(env.clock.clone())
        .protect(["/products"])
        .build()
        .await
        .unwrap();
    assert_eq!(auth0.config().cookie().name(), "shop");
    assert_eq!(auth0.config().absent_apis(), ["ORDERS"]);
    let router = auth0.wrap(env.app.router());
    let mut browser = env.browser().with_router(&router);
    let response = browser.get("/products").await;
    assert_eq!(response.location(), "/auth/login?returnTo=%2Fproducts");
    browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(
        browser.get("/products").await.body,
        "the products of auth0|alice"
    );
    let token = browser.get("/token").await;
    assert_eq!(token.status, StatusCode::OK, "{}", token.body);
}

#[tokio::test]
async fn all_problems_are_reported_together_wherever_a_setting_comes_from() {
    let error = Auth0::builder()
        .variables([("APP_BASE_URL", "ftp://x")].into_iter().collect())
        .secret("short")
        .routes(Routes::default().login("login"))
        .build()
        .await
        .unwrap_err();
    let BuildError::Config(error) = error else {
        panic!("{error}");
    };
    let variables: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| problem.variable.as_str())
        .collect();
    assert_eq!(
        variables,
        [
            "AUTH0_DOMAIN",
            "AUTH0_CLIENT_ID",
            "AUTH0_CLIENT_SECRET",
            "AUTH0_SECRET",
            "APP_BASE_URL",
            "NEXT_PUBLIC_LOGIN_ROUTE",
        ]
    );
}

#[tokio::test]
async fn code_wins_over_the_environment() {
    let environment = [("AUTH0_COOKIE_NAME", "a"), ("AUTH0_PROMPT", "consent")];
    let config = Auth0::builder()
        .cookie_name("b")
        .variables(environment.into_iter().collect())
        .domain("tenant.eu.auth0.com")
        .client("id", "secret")
        .secret(SECRET)
        .base_url(SITE)
        .read_config()
        .unwrap();
    assert_eq!(config.cookie().name(), "b");
    assert_eq!(config.prompt(), Some("consent"));
}

/// A site whose routes are at other paths.
async fn moved(env: &TestEnv) -> Browser {
    let routes = Routes::default()
        .login("/login")
        .callback("/login/callback")
        .logout("/logout")
        .profile("/me")
        .signed_out("/bye");
    let mut variables: axum_auth0::Variables = [
        ("AUTH0_DOMAIN", env.provider.issuer()),
        ("PRODUCTS_API_URL", "http://127.0.0.1:4001"),
    ]
    .into_iter()
    .collect();
    variables.set("AUTH0_SESSION_STORE", "memory:");
    let auth0 = Auth0::builder()
        .variables(variables)
        .client(CLIENT_ID, CLIENT_SECRET)
        .secret(SECRET)
        .base_url(SITE)
        .audience(PRODUCTS)
        .login_api::<ProductsApi>()
        .routes(routes)
        .clock(env.clock.clone())
        .protect(["/"])
        .build()
        .await
        .unwrap();
    let app = Router::new().route("/page", get(|| async { "page" }));
    env.browser().with_router(&auth0.wrap(app))
}

#[tokio::test]
async fn routes_can_be_moved() {
    let env = TestEnv::new().await;
    let mut browser = moved(&env).await;
    let response = browser.get("/page").await;
    assert_eq!(response.location(), "/login?returnTo=%2Fpage");
    let authorization = browser.get("/login?returnTo=%2Fpage").await;
    let redirect_uri = authorization.redirect_parameter("redirect_uri");
    assert_eq!(redirect_uri, Some(format!("{SITE}/login/callback")));
    let callback = env.provider.authorize(authorization.location(), "alice");
    let response = browser.get(&callback.url("/login/callback")).await;
    assert_eq!(response.location(), "/page", "{}", response.body);
    assert_eq!(browser.get("/page").await.body, "page");
    assert_eq!(browser.get("/me").await.json()["sub"], "auth0|alice");
    assert_eq!(
        browser.get("/auth/login").await.status,
        StatusCode::NOT_FOUND
    );

    let response = browser.post("/logout", "").await;
    let end = url::Url::parse(response.location()).unwrap();
    let return_to = end
        .query_pairs()
        .find(|(name, _)| name == "post_logout_redirect_uri");
    assert_eq!(return_to.unwrap().1, format!("{SITE}/bye"));
    assert!(browser.get("/page").await.location().starts_with("/login"));
}

#[tokio::test]
async fn a_login_never_returns_to_a_route_of_the_engine() {
    let env = TestEnv::new().await;
    for page in [
        "/logout",
        "/login?returnTo=%2F",
        "/login/callback",
        "/auth/x",
    ] {
        let mut browser = moved(&env).await;
        let page: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        let authorization = browser.get(&format!("/login?returnTo={page}")).await;
        let callback = env.provider.authorize(authorization.location(), "alice");
        let response = browser.get(&callback.url("/login/callback")).await;
        assert_eq!(response.location(), "/", "{page}");
    }
}

#[tokio::test]
async fn the_pages_of_errors_link_to_the_moved_login() {
    let env = TestEnv::new().await;
    let mut browser = moved(&env).await;
    let response = browser.get("/login/callback?state=x").await;
    assert_eq!(response.status, StatusCode::BAD_REQUEST);
    assert!(
        response.body.contains("href=\"/login\""),
        "{}",
        response.body
    );
    assert!(!response.body.contains("/auth/login"), "{}", response.body);
}

#[tokio::test]
async fn a_session_ends_by_the_configured_lifetimes() {
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let env = TestEnvBuilder::new()
        .set("AUTH0_SESSION_INACTIVITY_DURATION", "600")
        .set("AUTH0_SESSION_ABSOLUTE_DURATION", "1800")
        .build()
        .await;
    let lifetime = env.auth0.config().session_lifetime();
    assert_eq!(
        (lifetime.inactivity(), lifetime.absolute()),
        (minutes(10), minutes(30))
    );
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    let cookies = response.set_cookies();
    let cookie = cookies.iter().find(|cookie| cookie.name() == "session");
    let max_age = cookie.unwrap().max_age().unwrap().whole_seconds();
    assert!((1_795..=1_800).contains(&max_age), "{max_age}");
    // In use, until the absolute limit.
    for _ in 0..3 {
        env.clock.advance(9 * 60);
        assert_eq!(browser.whoami().await, "auth0|alice");
    }
    env.clock.advance(3 * 60);
    assert_eq!(browser.whoami().await, "anonymous");

    let mut browser = env.logged_in("bob").await;
    env.clock.advance(10 * 60);
    assert_eq!(browser.whoami().await, "anonymous");
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn a_shorter_absolute_limit_applies_to_sessions_that_exist() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(3_600);
    let changes = [("AUTH0_SESSION_ABSOLUTE_DURATION", Some("3600"))];
    let router = env.restarted(&changes).await;
    let mut other = browser.clone().with_router(&router);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(other.whoami().await, "anonymous");
}

#[tokio::test]
async fn expired_sessions_are_deleted_by_the_configured_inactivity() {
    let env = TestEnvBuilder::new()
        .set("AUTH0_SESSION_INACTIVITY_DURATION", "600")
        .build()
        .await;
    env.logged_in("alice").await;
    env.clock.advance(599);
    env.auth0.delete_expired().await.unwrap();
    assert_eq!(env.store.logins().await.len(), 1);
    env.clock.advance(2);
    env.auth0.delete_expired().await.unwrap();
    assert!(env.store.logins().await.is_empty());
}

#[tokio::test]
async fn server_functions_are_data_routes_below_their_prefix() {
    let env = TestEnv::new().await;
    let builder = env.auth0_builder().server_function_prefix("/rpc/");
    let app = Router::new()
        .route("/rpc/list", get(|| async { "data" }))
        .route("/rpcs", get(|| async { "page" }))
        .route("/api/list", get(|| async { "page" }));
    let router = builder.build().await.unwrap().wrap(app);
    let mut browser = env.browser().with_router(&router);
    for (path, status) in [("/rpc/list", 403), ("/rpcs", 200), ("/api/list", 200)] {
        let request = browser
            .request(Method::GET, path)
            .header("sec-fetch-site", "cross-site")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(browser.send(request).await.status, status, "{path}");
    }
}

fn complete() -> axum_auth0::Auth0Builder {
    Auth0::builder()
        .domain("tenant.eu.auth0.com")
        .client("client", "client-secret")
        .secret("0123456789abcdef0123456789abcdef")
        .base_url("http://localhost:3000")
        .set("AUTH0_SESSION_STORE", "memory:")
}

#[tokio::test]
async fn what_is_probably_not_intended_is_returned_and_logged() {
    test_support::log_capture::start();
    let builder = complete().set("AUTH0_SESSION_ROLLING", "true");
    let auth0 = builder.build().await.unwrap();
    let texts: Vec<_> = auth0.warnings().iter().map(ToString::to_string).collect();
    let expected = [
        "AUTH0_SECRET is weak: ",
        "AUTH0_SESSION_ROLLING is set, but there is no such variable",
        "AUTH0_AUDIENCE is not set: ",
    ];
    assert_eq!(texts.len(), expected.len(), "{texts:?}");
    for (text, start) in texts.iter().zip(expected) {
        assert!(text.starts_with(start), "{text}");
    }
    let log = test_support::log_capture::captured();
    for text in &texts[1..] {
        assert!(log.contains(text), "{text}");
    }
    assert!(log.contains("weak secret"));

    let builder = complete().set("AUTH0_SESSION_ROLLING", "true");
    let ignoring = builder.ignore_variables("AUTH0_SESSION_ROLLING");
    let auth0 = ignoring.build().await.unwrap();
    assert_eq!(auth0.warnings().len(), 2);
}

#[tokio::test]
async fn env_files_complete_the_environment_and_their_errors_are_errors_of_the_builder() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write(".env", "AUTH0_COOKIE_NAME=from_env\nAUTH0_SCOPE=openid\n");
    write(".env.local", "AUTH0_COOKIE_NAME=from_local\n");
    let config = complete().env_files(folder.path()).read_config().unwrap();
    assert_eq!(config.cookie().name(), "from_local");
    assert_eq!(config.scope(), ["openid"]);
    let config = complete().env_files(folder.path()).cookie_name("code");
    assert_eq!(config.read_config().unwrap().cookie().name(), "code");

    write(".env.local", "AUTH0_SECRET='canary\n");
    let error = complete().env_files(folder.path()).build().await;
    let error = error.unwrap_err();
    let BuildError::Config(config) = &error else {
        panic!("{error}");
    };
    assert_eq!(config.problems().len(), 1);
    assert_eq!(config.problems()[0].variable, ".env.local");
    assert!(error.to_string().contains("cannot be read"), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
}
