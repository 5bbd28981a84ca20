//! Static files that the wrapped router serves, as Leptos applications do by their fallback.

use std::fs;

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};
use axum_auth0::{CurrentUser, SignedInUser};
use http::{HeaderValue, StatusCode, header};
use tempfile::TempDir;
use test_support::{Browser, TestResponse};
use tower::ServiceExt as _;
use tower_http::services::{ServeDir, ServeFile};
use tower_sessions::Session;

use crate::app::TestEnv;

const FILE: &str = "/pkg/site.wasm";

fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pkg")).unwrap();
    fs::write(folder.path().join("pkg/site.wasm"), "wasm").unwrap();
    fs::write(folder.path().join("page.html"), "<p>page</p>").unwrap();
    folder
}

/// Serves a file without passing preconditions on, or renders a page: as `leptos_axum::file_and_error_handler`.
fn like_leptos(folder: &TempDir) -> Router {
    let files = ServeDir::new(folder.path());
    Router::new().fallback(move |request: Request| {
        let files = files.clone();
        async move {
            let file = Request::builder().uri(request.uri()).body(Body::empty());
            let response = files.oneshot(file.unwrap()).await.unwrap();
            if response.status() == StatusCode::OK {
                return response.into_response();
            }
            (StatusCode::NOT_FOUND, axum::response::Html("a page")).into_response()
        }
    })
}

fn assert_stored(response: &TestResponse, case: &str) {
    assert_eq!(
        response.header("cache-control"),
        Some("private, no-cache"),
        "{case}"
    );
    assert_eq!(response.header("vary"), None, "{case}");
    assert_eq!(response.header("auth0-current-user"), None, "{case}");
    assert_eq!(response.header("set-cookie"), None, "{case}");
}

fn assert_not_stored(response: &TestResponse, case: &str) {
    let cache = response.header("cache-control").unwrap_or_default();
    assert!(cache.contains("no-store"), "{case}: {cache}");
    assert_eq!(response.header("vary"), Some("cookie"), "{case}");
}

async fn get_since(browser: &mut Browser, path: &str, since: &str) -> TestResponse {
    browser.fetch(path, &[("if-modified-since", since)]).await
}

#[tokio::test]
async fn files_of_the_fallback_are_stored_by_the_browser_and_pages_are_not() {
    let env = TestEnv::new().await;
    let folder = files();
    let router = env.auth0.wrap(like_leptos(&folder));
    let signed_in = env.logged_in("alice").await.with_router(&router);
    for mut browser in [env.browser().with_router(&router), signed_in] {
        let file = browser.get(FILE).await;
        assert_eq!(file.body, "wasm");
        assert_stored(&file, FILE);
        let modified = file.header("last-modified").unwrap().to_owned();

        let again = get_since(&mut browser, FILE, &modified).await;
        assert_eq!(again.status, StatusCode::NOT_MODIFIED);
        assert_eq!(again.body, "");
        assert_stored(&again, "304");
        assert_eq!(again.header("last-modified"), Some(&*modified));

        let old = "Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(get_since(&mut browser, FILE, old).await.body, "wasm");
        for page in ["/nothing", "/page.html"] {
            assert_not_stored(&browser.get(page).await, page);
        }
    }
}

#[tokio::test]
async fn a_file_service_answers_preconditions_and_ranges_itself() {
    let env = TestEnv::new().await;
    let folder = files();
    let app = Router::new().fallback_service(ServeDir::new(folder.path()));
    let mut browser = env.browser().with_router(&env.auth0.wrap(app));
    let modified = browser.get(FILE).await;
    let modified = modified.header("last-modified").unwrap().to_owned();
    let response = get_since(&mut browser, FILE, &modified).await;
    assert_eq!(response.status, StatusCode::NOT_MODIFIED);
    assert_stored(&response, "304");
    let response = browser.fetch(FILE, &[("range", "bytes=1-2")]).await;
    assert_eq!(response.status, StatusCode::PARTIAL_CONTENT);
    assert_stored(&response, "206");
    let response = browser.fetch(FILE, &[("range", "bytes=99-")]).await;
    assert_not_stored(&response, "416");
}

#[tokio::test]
async fn the_cache_control_of_the_application_is_kept() {
    async fn cached(request: Request, next: middleware::Next) -> Response {
        let mut response = next.run(request).await;
        let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, forever);
        response
    }
    let env = TestEnv::new().await;
    let folder = files();
    let app = Router::new()
        .route("/embedded.js", get(|| async { "js" }))
        .route("/page", get(|| async { axum::response::Html("page") }))
        .route(
            "/account",
            get(|user: CurrentUser| async move { format!("{user:?}") }),
        )
        .fallback_service(ServeDir::new(folder.path()))
        .layer(middleware::from_fn(cached));
    let mut browser = env.browser().with_router(&env.auth0.wrap(app));
    for (path, vary) in [
        (FILE, None),
        ("/embedded.js", None),
        ("/page", Some("cookie")),
        ("/account", Some("cookie")),
    ] {
        let response = browser.get(path).await;
        let cache = response.header("cache-control").unwrap();
        assert_eq!(cache, "public, max-age=31536000, immutable", "{path}");
        assert_eq!(response.header("vary"), vary, "{path}");
    }
}

#[tokio::test]
async fn a_file_that_depends_on_the_session_is_not_stored() {
    let env = TestEnv::new().await;
    let folder = files();
    let file = ServeFile::new(folder.path().join("pkg/site.wasm"));
    let own = |file: ServeFile| async move { file.oneshot(Request::new(Body::empty())).await };
    let (by_user, by_option, by_current, by_session) =
        (file.clone(), file.clone(), file.clone(), file.clone());
    let app = Router::new()
        .route("/user", get(move |_: SignedInUser| own(by_user)))
        .route(
            "/option",
            get(move |_: Option<SignedInUser>| own(by_option)),
        )
        .route("/current", get(move |_: CurrentUser| own(by_current)))
        .route(
            "/session",
            get(move |session: Session| async move {
                session.insert("visits", 1).await.unwrap();
                own(by_session).await
            }),
        )
        .route_service("/products/file", file.clone())
        .merge(
            env.auth0
                .require_login(Router::new().route_service("/guarded", file)),
        );
    let protected = env.auth0_builder().protect(["/products"]).build().await;
    let router = protected.unwrap().wrap(app);
    let mut browser = env.logged_in("alice").await.with_router(&router);
    for path in [
        "/user",
        "/option",
        "/current",
        "/session",
        "/products/file",
        "/guarded",
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.body, "wasm", "{path}");
        assert_not_stored(&response, path);
    }
}

#[tokio::test]
async fn a_file_that_removes_the_cookie_of_an_ended_session_is_not_stored() {
    let env = TestEnv::new().await;
    let folder = files();
    let router = env.auth0.wrap(like_leptos(&folder));
    let mut browser = env.logged_in("alice").await.with_router(&router);
    env.clock.advance(4 * 24 * 3_600);
    let response = browser.get(FILE).await;
    assert_eq!(response.body, "wasm");
    assert!(response.header("set-cookie").is_some());
    assert_not_stored(&response, FILE);
    assert_stored(&browser.get(FILE).await, FILE);
}
