//! The hooks of a login: `before_session_saved` and `on_callback`.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    response::{IntoResponse as _, Redirect},
    routing::get,
};
use axum_auth0::{
    AppData, Auth0Builder, CallbackOutcome, LoginFailureKind, SessionDataError, SignedInUser,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::TestEnv;
use test_support::{Browser, Endpoint, Part};

#[derive(Default, Serialize, Deserialize)]
struct Settings {
    language: String,
}

impl AppData for Settings {
    const KEY: &'static str = "settings";
}

async fn show(user: SignedInUser) -> Result<String, SessionDataError> {
    let settings: Settings = user.session_data().await?;
    let roles: Option<Vec<String>> = user.claim("roles");
    let roles = roles.unwrap_or_default().join(",");
    let email = user.claims().contains_key("email");
    let sub = user.claims()["sub"].clone();
    Ok(format!("{} {roles} {email} {sub}", settings.language))
}

/// Returns a browser at a site with these hooks.
async fn browser(env: &TestEnv, hooks: impl FnOnce(Auth0Builder) -> Auth0Builder) -> Browser {
    let auth0 = hooks(env.auth0_builder()).build().await.unwrap();
    let app = Router::new()
        .route("/settings", get(show))
        .merge(test_support::TestApp::router(&env.app));
    env.browser().with_router(&auth0.wrap(app))
}

#[tokio::test]
async fn the_application_changes_claims_and_adds_data_before_the_session_is_saved() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        claims["acr"] = json!("gold");
        claims["email"] = json!("alice@example.com");
    });
    let mut browser = browser(&env, |builder| {
        builder.before_session_saved(|mut session| async move {
            assert_eq!(session.subject(), "auth0|alice");
            assert_eq!(session.id_token_claims()["acr"], "gold");
            assert!(!session.claims().contains_key("acr"));
            session.claims_mut().remove("email");
            session
                .claims_mut()
                .insert("roles".to_owned(), json!(["editor"]));
            // A hook cannot change the subject.
            session
                .claims_mut()
                .insert("sub".to_owned(), json!("auth0|mallory"));
            session.set_data(&Settings {
                language: "de".to_owned(),
            })?;
            Ok(session)
        })
    })
    .await;
    browser.log_in(&env.provider, "alice").await;
    let response = browser.get("/settings").await;
    assert_eq!(response.body, "de editor false \"auth0|alice\"");
    assert_eq!(browser.whoami().await, "auth0|alice");
    let profile = browser.get_json("/auth/profile").await.json();
    assert_eq!(profile["roles"], json!(["editor"]));
}

#[tokio::test]
async fn an_error_before_the_session_is_saved_fails_the_login() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, |builder| {
        builder.before_session_saved(|_| async { Err("the database says no".into()) })
    })
    .await;
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "refused")
        .await;
    assert!(!response.body.contains("database"), "{}", response.body);
    // The unused refresh token is revoked.
    env.provider
        .wait_for_requests(Endpoint::Revocation, 1)
        .await;
}

#[tokio::test]
async fn a_refused_login_keeps_the_session_that_the_browser_had() {
    let env = TestEnv::new().await;
    let before = env.logged_in("alice").await;
    let mut browser = browser(&env, |builder| {
        builder.before_session_saved(|_| async { Err("no".into()) })
    })
    .await;
    browser.jar = before.jar;
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(response.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert_eq!(env.provider.request_count(Endpoint::Revocation), 0);
}

#[tokio::test]
async fn too_much_data_before_the_session_is_saved_fails_the_login() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, |builder| {
        builder.before_session_saved(|mut session| async move {
            session.set_data(&Settings {
                language: "x".repeat(20_000),
            })?;
            Ok(session)
        })
    })
    .await;
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 500, "too large")
        .await;
}

#[tokio::test]
async fn the_application_answers_a_completed_login() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, |builder| {
        builder.on_callback(|outcome| async move {
            let CallbackOutcome::SignedIn {
                user, return_to, ..
            } = outcome
            else {
                panic!("{outcome:?}");
            };
            assert_eq!(user.subject(), "auth0|alice");
            assert_eq!(return_to.as_str(), "/products?page=2");
            // The user is usable: here, to keep data in the new session.
            let update = user.update_session(|settings: &mut Settings| {
                settings.language = "fr".to_owned();
            });
            update.await.unwrap();
            Some(Redirect::to("/welcome").into_response())
        })
    })
    .await;
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(response.location(), "/welcome");
    assert_eq!(browser.pending_logins(), 0);
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert!(browser.get("/settings").await.body.starts_with("fr "));
}

#[tokio::test]
async fn the_response_to_a_login_stays_if_the_application_has_none() {
    let env = TestEnv::new().await;
    let mut browser = browser(&env, |builder| builder.on_callback(|_| async { None })).await;
    let response = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(response.location(), "/products?page=2");
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn the_application_answers_a_failed_login() {
    let env = TestEnv::new().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let outcomes = Arc::clone(&seen);
    let mut browser = browser(&env, move |builder| {
        builder.on_callback(move |outcome| {
            let seen = Arc::clone(&outcomes);
            async move {
                let CallbackOutcome::Failed {
                    failure, return_to, ..
                } = outcome
                else {
                    panic!("{outcome:?}");
                };
                let return_to = return_to.map(|page| page.as_str().to_owned());
                let is_denied = failure.provider_error() == Some("access_denied");
                seen.lock()
                    .unwrap()
                    .push((failure.kind(), failure.status().as_u16(), return_to));
                is_denied.then(|| Redirect::to("/register").into_response())
            }
        })
    })
    .await;

    let start = browser.start_login("/products?page=2").await;
    let state = start.redirect_parameter("state").unwrap();
    let denied = browser
        .get(&format!("/auth/callback?error=access_denied&state={state}"))
        .await;
    assert_eq!(denied.location(), "/register");
    assert_eq!(browser.pending_logins(), 0, "the login is over");
    assert!(!browser.has_session());

    // Without a response of the application, the page of the engine.
    let foreign = browser.get("/auth/callback?code=c&state=foreign").await;
    assert_eq!(foreign.status, StatusCode::BAD_REQUEST);
    assert!(foreign.body.contains("This login was not started here"));
    env.provider
        .modify(Part::IdToken, |claims| claims["nonce"] = json!("another"));
    let invalid = browser.attempt_login(&env.provider, "alice").await;
    assert_eq!(invalid.status, StatusCode::BAD_GATEWAY);

    let page = Some("/products?page=2".to_owned());
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (LoginFailureKind::ProviderError, 403, page.clone()),
            (LoginFailureKind::UnknownLogin, 400, None),
            (LoginFailureKind::InvalidResponse, 502, page),
        ]
    );
}

#[tokio::test]
async fn a_repeated_callback_does_not_reach_the_application_again() {
    let env = TestEnv::new().await;
    let count = Arc::new(Mutex::new(0));
    let counted = Arc::clone(&count);
    let mut browser = browser(&env, move |builder| {
        builder.on_callback(move |_| {
            *counted.lock().unwrap() += 1;
            async { None }
        })
    })
    .await;
    let returned = browser
        .authorize_without_callback(&env.provider, "alice")
        .await;
    let with_transaction = browser.clone();
    browser.get(&returned.path()).await;
    let mut reload = with_transaction;
    reload.jar.extend(browser.jar.clone());
    let response = reload.get(&returned.path()).await;
    assert_eq!(response.status, StatusCode::SEE_OTHER);
    assert_eq!(*count.lock().unwrap(), 1);
}
