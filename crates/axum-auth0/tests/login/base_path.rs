//! A site below a path of its host, which the proxy in front of it passes on.

use axum::{Router, body::Body, extract::Request, routing::get};
use cookie::Cookie;
use http::{StatusCode, header::LOCATION, uri::PathAndQuery};
use test_support::{Browser, TestApp as _, browser::TestResponse};
use tower::{ServiceBuilder, ServiceExt as _};

use crate::app::{TestEnv, TestEnvBuilder};

const ORIGIN: &str = "https://www.example.com";
const SHOP: &str = "https://www.example.com/shop";
const BLOG: &str = "https://www.example.com/blog";

async fn shop() -> TestEnv {
    TestEnvBuilder::new()
        .set("APP_BASE_URL", SHOP)
        .build()
        .await
}

/// A browser that sends a cookie to the paths it was set for only (RFC 6265 §5.4).
struct PathBrowser {
    browser: Browser,
    cookies: Vec<Cookie<'static>>,
}

impl PathBrowser {
    fn new(env: &TestEnv, router: &Router) -> Self {
        Self {
            browser: env.browser().with_router(router),
            cookies: Vec::new(),
        }
    }

    fn prepare(&mut self, path: &str) {
        let path = path.split('?').next().unwrap();
        let sent = self.cookies.iter().filter(|cookie| {
            let below = path.strip_prefix(cookie.path().unwrap().trim_end_matches('/'));
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        self.browser.jar = sent
            .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
            .collect();
    }

    fn store(&mut self, response: TestResponse) -> TestResponse {
        for cookie in response.set_cookies() {
            let is_same =
                |other: &Cookie<'_>| other.name() == cookie.name() && other.path() == cookie.path();
            self.cookies.retain(|other| !is_same(other));
            if cookie
                .max_age()
                .is_none_or(cookie::time::SignedDuration::is_positive)
            {
                self.cookies.push(cookie);
            }
        }
        response
    }

    async fn get(&mut self, path: &str) -> TestResponse {
        self.prepare(path);
        let response = self.browser.get(path).await;
        self.store(response)
    }

    async fn post(&mut self, path: &str) -> TestResponse {
        self.prepare(path);
        let response = self.browser.post(path, "").await;
        self.store(response)
    }

    /// Follows the redirect of a protected page through the provider, and returns the response of the callback.
    async fn log_in(&mut self, env: &TestEnv, base_path: &str, page: &str) -> TestResponse {
        let login = self.get(page).await.location().to_owned();
        assert!(login.starts_with(&format!("{base_path}/auth/login?returnTo=")));
        let response = self.get(&login).await;
        let redirect_uri = response.redirect_parameter("redirect_uri").unwrap();
        assert_eq!(redirect_uri, format!("{ORIGIN}{base_path}/auth/callback"));
        let returned = env.provider.authorize(response.location(), "alice");
        self.get(&format!("{base_path}{}", returned.path())).await
    }
}

#[tokio::test]
async fn a_whole_login_and_logout_stay_below_the_base_path() {
    let env = shop().await;
    let mut browser = PathBrowser::new(&env, &env.router);
    assert_eq!(browser.get("/shop").await.body, "home");
    assert_eq!(browser.get("/shop/").await.body, "home");

    let response = browser.log_in(&env, "/shop", "/shop/products?page=2").await;
    assert_eq!(response.location(), "/shop/products?page=2");
    let body = browser.get("/shop/products?page=2").await.body;
    assert_eq!(body, "the products of auth0|alice");
    assert_eq!(browser.get("/shop/auth/profile").await.status, 200);
    assert_eq!(browser.get("/shop/token").await.status, StatusCode::OK);

    let response = browser.post("/shop/auth/logout").await;
    assert_eq!(
        response.redirect_parameter("post_logout_redirect_uri"),
        Some(format!("{SHOP}/signed-out"))
    );
    assert_eq!(browser.get("/shop/whoami").await.body, "anonymous");
    assert!(browser.cookies.is_empty());
}

#[tokio::test]
async fn all_cookies_have_the_base_path_and_a_prefix_that_allows_it() {
    let env = shop().await;
    let mut browser = PathBrowser::new(&env, &env.router);
    let start = browser.get("/shop/auth/login").await;
    let returned = env.provider.authorize(start.location(), "alice");
    let end = browser.get(&format!("/shop{}", returned.path())).await;
    let logout = browser.post("/shop/auth/logout").await;
    let cookies = [&start, &end, &logout].map(TestResponse::set_cookies);
    assert_eq!(cookies.each_ref().map(Vec::len), [1, 2, 1]);
    for cookie in cookies.iter().flatten() {
        assert!(cookie.name().starts_with("__Secure-"), "{cookie}");
        assert_eq!(cookie.path(), Some("/shop"), "{cookie}");
        assert_eq!(cookie.secure(), Some(true), "{cookie}");
        assert_eq!(cookie.domain(), None, "{cookie}");
    }
}

#[tokio::test]
async fn paths_outside_the_base_path_are_not_found() {
    let env = shop().await;
    let mut browser = PathBrowser::new(&env, &env.router);
    for path in [
        "/",
        "/products",
        "/auth/login",
        "/shopping",
        "/shop%2Fproducts",
        "//shop/products",
        "/shop/shop/products",
        "/shop/shop/auth/login",
    ] {
        let response = browser.get(path).await;
        assert_eq!(response.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(response.header("location"), None, "{path}");
    }
}

#[tokio::test]
async fn a_login_returns_to_pages_of_this_site_only() {
    let env = shop().await;
    for (return_to, expected) in [
        ("/shop/products", "/shop/products"),
        ("/shop", "/shop"),
        ("/shop/", "/shop/"),
        ("/", "/shop"),
        ("/products", "/shop"),
        ("/blog/products", "/shop"),
        ("/shopping", "/shop"),
        ("/shop/../blog", "/shop"),
        ("/shop/auth/logout", "/shop"),
        ("//evil.example/shop", "/shop"),
        ("https://www.example.com/blog", "/shop"),
    ] {
        let mut browser = PathBrowser::new(&env, &env.router);
        let start = format!("/shop/auth/login?returnTo={return_to}");
        let response = browser.get(&start).await;
        let returned = env.provider.authorize(response.location(), "alice");
        let response = browser.get(&format!("/shop{}", returned.path())).await;
        assert_eq!(response.location(), expected, "{return_to}");
    }
}

#[tokio::test]
async fn protected_paths_are_relative_to_the_base_path() {
    let env = shop().await;
    for (protected, path, is_protected) in [
        ("/products", "/shop/products", true),
        ("/products", "/shop/%70roducts", true),
        ("/", "/shop/whoami", true),
        ("/", "/shop", true),
        ("/", "/shop/signed-out", false),
        ("/shop", "/shop/whoami", false),
        ("/whoami", "/shop/products/whoami", false),
    ] {
        let builder = env.auth0_builder().protect([protected]);
        let router = builder.build().await.unwrap().wrap(env.app.router());
        let mut browser = PathBrowser::new(&env, &router);
        let status = browser.get(path).await.status;
        let expected = status == StatusCode::SEE_OTHER;
        assert_eq!(expected, is_protected, "{protected} {path}: {status}");
    }
}

#[tokio::test]
async fn two_sites_on_one_host_do_not_meet() {
    let env = shop().await;
    let blog = env.restarted(&[("APP_BASE_URL", Some(BLOG))]).await;
    let host = env
        .router
        .clone()
        .merge(blog)
        .route("/healthz", get(|| async { "ok" }));
    let mut browser = PathBrowser::new(&env, &host);
    browser.log_in(&env, "/shop", "/shop/products").await;
    assert_eq!(browser.get("/shop/whoami").await.body, "auth0|alice");
    assert_eq!(browser.get("/blog/whoami").await.body, "anonymous");

    browser.log_in(&env, "/blog", "/blog/products").await;
    browser.post("/blog/auth/logout").await;
    assert_eq!(browser.get("/blog/whoami").await.body, "anonymous");
    assert_eq!(browser.get("/shop/whoami").await.body, "auth0|alice");
    assert_eq!(browser.get("/healthz").await.body, "ok");
}

#[tokio::test]
async fn pages_of_the_engine_link_below_the_base_path() {
    let env = shop().await;
    let mut browser = PathBrowser::new(&env, &env.router);
    for path in [
        "/shop/auth/callback?code=1&state=2",
        "/shop/auth/callback",
        "/shop/auth/login?max_age=x",
    ] {
        let body = browser.get(path).await.body;
        let links: Vec<_> = body.split("href=\"").skip(1).collect();
        assert!(!links.is_empty(), "{path}: {body}");
        assert!(links.iter().all(|link| link.starts_with("/shop")), "{body}");
    }
}

#[tokio::test]
async fn a_request_under_another_host_is_redirected_with_its_whole_path() {
    let env = shop().await;
    let mut other = Browser::new(
        env.router.clone(),
        "https://internal.example",
        env.secrets.clone(),
    );
    let response = other.get("/shop/products?page=2").await;
    assert_eq!(response.location(), format!("{SHOP}/products?page=2"));
    let response = other.post("/shop/products", "").await;
    assert_eq!(response.status, StatusCode::MISDIRECTED_REQUEST);
}

/// The code of docs/configuration.md for such a proxy.
#[tokio::test]
async fn behind_a_proxy_that_strips_the_base_path_the_site_can_put_it_back() {
    let env = shop().await;
    let site = ServiceBuilder::new()
        .map_request(|mut request: Request| {
            let path = request
                .uri()
                .path_and_query()
                .map_or("/", PathAndQuery::as_str);
            if let Ok(uri) = format!("/shop{path}").parse() {
                *request.uri_mut() = uri;
            }
            request
        })
        .service(env.router.clone());
    for (path, location) in [
        ("/", None),
        (
            "/products?page=2",
            Some("/shop/auth/login?returnTo=%2Fshop%2Fproducts%3Fpage%3D2"),
        ),
    ] {
        let request = env.browser().navigation(path).body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        let found = response.headers().get(LOCATION);
        assert_eq!(
            found.map(|found| found.to_str().unwrap()),
            location,
            "{path}"
        );
        assert_eq!(response.status().is_success(), location.is_none(), "{path}");
    }
}

/// `NEXT_PUBLIC_BASE_PATH` of nextjs-auth0, and moved routes.
#[tokio::test]
async fn routes_are_moved_below_the_base_path() {
    let env = TestEnvBuilder::new()
        .set("APP_BASE_URL", ORIGIN)
        .set("NEXT_PUBLIC_BASE_PATH", "/shop")
        .set("NEXT_PUBLIC_LOGIN_ROUTE", "/in")
        .build()
        .await;
    let mut browser = PathBrowser::new(&env, &env.router);
    let login = browser.get("/shop/products").await;
    assert_eq!(login.location(), "/shop/in?returnTo=%2Fshop%2Fproducts");
    let response = browser.get(login.location()).await;
    assert_eq!(
        response.redirect_parameter("redirect_uri"),
        Some(format!("{SHOP}/auth/callback"))
    );
    assert_eq!(
        browser.get("/shop/auth/login").await.status,
        StatusCode::NOT_FOUND
    );
}
