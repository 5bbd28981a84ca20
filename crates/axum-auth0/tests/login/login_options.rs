//! Parameters of the logins that links and guards start.

use axum::{Router, routing::get};
use axum_auth0::{LOGIN_PARAMETERS, LoginOptions, Prompt, ReturnTo, Routes, StepUp};
use std::time::Duration;

use crate::app::TestEnv;

#[tokio::test]
async fn typed_options_are_parameters_that_the_login_accepts() {
    let env = TestEnv::new().await;
    let options = LoginOptions::new()
        .sign_up()
        .prompt(Prompt::Create)
        .login_hint("alice@example.com")
        .connection("google-oauth2")
        .organization("org_a")
        .invitation("ticket")
        .ui_locales("de en")
        .step_up(&StepUp::recent_auth(Duration::from_mins(5)))
        // Replaces the one above.
        .login_hint("bob@example.com");
    let page = ReturnTo::parse("/products").unwrap();
    let response = env
        .browser()
        .get(&options.url(&Routes::default(), &page))
        .await;
    for (name, value) in [
        ("screen_hint", "signup"),
        ("prompt", "create"),
        ("login_hint", "bob@example.com"),
        ("connection", "google-oauth2"),
        ("organization", "org_a"),
        ("invitation", "ticket"),
        ("ui_locales", "de en"),
        ("max_age", "300"),
    ] {
        assert!(LOGIN_PARAMETERS.contains(&name), "{name}");
        let found = response.redirect_parameter(name);
        assert_eq!(found.as_deref(), Some(value), "{name}");
    }
}

#[tokio::test]
async fn the_login_of_a_protected_page_has_its_parameters() {
    let env = TestEnv::new().await;
    let staff = LoginOptions::new()
        .connection("staff")
        .login_hint("@example.com");
    let recent = StepUp::recent_auth(Duration::from_mins(5));
    let builder = env
        .auth0_builder()
        .protect(["/products"])
        .protect_with_login(staff, ["/admin"])
        .protect_with(recent, ["/admin/security"]);
    let app = Router::new().route("/", get(|| async { "home" }));
    let router = builder.build().await.unwrap().wrap(app);
    let browser = env.browser().with_router(&router);
    for (page, login) in [
        ("/products", "/auth/login?returnTo=%2Fproducts"),
        (
            "/admin/users",
            "/auth/login?returnTo=%2Fadmin%2Fusers&connection=staff&login_hint=%40example.com",
        ),
        (
            "/admin/security",
            "/auth/login?returnTo=%2Fadmin%2Fsecurity&max_age=300&connection=staff&login_hint=%40example.com",
        ),
    ] {
        assert_eq!(browser.clone().get(page).await.location(), login);
    }
}
