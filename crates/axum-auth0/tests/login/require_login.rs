//! Routers whose routes require a signed-in user.

use axum::{
    Router,
    routing::{get, post},
};
use axum_auth0::SignedInUser;
use http::{Method, StatusCode};
use test_support::SITE;

use crate::app::TestEnv;

fn invoices(prefix: &str) -> Router {
    Router::new()
        .route(&format!("{prefix}/invoices"), get(|| async { "all" }))
        .route(
            &format!("{prefix}/invoices/{{id}}"),
            get(|| async { "one" }),
        )
        .route(&format!("{prefix}/invoices"), post(|| async { "new" }))
}

/// An application with a protected router, merged and nested, whose prefix is known at run time only.
fn app(env: &TestEnv) -> Router {
    let tenant = String::from("/acme");
    let own_fallback = Router::new()
        .route("/x", get(|| async { "x" }))
        .fallback(|| async { "secret fallback" });
    let app = Router::new()
        .route("/", get(|| async { "home" }))
        .merge(env.auth0.require_login(invoices(&tenant)))
        .nest("/nested", env.auth0.require_login(invoices("")))
        .nest("/area", env.auth0.require_login(own_fallback));
    env.auth0.wrap(app)
}

const PROTECTED: [&str; 6] = [
    "/acme/invoices",
    "/acme/invoices/7?x=1",
    "/nested/invoices",
    "/nested/invoices/7",
    "/area/x",
    "/area/nothing",
];

#[tokio::test]
async fn every_route_and_the_fallback_require_a_user() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env));
    for path in PROTECTED {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::SEE_OTHER, "{path}");
        let encoded = path
            .replace('/', "%2F")
            .replace('?', "%3F")
            .replace('=', "%3D");
        let login = format!("/auth/login?returnTo={encoded}");
        assert_eq!(response.location(), login);
        let script = [("sec-fetch-mode", "cors")];
        let response = browser.fetch(path, &script).await;
        assert_eq!(response.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    let request = browser.request(Method::POST, "/acme/invoices");
    let request = request
        .header("origin", SITE)
        .header("sec-fetch-mode", "cors")
        .body(axum::body::Body::empty());
    let response = browser.send(request.unwrap()).await;
    assert_eq!(response.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_signed_in_user_reaches_every_route() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await.with_router(&app(&env));
    for path in PROTECTED {
        assert_eq!(browser.get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_rest_of_the_application_stays_open() {
    let env = TestEnv::new().await;
    let mut browser = env.browser().with_router(&app(&env));
    assert_eq!(browser.get("/").await.body, "home");
    for path in ["/nothing", "/acme", "/acme/other"] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_predicate_protects_the_pages_that_it_accepts() {
    let env = TestEnv::new().await;
    let open = ["/".to_owned(), "/blog".to_owned()];
    let builder = env.auth0_builder();
    let builder = builder.protect_if(move |path| !open.iter().any(|open| open == path));
    let app = Router::new()
        .route("/", get(|| async { "home" }))
        .route("/blog", get(|| async { "blog" }))
        .route(
            "/account",
            get(|user: SignedInUser| async move { user.subject().to_owned() }),
        );
    let router = builder.build().await.unwrap().wrap(app);
    let mut browser = env.browser().with_router(&router);
    for (path, status) in [
        ("/", 200),
        ("/blog", 200),
        ("/signed-out", 200),
        ("/account", 303),
        ("/%61ccount", 303),
        ("/nothing", 303),
    ] {
        assert_eq!(browser.get(path).await.status, status, "{path}");
    }
}

/// Outside `wrap` there is no user, so the guard refuses every request.
#[tokio::test]
async fn a_guard_outside_of_wrap_fails_closed() {
    let env = TestEnv::new().await;
    let router = env.auth0.require_login(invoices(""));
    let mut browser = env.logged_in("alice").await.with_router(&router);
    let response = browser.get("/invoices").await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
}
