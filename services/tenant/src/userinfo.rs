//! `/userinfo` (OpenID Connect Core §5.3). It accepts opaque access tokens, and JWTs whose audience contains `/userinfo`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, Method, StatusCode, header::WWW_AUTHENTICATE},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use crate::{
    binding::Binding,
    dpop::{DpopError, NONCE_HEADER, ProvenRequest, presented_token},
    http::InternalError,
    mutual_tls::TlsPeer,
    state::AppState,
    store::{
        bindings, grants, tokens,
        users::{self, User},
    },
    user_claims::user_claims,
};

pub(crate) const PATH: &str = "/userinfo";

/// The user, the scopes, and the binding of an access token.
type TokenOfUser = (User, String, Binding);

/// The request failed.
enum UserinfoError {
    /// The access token is missing or invalid.
    InvalidToken(&'static str),
    /// The proof of a bound access token is missing or invalid.
    Proof(DpopError),
    /// The access token lacks the scope `openid`.
    InsufficientScope,
    Internal(InternalError),
}

pub(crate) async fn get(
    State(state): State<Arc<AppState>>,
    peer: TlsPeer,
    method: Method,
    headers: HeaderMap,
) -> Response {
    match claims(&state, &peer, &method, &headers).await {
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
            if let UserinfoError::InvalidToken(reason)
            | UserinfoError::Proof(DpopError::Invalid(reason)) = error
            {
                state.activity_log.refused(PATH, reason);
            }
            let mut response = error.into_response();
            if let Some(nonce) = state.dpop.nonce(state.now()) {
                response.headers_mut().insert(NONCE_HEADER, nonce);
            }
            response
        }
    }
}

async fn claims(
    state: &AppState,
    peer: &TlsPeer,
    method: &Method,
    headers: &HeaderMap,
) -> Result<Map<String, Value>, UserinfoError> {
    let (scheme, token) = presented_token(headers).ok_or(UserinfoError::InvalidToken(
        "The request has no access token.",
    ))?;
    let mut connection = state.store.connection().await?;
    let (user, scope, binding) = match user_of_opaque_token(state, &mut connection, token).await? {
        Some(found) => found,
        None => user_of_jwt(state, &mut connection, token).await?,
    };
    check_possession((state, peer), (method, headers), (scheme, token), &binding)?;
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    if !has("openid") {
        return Err(UserinfoError::InsufficientScope);
    }
    let mut claims = user_claims(&user, has);
    claims.insert("sub".to_owned(), json!(user.sub));
    Ok(claims)
}

/// Checks the proof of a token that is bound to a key (RFC 9449 §7.1), or the certificate of one that is bound to a certificate
/// (RFC 8705 §3). A token that is bound to a key is no bearer token, and the reverse.
fn check_possession(
    (state, peer): (&AppState, &TlsPeer),
    (method, headers): (&Method, &HeaderMap),
    (scheme, token): (&str, &str),
    binding: &Binding,
) -> Result<(), UserinfoError> {
    if !scheme.eq_ignore_ascii_case(binding.token_type()) {
        return Err(UserinfoError::InvalidToken(
            "The access token was presented with the wrong scheme: DPoP if it is bound to a key, Bearer otherwise.",
        ));
    }
    let key = match binding {
        Binding::None => return Ok(()),
        Binding::Certificate(thumbprint) => {
            return if peer.thumbprint().as_ref() == Some(thumbprint) {
                Ok(())
            } else {
                Err(UserinfoError::InvalidToken(
                    "The request does not have the client certificate that the access token is bound to.",
                ))
            };
        }
        Binding::Key(key) => key,
    };
    let request = ProvenRequest {
        headers,
        method: method.as_str(),
        url: &state.url(peer, "userinfo"),
        token: Some(token),
    };
    let proven = state
        .dpop
        .proven_key(request, state.now())
        .map_err(UserinfoError::Proof)?;
    if proven.as_ref() == Some(key) {
        Ok(())
    } else {
        Err(UserinfoError::InvalidToken(
            "The request has no DPoP proof of the key that the access token is bound to.",
        ))
    }
}

/// Returns the user, the scopes and the binding of an opaque access token; `None` if the token is unknown.
async fn user_of_opaque_token(
    state: &AppState,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<Option<TokenOfUser>, UserinfoError> {
    let Some(found) = tokens::find_access_token(connection, token).await? else {
        return Ok(None);
    };
    if found.expires_at <= state.now() {
        return Err(UserinfoError::InvalidToken("The access token has expired."));
    }
    let Some(grant) = grants::find(connection, &found.grant_id).await? else {
        return Ok(None);
    };
    let binding = bindings::find(connection, token).await?;
    Ok(users::find(connection, &grant.sub)
        .await?
        .map(|user| (user, found.scope, binding)))
}

/// Returns the user, the scopes and the binding of a JWT.
async fn user_of_jwt(
    state: &AppState,
    connection: &mut SqliteConnection,
    token: &str,
) -> Result<TokenOfUser, UserinfoError> {
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
    Ok((user, text("scope").to_owned(), Binding::of_claims(&claims)))
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
            Self::Proof(DpopError::Invalid(_)) => (
                StatusCode::UNAUTHORIZED,
                "invalid_dpop_proof",
                "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 ES384 EdDSA PS256 RS256\"",
            ),
            Self::Proof(DpopError::UseNonce) => (
                StatusCode::UNAUTHORIZED,
                "use_dpop_nonce",
                "DPoP error=\"use_dpop_nonce\", algs=\"ES256 ES384 EdDSA PS256 RS256\"",
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
