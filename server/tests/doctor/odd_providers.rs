//! Providers that do not behave: silent, talkative, or of another opinion about `prompt=none`.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU8, Ordering},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::Query,
    response::{IntoResponse as _, Redirect},
    routing::{any, get, post},
};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::world::{CLIENT_SECRET, World};

/// The metadata of a provider that is not Auth0, and has no keys.
fn metadata(issuer: &str) -> Value {
    json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}oauth2/auth"),
        "token_endpoint": format!("{issuer}oauth2/token"),
        "jwks_uri": format!("{issuer}oauth2/keys"),
        "scopes_supported": ["openid", "profile"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
    })
}

fn provider(issuer: &str) -> Router {
    let metadata = metadata(issuer);
    let path = "/.well-known/openid-configuration";
    Router::new()
        .route(path, get(|| async { Json(metadata) }))
        .route(
            "/oauth2/keys",
            get(|| async { Json(json!({ "keys": [] })) }),
        )
}

#[tokio::test]
async fn a_provider_that_shows_a_login_page_anyhow_leaves_open_what_it_does_not_say() {
    let world = World::of_provider(|issuer| {
        provider(issuer)
            .route("/oauth2/auth", get(|| async { Redirect::to("/login") }))
            .route(
                "/oauth2/token",
                post(|| async {
                    let error = Json(json!({ "error": "invalid_grant" }));
                    (StatusCode::BAD_REQUEST, error)
                }),
            )
    })
    .await;
    let found = world.examine().await;
    for id in ["callback", "login", "audience"] {
        found.the("skipped", id);
    }
    // It says so to every secret.
    found
        .the("skipped", "client")
        .contains("summary", "same answer to a surely wrong secret");
    found.the("warning", "audience_parameter").says(
        "audience_ignored",
        "does not look like Auth0",
        "AUTH0_AUDIENCE_PARAMETER=resource",
    );
    found.the("warning", "refresh").says(
        "no_refresh_token",
        "offline_access",
        "AUTH0_PROMPT=consent",
    );
    found.are_problems(&["keys"]).the("problem", "keys").says(
        "keys_unusable",
        "none of them is a public signature key",
        "jwks_uri",
    );
}

#[tokio::test]
async fn a_refusal_without_a_word_is_about_nothing_in_particular() {
    let world = World::of_provider(|issuer| {
        provider(issuer).route("/oauth2/auth", get(|| async { StatusCode::BAD_REQUEST }))
    })
    .await;
    let found = world.examine().await;
    found.the("skipped", "callback");
    found.the("skipped", "login").contains(
        "summary",
        "status 400, as it does for an application that does not exist",
    );
    found.are_problems(&["keys"]);
}

#[tokio::test]
async fn a_provider_that_stumbles_over_the_api_is_not_taken_for_one_that_refuses_the_callback() {
    for status in [StatusCode::BAD_REQUEST, StatusCode::INTERNAL_SERVER_ERROR] {
        let world = World::of_provider(|issuer| {
            let authorize = move |Query(asked): Query<HashMap<String, String>>| async move {
                if asked.contains_key("audience") {
                    return status.into_response();
                }
                if asked.get("prompt").is_none_or(|prompt| prompt != "none") {
                    return Redirect::to("/login").into_response();
                }
                Redirect::to(&format!("{}?error=login_required", asked["redirect_uri"]))
                    .into_response()
            };
            provider(issuer).route("/oauth2/auth", get(authorize))
        })
        .await;
        let found = world.examine().await;
        found.the("ok", "callback");
        found.the("skipped", "login");
        found.the("problem", "audience").says(
            "audience_unknown",
            &format!(
                "status {}. The same login without the API goes on",
                status.as_u16()
            ),
            "Set AUTH0_AUDIENCE to",
        );
    }
}

#[tokio::test]
async fn an_authorization_endpoint_that_is_not_there_is_not_about_the_callback() {
    let world = World::of_provider(provider).await;
    let found = world.examine().await;
    found.the("skipped", "callback");
    found.the("skipped", "login").contains(
        "summary",
        "status 404, as it does for an application that does not exist",
    );
    found.are_problems(&["keys"]);
}

/// A provider that explains its refusals with what it was sent.
fn talkative(issuer: &str) -> Router {
    let token = |headers: HeaderMap, body: String| async move {
        let credentials = headers[header::AUTHORIZATION].to_str().unwrap();
        let said = match ECHO.load(Ordering::SeqCst) {
            0 => format!("{CLIENT_SECRET} is not welcome with {body}"),
            // The report cuts what is too long.
            1 => format!("{}{CLIENT_SECRET}", "x".repeat(190)),
            _ => format!("not welcome: {credentials}"),
        };
        let error = json!({ "error": "invalid_scope", "error_description": said });
        (StatusCode::BAD_REQUEST, Json(error))
    };
    provider(issuer)
        .route("/oauth2/auth", any(|| async { StatusCode::BAD_GATEWAY }))
        .route("/oauth2/token", post(token))
}

static ECHO: AtomicU8 = AtomicU8::new(0);

#[tokio::test]
async fn what_a_provider_repeats_of_the_secret_is_not_printed() {
    let world = World::of_provider(talkative).await;
    for echo in 0..3 {
        ECHO.store(echo, Ordering::SeqCst);
        // `examine` sees to it that no output holds a secret; this, to the beginning of one.
        let found = world.examine().await;
        assert!(
            !found.text.contains(&CLIENT_SECRET[..8]) && !found.text.contains("Basic "),
            "{}",
            found.text
        );
        found
            .the("skipped", "client")
            .contains("summary", "says invalid_scope");
        found
            .the("skipped", "login")
            .contains("summary", "status 502");
    }
}

#[tokio::test]
async fn a_provider_that_never_answers_holds_nobody_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/", silent.local_addr().unwrap());
    let world = World::with(|plan| {
        plan.set("AUTH0_DOMAIN", &issuer);
        plan.set("AUTH0_HTTP_TIMEOUT", "12500");
    })
    .await;
    let begun = Instant::now();
    let output = world.run(&["doctor", "--json", "--timeout", "1"]).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let status = |id: &str| {
        let mut of_id = checks.iter().filter(|check| check["id"] == id);
        of_id.next().unwrap()["status"].as_str().unwrap()
    };
    assert_eq!(status("provider"), "problem");
    for id in ["keys", "clock", "client", "callback", "login", "logout"] {
        assert_eq!(status(id), "skipped", "{id}");
    }
    assert_eq!(status("session_store"), "ok");
}
