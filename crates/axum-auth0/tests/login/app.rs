//! A small application below the engine.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use axum_auth0::{Api, CurrentUser, SignedInUser, TokenError, TokenOptions, jwt};
use http::{StatusCode, header};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use test_support::{OrdersApi, ProductsApi, TestApp, UndeclaredApi};
use tokio::sync::Semaphore;
use tower_sessions::Session;

/// State that tests observe and block.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) changes: Arc<AtomicUsize>,
    pub(crate) writer_waits: Arc<Semaphore>,
    pub(crate) writer_may_go: Arc<Semaphore>,
}

impl Default for App {
    fn default() -> Self {
        Self {
            changes: Arc::default(),
            writer_waits: Arc::new(Semaphore::new(0)),
            writer_may_go: Arc::new(Semaphore::new(0)),
        }
    }
}

pub(crate) type TestEnv = test_support::TestEnv<App>;
pub(crate) type TestEnvBuilder = test_support::TestEnvBuilder<App>;

impl TestApp for App {
    fn router(&self) -> Router {
        Router::new()
            .route("/", get(|| async { "home" }))
            .route("/products", get(products).post(change))
            .route("/whoami", get(whoami))
            .route("/token", get(token::<ProductsApi>))
            .route("/token/orders", get(token::<OrdersApi>))
            .route("/token/both", get(both))
            .route("/token/orders/writing", get(writing_orders))
            .route("/token/opaque", get(opaque))
            .route("/token/revoke", get(revoke))
            .route("/token/undeclared", get(token::<UndeclaredApi>))
            .route("/token/renewed", get(renewed))
            .route("/token/deleting", get(deleting))
            .route("/failing", get(failing))
            .route("/write-session", get(write_session))
            .route(
                "/write-session/of-another-version",
                get(write_session_of_another_version),
            )
            .route("/api/change", post(change))
            .route("/api/list", get(|| async { "[]" }))
            .with_state(self.clone())
    }
}

async fn products(user: SignedInUser) -> String {
    format!("the products of {}", user.subject())
}

async fn whoami(user: CurrentUser) -> String {
    match user {
        CurrentUser::SignedIn(user) => user.subject().to_owned(),
        CurrentUser::Anonymous => "anonymous".to_owned(),
        CurrentUser::Unavailable => "unknown".to_owned(),
    }
}

async fn change(State(app): State<App>) -> &'static str {
    app.changes.fetch_add(1, Ordering::SeqCst);
    "changed"
}

pub(crate) async fn token<A: Api>(user: SignedInUser) -> Response {
    describe(
        user.access_token::<A>()
            .await
            .as_ref()
            .map(|token| (token.expose(), token.audience())),
    )
}

async fn both(user: SignedInUser) -> Response {
    let orders = user.access_token::<OrdersApi>().await;
    match orders {
        Ok(_) => token::<ProductsApi>(user).await,
        Err(error) => describe(Err(&error)),
    }
}

async fn renewed(user: SignedInUser) -> Response {
    let options = TokenOptions {
        force_refresh: true,
        ..TokenOptions::default()
    };
    with(&user, options).await
}

async fn deleting(user: SignedInUser) -> Response {
    let options = TokenOptions {
        extra_scopes: vec!["delete:products".to_owned()],
        ..TokenOptions::default()
    };
    with(&user, options).await
}

async fn writing_orders(user: SignedInUser) -> Response {
    let options = TokenOptions {
        extra_scopes: vec!["write:orders".to_owned()],
        ..TokenOptions::default()
    };
    let token = user.access_token_with::<OrdersApi>(options).await;
    describe(
        token
            .as_ref()
            .map(|token| (token.expose(), token.audience())),
    )
}

/// Returns the fingerprint of an opaque token.
async fn opaque(user: SignedInUser) -> Response {
    match user.access_token::<ProductsApi>().await {
        Ok(token) => fingerprint(token.expose()).into_response(),
        Err(error) => describe(Err(&error)),
    }
}

async fn revoke(user: SignedInUser) -> Response {
    match user.revoke_refresh_token().await {
        Ok(()) => "revoked".into_response(),
        Err(error) => describe(Err(&error)),
    }
}

async fn with(user: &SignedInUser, options: TokenOptions) -> Response {
    let token = user.access_token_with::<ProductsApi>(options).await;
    describe(
        token
            .as_ref()
            .map(|token| (token.expose(), token.audience())),
    )
}

/// Describes a token without revealing it.
fn describe(token: Result<(&str, &str), &TokenError>) -> Response {
    let error = match token {
        Ok((token, audience)) => return Json(description(token, audience)).into_response(),
        Err(error) => error,
    };
    let (status, retry_after, body) = match error {
        TokenError::SignInRequired => (
            StatusCode::UNAUTHORIZED,
            None,
            json!({ "code": "sign_in_required" }),
        ),
        TokenError::Misconfigured(diagnosis) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            None,
            json!({
                "code": diagnosis.code().as_str(), "cause": diagnosis.cause(), "fix": diagnosis.fix(),
            }),
        ),
        TokenError::ProviderUnavailable { retry_after } => (
            StatusCode::SERVICE_UNAVAILABLE,
            *retry_after,
            json!({ "code": "provider_unavailable" }),
        ),
        TokenError::RevocationUnsupported => (
            StatusCode::NOT_IMPLEMENTED,
            None,
            json!({ "code": "revocation_unsupported" }),
        ),
        TokenError::HeadRequest => (StatusCode::METHOD_NOT_ALLOWED, None, json!({})),
        TokenError::StoreUnavailable => (
            StatusCode::SERVICE_UNAVAILABLE,
            None,
            json!({ "code": "store_unavailable" }),
        ),
        _ => unreachable!("the tests know every error"),
    };
    let mut response = (status, Json(body)).into_response();
    if let Some(wait) = retry_after {
        let seconds = wait.as_secs().into();
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn description(token: &str, audience: &str) -> Value {
    let claims = jwt::decode_unverified(token).unwrap();
    let claims = claims.unverified();
    json!({
        "fingerprint": fingerprint(token),
        "audience": audience,
        "sub": claims.get("sub"),
        "aud": claims.get("aud"),
        "exp": claims.get("exp"),
        "cnf": claims.get("cnf"),
    })
}

pub(crate) fn fingerprint(token: &str) -> String {
    format!("{:x}", Sha256::digest(token)).split_off(48)
}

/// Gets a token and responds with an error.
async fn failing(user: SignedInUser) -> Response {
    let token = user.access_token::<ProductsApi>().await;
    assert!(token.is_ok());
    StatusCode::BAD_GATEWAY.into_response()
}

/// Writes into the browser's session, as an application may, and blocks.
async fn write_session(State(app): State<App>, session: Session) -> &'static str {
    session.insert("app", "something").await.unwrap();
    app.writer_waits.add_permits(1);
    app.writer_may_go.acquire().await.unwrap().forget();
    "written"
}

/// Rewrites the engine's part of the session as a version without claims would.
async fn write_session_of_another_version(session: Session) -> &'static str {
    const KEY: &str = "axum-auth0";
    let mut data = session.get_value(KEY).await.unwrap().unwrap();
    data.as_object_mut().unwrap().remove("claims").unwrap();
    session.insert_value(KEY, data).await.unwrap();
    "written"
}
