//! Pages and actions that require scopes of the user's access token.

use axum::{Router, routing::get};
use axum_auth0::{AccessError, AuthEvent, Requirement, SignedInUser, events::RequestRefusal};
use serde_json::json;
use test_support::{Browser, Endpoint, OrdersApi, Part, ProductsApi, Reply};

use super::TestEnv;

const HOUR: i64 = 3_600;

async fn edit(user: SignedInUser) -> Result<&'static str, AccessError> {
    user.require_scope::<ProductsApi>("write:products").await?;
    Ok("edited")
}

async fn either(user: SignedInUser) -> Result<&'static str, AccessError> {
    let any = Requirement::any_scope::<ProductsApi, _>(["delete:products", "read:products"]);
    user.require_access(&any).await?;
    Ok("either")
}

async fn of_a_manager(user: SignedInUser) -> Result<&'static str, AccessError> {
    let scope = Requirement::scope::<ProductsApi>("write:products");
    user.require_access(&scope.and(Requirement::role("manager")))
        .await?;
    Ok("of a manager")
}

/// Returns a site with guards of all kinds.
async fn site(env: &TestEnv) -> Router {
    let write = Requirement::scope::<ProductsApi>("write:products");
    let builder = env.auth0_builder().protect_for(write.clone(), ["/editor"]);
    let orders = Requirement::scope::<OrdersApi>("read:orders");
    let builder = builder.protect_for(orders, ["/orders"]);
    let auth0 = builder.build().await.unwrap();
    let export = Router::new().route("/export", get(|| async { "the export" }));
    let app = Router::new()
        .route("/editor", get(|| async { "the editor" }))
        .route("/orders", get(|| async { "the orders" }))
        .route("/edit", get(edit))
        .route("/either", get(either))
        .route("/of-a-manager", get(of_a_manager))
        .merge(auth0.require_access(write, export));
    auth0.wrap(app)
}

async fn logged_in(env: &TestEnv) -> Browser {
    let mut browser = env.browser().with_router(&site(env).await);
    for path in ["/editor", "/export"] {
        let response = browser.get(path).await;
        assert_eq!(response.status, 303, "{path}: a login first");
    }
    browser.attempt_login(&env.provider, "alice").await;
    env.provider.clear_request_log();
    browser
}

/// Issues access tokens with this scope only.
fn grant(env: &TestEnv, scope: &'static str) {
    for part in [
        Part::AccessToken,
        Part::ExchangeResponse,
        Part::RefreshResponse,
    ] {
        env.provider.modify(part, move |members| {
            members["scope"] = json!(scope);
        });
    }
}

#[tokio::test]
async fn a_user_whose_token_has_the_scopes_passes_all_guards() {
    let env = TestEnv::new().await;
    let mut browser = logged_in(&env).await;
    for (path, body) in [
        ("/editor", "the editor"),
        ("/export", "the export"),
        ("/edit", "edited"),
        ("/either", "either"),
    ] {
        assert_eq!(browser.get(path).await.body, body, "{path}");
    }
    assert_eq!(
        env.provider.request_count(Endpoint::Refresh),
        0,
        "the token of the login has them"
    );
    // Another API's token is requested once.
    for _ in 0..2 {
        assert_eq!(browser.get("/orders").await.body, "the orders");
    }
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}

#[tokio::test]
async fn a_user_without_the_scope_gets_403_and_a_page_that_says_what_is_missing() {
    for scope in [
        "openid read:products",
        "write:products:all read:products",
        "openid",
    ] {
        let env = TestEnv::new().await;
        grant(&env, scope);
        let mut browser = logged_in(&env).await;
        for path in ["/editor", "/export", "/edit"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 403, "{path} {scope}");
            let sentence = "Your account lacks the scope write:products.";
            assert!(page.body.contains(sentence), "{}", page.body);
            let login = format!("/auth/login?returnTo=%2F{}", &path[1..]);
            assert!(page.body.contains(&login), "{}", page.body);
        }
        let either = browser.get("/either").await;
        let lacks_both = !scope.contains(" read:products") && !scope.ends_with("read:products");
        assert_eq!(either.status == 403, lacks_both, "{scope}: {}", either.body);
    }
}

/// A claim of the ID token with the name of the scope grants nothing.
#[tokio::test]
async fn claims_of_the_login_are_not_scopes() {
    let env = TestEnv::new().await;
    grant(&env, "openid");
    env.provider.modify(Part::IdToken, |claims| {
        claims["scope"] = json!("write:products");
        claims["permissions"] = json!(["write:products"]);
    });
    let mut browser = logged_in(&env).await;
    assert_eq!(browser.get("/editor").await.status, 403);
}

#[tokio::test]
async fn a_program_gets_json_with_the_missing_scope() {
    let env = TestEnv::new().await;
    grant(&env, "openid");
    let mut browser = logged_in(&env).await;
    let script = [("sec-fetch-mode", "cors")];
    for path in ["/editor", "/export", "/edit"] {
        let response = browser.fetch(path, &script).await;
        assert_eq!(response.status, 403, "{path}");
        assert_eq!(response.header("cache-control"), Some("no-store"));
        let body = response.json();
        assert_eq!(body["code"], "access_denied");
        let missing = json!([{ "kind": "scope", "any_of": ["write:products"] }]);
        assert_eq!(body["details"]["missing"], missing);
    }
}

#[tokio::test]
async fn a_scope_that_the_provider_takes_away_is_missing_after_the_next_refresh() {
    let env = TestEnv::new().await;
    let mut browser = logged_in(&env).await;
    assert_eq!(browser.get("/editor").await.status, 200);
    grant(&env, "openid read:products");
    env.clock.advance(HOUR);
    assert_eq!(browser.get("/editor").await.status, 403);
}

/// Without a token, no scope is known, and the guard stays closed.
#[tokio::test]
async fn a_provider_that_is_down_never_opens_the_page() {
    let env = TestEnv::new().await;
    let mut browser = logged_in(&env).await;
    env.clock.advance(HOUR);
    env.provider.reply(Endpoint::Refresh, Reply::busy(503, "1"));
    let page = browser.get("/editor").await;
    assert_eq!(page.status, 503);
    assert!(
        page.body.contains("whether you have access"),
        "{}",
        page.body
    );
    let script = [("sec-fetch-mode", "cors")];
    let response = browser.fetch("/export", &script).await;
    assert_eq!(response.status, 503);
    assert_eq!(response.json()["code"], "provider_unavailable");
    assert_eq!(browser.get("/edit").await.status, 503);
}

#[tokio::test]
async fn a_role_is_required_before_a_token_is_requested() {
    let env = TestEnv::new().await;
    let mut browser = logged_in(&env).await;
    env.clock.advance(HOUR);
    let page = browser.get("/of-a-manager").await;
    assert_eq!(page.status, 403);
    assert!(page.body.contains("the role manager"), "{}", page.body);
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
}

#[tokio::test]
async fn the_refusal_is_an_event() {
    let env = TestEnv::new().await;
    grant(&env, "openid");
    let (sender, events) = std::sync::mpsc::channel();
    let builder = env.auth0_builder().on_event(move |event| {
        if let AuthEvent::RequestRefused { login, reason, .. } = event {
            sender.send((login.is_some(), *reason)).unwrap();
        }
    });
    let write = Requirement::scope::<ProductsApi>("write:products");
    let router = builder.protect_for(write, ["/editor"]).build().await;
    let router = router.unwrap().wrap(Router::new());
    let mut browser = env.logged_in("alice").await.with_router(&router);
    assert_eq!(browser.get("/editor").await.status, 403);
    assert_eq!(events.try_recv(), Ok((true, RequestRefusal::AccessDenied)));
    assert!(events.try_recv().is_err());
}
