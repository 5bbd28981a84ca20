//! Back-channel logout: the provider ends sessions (OpenID Connect Back-Channel Logout 1.0).
//!
//! The route is outside of the engine's layers: it reads no cookie, and the token itself proves who sends it.

mod end_sessions;

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use self::end_sessions::end_sessions;
use crate::{
    clock::SharedClock,
    config::Config,
    events::{AuthEvent, Events, LogoutTokenOutcome, LogoutTokenRejection, TARGET},
    jwt::MAX_TOKEN_BYTES,
    oauth::{LogoutTokenError, LogoutTokenVerifier},
    provider::VerifyError,
    responses::{json_error, with_retry_after},
    seal::Keyring,
    session::UserSessions,
    store::{SharedStore, StoreError},
    tasks::{Tasks, Work},
};

/// Maximum length of the form, in bytes.
const MAX_FORM_BYTES: usize = 2 * MAX_TOKEN_BYTES;

/// State of the route.
#[derive(Debug)]
pub(crate) struct BackChannelState {
    pub(crate) config: Arc<Config>,
    pub(crate) verifier: LogoutTokenVerifier,
    pub(crate) store: SharedStore,
    pub(crate) sessions: UserSessions,
    pub(crate) keys: Keyring,
    pub(crate) clock: SharedClock,
    pub(crate) tasks: Tasks,
    pub(crate) events: Events,
}

/// Why a logout token has no effect.
enum Failure {
    Rejected(LogoutTokenRejection, String),
    TooLarge,
    Unavailable(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<LogoutTokenError> for Failure {
    fn from(error: LogoutTokenError) -> Self {
        use LogoutTokenRejection as Rejection;
        let rejection = match &error {
            LogoutTokenError::Unavailable(error) => return Self::Unavailable(error.to_string()),
            LogoutTokenError::Signature(VerifyError::Malformed(_)) => Rejection::Malformed,
            LogoutTokenError::Signature(_) => Rejection::Signature,
            LogoutTokenError::Issuer => Rejection::Issuer,
            LogoutTokenError::Audience => Rejection::Audience,
            LogoutTokenError::Time(_) => Rejection::Time,
            LogoutTokenError::Claim(_) | LogoutTokenError::Rule(_) => Rejection::Claims,
        };
        Self::Rejected(rejection, error.to_string())
    }
}

/// Handles `POST`.
pub(crate) async fn post(State(state): State<Arc<BackChannelState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let token = match read_token(&parts.headers, body).await {
        Ok(token) => token,
        Err(failure) => return respond(&state, Err(failure)),
    };
    // Runs in a separate task: a client that disconnects must not stop it halfway.
    let tasks = state.tasks.clone();
    let logout = tasks.spawn(Work::Logout, async move {
        let ended = end_sessions(&state, &token).await;
        respond(&state, ended)
    });
    logout.await.unwrap_or_else(|error| {
        tracing::error!(%error, "back-channel logout task failed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

fn respond(state: &BackChannelState, result: Result<usize, Failure>) -> Response {
    let emit = |outcome| {
        state
            .events
            .emit(&AuthEvent::LogoutTokenReceived { outcome });
    };
    match result {
        Ok(sessions) => {
            emit(LogoutTokenOutcome::Accepted { sessions });
            // §2.8.
            (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response()
        }
        Err(Failure::Rejected(rejection, reason)) => {
            emit(LogoutTokenOutcome::Rejected(rejection));
            json_error(StatusCode::BAD_REQUEST, "invalid_request", &reason)
        }
        Err(Failure::TooLarge) => {
            emit(LogoutTokenOutcome::Rejected(
                LogoutTokenRejection::Malformed,
            ));
            json_error(
                StatusCode::PAYLOAD_TOO_LARGE,
                "invalid_request",
                "the request is too large",
            )
        }
        Err(Failure::Unavailable(cause)) => {
            tracing::error!(target: TARGET, %cause, "back-channel logout failed");
            emit(LogoutTokenOutcome::Unavailable);
            // The provider repeats the request.
            let response = json_error(
                StatusCode::SERVICE_UNAVAILABLE,
                "temporarily_unavailable",
                "the logout token could not be processed; send it again",
            );
            with_retry_after(response, Some(Duration::from_secs(5)))
        }
    }
}

/// Returns the logout token of the form (§2.5).
async fn read_token(headers: &HeaderMap, body: Body) -> Result<String, Failure> {
    let malformed =
        |reason: &str| Failure::Rejected(LogoutTokenRejection::Malformed, reason.to_owned());
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim();
    if !content_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(malformed(
            "the content type is not application/x-www-form-urlencoded",
        ));
    }
    let form = to_bytes(body, MAX_FORM_BYTES)
        .await
        .map_err(|_| Failure::TooLarge)?;
    let mut tokens = url::form_urlencoded::parse(&form).filter(|(name, _)| name == "logout_token");
    match (tokens.next(), tokens.next()) {
        (Some((_, token)), None) if !token.is_empty() => Ok(token.into_owned()),
        (Some(_), Some(_)) => Err(malformed("logout_token appears twice")),
        _ => Err(malformed("logout_token is missing")),
    }
}
