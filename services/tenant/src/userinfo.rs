//! `/userinfo` (OpenID Connect Core §5.3): for the opaque access token, and for a JWT that has `/userinfo` among its audiences.

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
    profile,
    store::{
        grants, tokens,
        users::{self, User},
    },
    tenant::Shared,
};

pub(crate) const PATH: &str = "/userinfo";

/// Why the claims are not given.
enum Denied {
    /// No token, or none that is good here.
    Token(&'static str),
    /// A good token without the scope `openid`.
    Scope,
    Broken,
}

pub(crate) async fn get(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    match claims(&shared, &headers).await {
        Ok(claims) => {
            let sub = claims
                .get("sub")
                .and_then(Value::as_str)
                .unwrap_or_default();
            shared
                .journal
                .granted(PATH, format!("The claims of {sub} were read."));
            Json(claims).into_response()
        }
        Err(denied) => {
            if let Denied::Token(why) = denied {
                shared.journal.refused(PATH, why);
            }
            denied.into_response()
        }
    }
}

async fn claims(shared: &Shared, headers: &HeaderMap) -> Result<Map<String, Value>, Denied> {
    let token = bearer(headers).ok_or(Denied::Token("The request has no access token."))?;
    let mut connection = shared.store.connection().await?;
    let (user, scope) = match opaque(shared, &mut connection, token).await? {
        Some(found) => found,
        None => jwt(shared, &mut connection, token).await?,
    };
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    if !has("openid") {
        return Err(Denied::Scope);
    }
    let mut claims = profile::claims(&user, has);
    claims.insert("sub".to_owned(), json!(user.sub));
    Ok(claims)
}

async fn opaque(
    shared: &Shared,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<(User, String)>, Denied> {
    let Some(found) = tokens::access_token(connection, token).await? else {
        return Ok(None);
    };
    if found.expires_at <= shared.now() {
        return Err(Denied::Token("The access token has expired."));
    }
    let Some(grant) = grants::by_id(connection, &found.grant_id).await? else {
        return Ok(None);
    };
    Ok(users::by_sub(connection, &grant.sub)
        .await?
        .map(|user| (user, found.scope)))
}

async fn jwt(
    shared: &Shared,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<(User, String), Denied> {
    let claims = shared
        .with_keys(|keys| keys.claims_of(token))
        .ok_or(Denied::Token(
            "The access token is not one of this tenant, or was revoked.",
        ))?;
    let userinfo = shared.userinfo_audience();
    let for_userinfo = claims
        .get("aud")
        .and_then(Value::as_array)
        .is_some_and(|audiences| audiences.iter().any(|audience| audience == &userinfo));
    if !for_userinfo || claims.get("iss") != Some(&json!(shared.access_token_issuer)) {
        return Err(Denied::Token(
            "The token is not for /userinfo: its scopes lack openid, or it is no access token.",
        ));
    }
    if claims
        .get("exp")
        .and_then(Value::as_i64)
        .is_none_or(|exp| exp <= shared.now())
    {
        return Err(Denied::Token("The access token has expired."));
    }
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    let user = users::by_sub(connection, text("sub"))
        .await?
        .ok_or(Denied::Token("The user does not exist any more."))?;
    Ok((user, text("scope").to_owned()))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

impl From<sqlx::Error> for Denied {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database failed");
        Self::Broken
    }
}

/// RFC 6750 §3.
impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let (status, error, challenge) = match self {
            Self::Token(_) => (
                StatusCode::UNAUTHORIZED,
                "invalid_token",
                "Bearer error=\"invalid_token\"",
            ),
            Self::Scope => (
                StatusCode::FORBIDDEN,
                "insufficient_scope",
                "Bearer error=\"insufficient_scope\", scope=\"openid\"",
            ),
            Self::Broken => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        };
        (
            status,
            [(WWW_AUTHENTICATE, challenge)],
            Json(json!({ "error": error })),
        )
            .into_response()
    }
}
