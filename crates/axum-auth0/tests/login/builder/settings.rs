//! Settings in code, in the environment and in files.

use axum_auth0::{Auth0, BuildError, Routes, store::MemoryStore};
use http::StatusCode;
use test_support::{
    CLIENT_ID, CLIENT_SECRET, OrdersApi, PRODUCTS, ProductsApi, SITE, TestApp as _,
};

use super::SECRET;
use crate::app::TestEnv;

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
