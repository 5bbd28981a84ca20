//! The access token route. Returns an access token to a script of the page, for the APIs listed in
//! `AUTH0_EXPOSE_ACCESS_TOKENS_FOR`.
//!
//! Off by default. A site that uses it is a token-mediating backend instead of a backend for frontend (OAuth 2.0 for
//! Browser-Based Applications, §6.2): a script that an attacker injects into a page gets the token.

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
    diagnosis::{DiagnosisVisibility, HIDDEN_DIAGNOSIS},
    session::{NotSignedIn, SignedInUser},
    tokens::{ApiRegistry, CachedToken, TokenError, Tokens},
};

/// A header that pages of other sites cannot send without a CORS preflight, for browsers without Fetch Metadata.
const REQUESTED_WITH: &str = "x-requested-with";

#[derive(Debug, Deserialize)]
pub(crate) struct AccessTokenQuery {
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
    query: Result<Query<AccessTokenQuery>, QueryRejection>,
) -> Response {
    let Ok(Query(query)) = query else {
        return error_response(
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "a parameter is malformed or given twice",
        );
    };
    let Some(api) = exposed_api(&config, &apis, query.audience.as_deref()) else {
        // The response does not reveal whether the API exists.
        let text = "access tokens for this audience do not leave the server (AUTH0_EXPOSE_ACCESS_TOKENS_FOR)";
        return error_response(StatusCode::NOT_FOUND, "not_exposed", text);
    };
    if !is_own_script(&headers) {
        return error_response(
            StatusCode::FORBIDDEN,
            "cross_site_request",
            "only scripts of this site's own pages get tokens: fetch with mode same-origin, or with X-Requested-With",
        );
    }
    let user = match user {
        Ok(user) => user,
        Err(NotSignedIn::Anonymous) => {
            let text = "The user does not have an active session.";
            return error_response(StatusCode::UNAUTHORIZED, "missing_session", text);
        }
        Err(unavailable) => return unavailable.into_response(),
    };
    let requested = query.scope.as_deref().map(split);
    let scope = match requested.filter(|words| !words.is_empty()) {
        None => api.scope.clone(),
        // The configuration, not the script, decides which scopes the application may use.
        Some(scope) if scope.iter().all(|word| api.scope.contains(word)) => scope,
        Some(_) => {
            let text = "only scopes of the API's configuration are available here";
            return error_response(StatusCode::BAD_REQUEST, "invalid_scope", text);
        }
    };
    let now = clock.unix_seconds();
    match tokens.exact_access_token(&user.login, &api, scope).await {
        // Of a login from before AUTH0_DPOP was switched off.
        Ok(token) if token.dpop_key.is_some() => {
            let text = "the token is bound to a key of the server, so a browser cannot use it";
            error_response(StatusCode::FORBIDDEN, "token_bound_to_key", text)
        }
        Ok(token) if !has_more_scopes(&token) => token_response(&token, now),
        Ok(_) => {
            let text = "the provider issued a token with more scopes than were requested; it stays on the server";
            error_response(StatusCode::FORBIDDEN, "invalid_scope", text)
        }
        Err(error) => token_error_response(&error, DiagnosisVisibility::of(&config)),
    }
}

/// Returns the requested API, by default the login API, if its tokens may leave the server.
fn exposed_api(
    config: &Config,
    apis: &ApiRegistry,
    audience: Option<&str>,
) -> Option<Arc<ApiSettings>> {
    let audience = audience.or(config.audience())?;
    let api = apis.with_audience(audience)?;
    (api.browser_access == BrowserAccess::TokensCanBeStolen).then_some(api)
}

/// Returns whether a script of this site sent the request (W3C Fetch Metadata), as opposed to another site, a
/// navigation or an image.
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

/// Returns whether the token has more scopes than were requested. The scopes of OpenID Connect Core 1.0 §5.4 and §11
/// concern the user and not the API, so they are ignored: a token of the login always has them.
fn has_more_scopes(token: &CachedToken) -> bool {
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

/// Returns the token in the JSON format of nextjs-auth0.
fn token_response(token: &CachedToken, now: i64) -> Response {
    let mut body = json!({
        "token": token.token,
        "scope": token.scope.join(" "),
        "token_type": "Bearer",
    });
    if let Some(end) = token.expires_at {
        body["expires_at"] = end.into();
        body["expires_in"] = (end - now).max(0).into();
    }
    (StatusCode::OK, no_store(), Json(body)).into_response()
}

/// Returns the error with the code of nextjs-auth0, if it has one.
fn token_error_response(error: &TokenError, visibility: DiagnosisVisibility) -> Response {
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
    let message = match error {
        TokenError::Misconfigured(_) if !visibility.is_exposed() => HIDDEN_DIAGNOSIS.to_owned(),
        _ => error.to_string(),
    };
    let mut response = error_response(status, code, &message);
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

fn error_response(status: StatusCode, code: &str, message: &str) -> Response {
    let body = json!({ "error": { "code": code, "message": message } });
    (status, no_store(), Json(body)).into_response()
}

fn no_store() -> [(header::HeaderName, &'static str); 1] {
    [(
        header::CACHE_CONTROL,
        "private, no-cache, no-store, must-revalidate, max-age=0",
    )]
}
