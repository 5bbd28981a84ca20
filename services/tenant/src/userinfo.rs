//! `/userinfo` (OpenID Connect Core §5.3). It accepts opaque access tokens, and JWTs whose audience contains `/userinfo`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{
    http::InternalError,
    state::AppState,
    store::{
        grants, tokens,
        users::{self, User},
    },
    user_claims::user_claims,
};

pub(crate) const PATH: &str = "/userinfo";

/// The request failed.
enum UserinfoError {
    /// The access token is missing or invalid.
    InvalidToken(&'static str),
    /// The access token lacks the scope `openid`.
    InsufficientScope,
    Internal(InternalError),
}

pub(crate) async fn get(State(state): State<Arc<AppState>>, headers: HeaderMap) -> Response {
    match claims(&state, &headers).await {
        Ok(claims) => {
            let sub = claims
                .get("sub")
                .and_then(Value::as_str)
                .unwrap_or_default();
            state
                .activity_log
                .granted(PATH, format!("Read the claims of {sub}."));
            Json(claims).into_response()
        }
        Err(error) => {
            if let UserinfoError::InvalidToken(reason) = error {
                state.activity_log.refused(PATH, reason);
            }
            error.into_response()
        }
    }
}

async fn claims(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Map<String, Value>, UserinfoError> {
    let token = bearer_token(headers).ok_or(UserinfoError::InvalidToken(
        "The request has no access token.",
    ))?;
    let mut connection = state.store.connection().await?;
    let (user, scope) = match user_of_opaque_token(state, &mut connection, token).await? {
        Some(found) => found,
        None => user_of_jwt(state, &mut connection, token).await?,
    };
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    if !has("openid") {
        return Err(UserinfoError::InsufficientScope);
    }
    let mut claims = user_claims(&user, has);
    claims.insert("sub".to_owned(), json!(user.sub));
    Ok(claims)
}

/// Returns the user and the scopes of an opaque access token; `None` if the token is unknown.
async fn user_of_opaque_token(
    state: &AppState,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<(User, String)>, UserinfoError> {
    let Some(found) = tokens::find_access_token(connection, token).await? else {
        return Ok(None);
    };
    if found.expires_at <= state.now() {
        return Err(UserinfoError::InvalidToken("The access token has expired."));
    }
    let Some(grant) = grants::find(connection, &found.grant_id).await? else {
        return Ok(None);
    };
    Ok(users::find(connection, &grant.sub)
        .await?
        .map(|user| (user, found.scope)))
}

/// Returns the user and the scopes of a JWT.
async fn user_of_jwt(
    state: &AppState,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<(User, String), UserinfoError> {
    let claims =
        state
            .with_keys(|keys| keys.verify_signature(token))
            .ok_or(UserinfoError::InvalidToken(
                "The access token was not issued by this tenant, or was revoked.",
            ))?;
    let userinfo = state.config.userinfo_audience();
    let for_userinfo = claims
        .get("aud")
        .and_then(Value::as_array)
        .is_some_and(|audiences| audiences.iter().any(|audience| audience == &userinfo));
    if !for_userinfo || claims.get("iss") != Some(&json!(state.config.access_token_issuer)) {
        return Err(UserinfoError::InvalidToken(
            "The token is not valid for /userinfo: its scopes lack openid, or it is not an access token.",
        ));
    }
    if claims
        .get("exp")
        .and_then(Value::as_i64)
        .is_none_or(|exp| exp <= state.now())
    {
        return Err(UserinfoError::InvalidToken("The access token has expired."));
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let user = users::find(connection, text("sub"))
        .await?
        .ok_or(UserinfoError::InvalidToken(
            "The user does not exist any more.",
        ))?;
    Ok((user, text("scope").to_owned()))
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

impl From<sqlx::Error> for UserinfoError {
    fn from(error: sqlx::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// RFC 6750 §3.
impl IntoResponse for UserinfoError {
    fn into_response(self) -> Response {
        let (status, error, challenge) = match self {
            Self::InvalidToken(_) => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "Bearer error=\"invalid_token\"",
            ),
            Self::InsufficientScope => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "Bearer error=\"insufficient_scope\", scope=\"openid\"",
            ),
            Self::Internal(error) => {
                error.log();
                return StatusCode::INTERNAL_SERVER_ERROR.into_response();
            }
        };
        (
            status,
            [(WWW_AUTHENTICATE, challenge)],
            Json(json!({ "error": error })),
        )
            .into_response()
    }
}
