//! Hosts, protected pages, and the policy of forms.

use axum::{Router, routing::get};
use http::{Method, StatusCode};
use test_support::{SITE, TestApp as _};

use super::{FORM, send};
use crate::app::{TestEnv, TestEnvBuilder};

#[tokio::test]
async fn all_spellings_of_the_canonical_host_are_accepted() {
    for (base_url, hosts) in [
        (
            "https://site.example",
            &[
                "site.example",
                "site.example:443",
                "site.example.",
                "site.example.:443",
                "Site.Example:443",
            ][..],
        ),
        (
            "http://localhost",
            &["localhost:80", "localhost.", "LOCALHOST"],
        ),
        (
            "http://[::1]:3000",
            &["[::1]:3000", "[0:0:0:0:0:0:0:1]:3000", "[::0001]:3000"],
        ),
    ] {
        let env = TestEnvBuilder::new()
            .set("APP_BASE_URL", base_url)
            .build()
            .await;
        let mut browser = env.browser();
        for host in hosts {
            let headers = &[("host", *host)];
            let response = send(&mut browser, Method::GET, "/whoami", &[headers, FORM]).await;
            assert_eq!(response.status, StatusCode::OK, "{host}");
            let headers = &[("host", *host), ("origin", base_url)];
            let response = send(&mut browser, Method::POST, "/api/change", &[headers]).await;
            assert_eq!(response.body, "changed", "{host}");
        }
        for host in [
            "site.example:444",
            "a.site.example",
            "localhost:3000",
            "[::2]:3000",
        ] {
            let headers = &[("host", host)];
            let response = send(&mut browser, Method::GET, "/whoami", &[headers, FORM]).await;
            assert_eq!(response.status, StatusCode::TEMPORARY_REDIRECT, "{host}");
        }
    }
}

#[tokio::test]
async fn login_and_logout_work_when_every_page_is_protected() {
    for protected in [&["/"][..], &[""], &["/", "/auth", "/signed-out"]] {
        let env = TestEnv::new().await;
        let app = env
            .app
            .router()
            .route("/signed-out", get(|| async { "signed out" }))
            .route("/auth/user", get(|| async { "null" }));
        let builder = env.auth0_builder().protect(protected.iter().copied());
        let router = builder.build().await.unwrap().wrap(app);
        let mut browser = env.browser().with_router(&router);
        for path in ["/", "/products", "/nowhere"] {
            assert!(
                browser
                    .get(path)
                    .await
                    .location()
                    .starts_with("/auth/login")
            );
        }
        assert_eq!(browser.get("/signed-out").await.body, "signed out");
        assert_eq!(browser.get("/auth/user").await.body, "null");
        assert_eq!(
            browser.get("/auth/profile").await.status,
            StatusCode::UNAUTHORIZED
        );
        browser.log_in(&env.provider, "alice").await;
        let response = browser.post("/auth/logout", "").await;
        assert!(response.location().starts_with(&env.provider.url("/")));
    }
}

#[tokio::test]
async fn a_protected_page_in_a_nested_router_returns_to_its_full_path() {
    let env = TestEnv::new().await;
    let inner = env.auth0.wrap(env.app.router());
    let twice = Router::new().nest("/y", inner.clone());
    let router = env.router.clone().nest("/x", inner).nest("/shop", twice);
    let mut browser = env.browser().with_router(&router);
    for (path, login) in [
        (
            "/x/products?page=2",
            "/auth/login?returnTo=%2Fx%2Fproducts%3Fpage%3D2",
        ),
        (
            "/shop/y/products",
            "/auth/login?returnTo=%2Fshop%2Fy%2Fproducts",
        ),
    ] {
        assert_eq!(browser.get(path).await.location(), login, "{path}");
    }
    // The redirect to the canonical host keeps the prefix, too.
    let headers = &[("host", "127.0.0.1:3000")];
    let response = send(
        &mut browser,
        Method::GET,
        "/x/products?page=2",
        &[FORM, headers],
    )
    .await;
    assert_eq!(response.location(), format!("{SITE}/x/products?page=2"));
}

/// A browser applies `form-action` to the redirects that answer a form (CSP Level 3 §6.4.1).
#[tokio::test]
async fn the_policy_of_logout_forms_allows_the_provider() {
    let env = TestEnv::new().await;
    let other = "https://logout.provider.example";
    env.provider
        .modify(test_support::Part::Metadata, move |metadata| {
            metadata["end_session_endpoint"] = format!("{other}/oidc/logout").into();
        });
    let mut browser = env.browser();
    // The metadata was not fetched before.
    let elsewhere = &[("sec-fetch-site", "cross-site")];
    let question = send(
        &mut browser,
        Method::GET,
        "/auth/logout",
        &[FORM, elsewhere],
    )
    .await;
    let mut browser = env.logged_in("alice").await;
    env.store.set_unavailable(true);
    let failed = browser.post("/auth/logout", "").await;
    for page in [question, failed] {
        assert!(page.body.contains("<form method=\"post\""), "{}", page.body);
        let policy = page.header("content-security-policy").unwrap();
        let (_, rest) = policy.split_once("form-action ").unwrap();
        let (sources, _) = rest.split_once(';').unwrap();
        assert_eq!(sources, env.auth0.form_action(), "{policy}");
        let origin = env.provider.url("/");
        for source in ["'self'", other, origin.trim_end_matches('/')] {
            assert!(sources.split(' ').any(|given| given == source), "{sources}");
        }
    }
}
