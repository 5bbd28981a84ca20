//! `GET /auth/access-token`: hands an access token to a script of the page, for the APIs that
//! `AUTH0_EXPOSE_ACCESS_TOKENS_FOR` names.
//!
//! Off by default. A site that uses it is no backend for its frontend any more but a token-mediating backend
//! (OAuth 2.0 for Browser-Based Applications, §6.2): whoever gets a script into a page gets the token.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock::SharedClock,
    config::{ApiSettings, BrowserAccess, Config},
    session::{NotSignedIn, SignedInUser},
    tokens::{ApiRegistry, CachedToken, TokenError, Tokens},
};

/// A header that no page of another site can send without asking first, for browsers that do not say where a request
/// comes from.
const REQUESTED_WITH: &str = "x-requested-with";

#[derive(Debug, Deserialize)]
pub(crate) struct Question {
    audience: Option<String>,
    scope: Option<String>,
}

pub(crate) async fn get(
    State(config): State<Arc<Config>>,
    State(apis): State<ApiRegistry>,
    State(tokens): State<Tokens>,
    State(clock): State<SharedClock>,
    user: Result<SignedInUser, NotSignedIn>,
    headers: HeaderMap,
    question: Result<Query<Question>, QueryRejection>,
) -> Response {
    let Ok(Query(question)) = question else {
        return refuse(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "a parameter is malformed or given twice",
        );
    };
    let Some(api) = exposed_api(&config, &apis, question.audience.as_deref()) else {
        // The same whether there is such an API or not.
        let text =
            "no access token for this audience leaves the server (AUTH0_EXPOSE_ACCESS_TOKENS_FOR)";
        return refuse(StatusCode::NOT_FOUND, "not_exposed", text);
    };
    if !is_own_script(&headers) {
        return refuse(
            StatusCode::FORBIDDEN,
            "cross_site_request",
            "only scripts of this site's own pages get tokens: fetch with mode same-origin, or with X-Requested-With",
        );
    }
    let user = match user {
        Ok(user) => user,
        Err(NotSignedIn::Anonymous) => {
            let text = "The user does not have an active session.";
            return refuse(StatusCode::UNAUTHORIZED, "missing_session", text);
        }
        Err(unavailable) => return unavailable.into_response(),
    };
    let asked = question.scope.as_deref().map(split);
    let scope = match asked.filter(|words| !words.is_empty()) {
        None => api.scope.clone(),
        // What the application may do with the API is its configuration's to say, not a script's.
        Some(scope) if scope.iter().all(|word| api.scope.contains(word)) => scope,
        Some(_) => {
            let text = "only scopes of the API's configuration can be had here";
            return refuse(StatusCode::BAD_REQUEST, "invalid_scope", text);
        }
    };
    let now = clock.unix_seconds();
    match tokens.exact_access_token(user.login, &api, scope).await {
        Ok(token) if !is_wider(&token) => answer(&token, now),
        Ok(_) => {
            let text = "the provider issued a token with more scopes than were asked for; it stays on the server";
            refuse(StatusCode::FORBIDDEN, "invalid_scope", text)
        }
        Err(error) => failure(&error),
    }
}

/// The API that is asked for, that of the login where none is, if its tokens may leave the server.
fn exposed_api(
    config: &Config,
    apis: &ApiRegistry,
    audience: Option<&str>,
) -> Option<Arc<ApiSettings>> {
    let audience = audience.or(config.audience())?;
    let api = apis.with_audience(audience)?;
    (api.browser_access == BrowserAccess::TokensCanBeStolen).then_some(api)
}

/// Whether a script of this site asks (W3C Fetch Metadata): no other page, no navigation, no image.
fn is_own_script(headers: &HeaderMap) -> bool {
    let is = |name: &str, allowed: &[&str]| {
        headers.get(name).map(|value| {
            allowed
                .iter()
                .any(|allowed| value.as_bytes() == allowed.as_bytes())
        })
    };
    match is("sec-fetch-site", &["same-origin"]) {
        Some(same_origin) => same_origin && is("sec-fetch-dest", &["empty"]).unwrap_or(true),
        None => headers.contains_key(REQUESTED_WITH),
    }
}

/// Whether the token can do more than was asked for. The scopes of OpenID Connect Core 1.0 §5.4 and §11 are about the
/// person and not about the API: a token of the login has them anyway.
fn is_wider(token: &CachedToken) -> bool {
    const OF_LOGIN: [&str; 6] = [
        "openid",
        "profile",
        "email",
        "address",
        "phone",
        "offline_access",
    ];
    token
        .scope
        .iter()
        .any(|word| !token.requested.contains(word) && !OF_LOGIN.contains(&word.as_str()))
}

fn split(scope: &str) -> Vec<String> {
    scope.split_whitespace().map(str::to_owned).collect()
}

/// The shape is that of nextjs-auth0.
fn answer(token: &CachedToken, now: i64) -> Response {
    let mut body = json!({
        "token": token.token,
        "scope": token.scope.join(" "),
        "token_type": "Bearer",
    });
    if let Some(end) = token.expires_at {
        body["expires_at"] = end.into();
        body["expires_in"] = (end - now).max(0).into();
    }
    (StatusCode::OK, never_kept(), Json(body)).into_response()
}

/// The codes are those of nextjs-auth0, where it has one.
fn failure(error: &TokenError) -> Response {
    let (status, code) = match error {
        TokenError::SignInRequired => (StatusCode::UNAUTHORIZED, "session_expired"),
        TokenError::Misconfigured(diagnosis) => {
            (StatusCode::INTERNAL_SERVER_ERROR, diagnosis.code().as_str())
        }
        TokenError::TooManyTokens { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_tokens"),
        TokenError::HeadRequest => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
        TokenError::RevocationUnsupported => {
            (StatusCode::INTERNAL_SERVER_ERROR, "revocation_unsupported")
        }
        TokenError::ProviderUnavailable { .. } => {
            (StatusCode::SERVICE_UNAVAILABLE, "failed_to_refresh_token")
        }
        TokenError::StoreUnavailable => (StatusCode::SERVICE_UNAVAILABLE, "store_unavailable"),
    };
    let mut response = refuse(status, code, &error.to_string());
    if let TokenError::ProviderUnavailable {
        retry_after: Some(wait),
    }
    | TokenError::TooManyTokens { retry_after: wait } = error
    {
        let seconds = wait.as_secs().max(1).into();
        response.headers_mut().insert(header::RETRY_AFTER, seconds);
    }
    response
}

fn refuse(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message } });
    (status, never_kept(), Json(body)).into_response()
}

fn never_kept() -> [(header::HeaderName, &'static str); 1] {
    [(
        header::CACHE_CONTROL,
        "private, no-cache, no-store, must-revalidate, max-age=0",
    )]
}
