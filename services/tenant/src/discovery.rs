//! `/.well-known/openid-configuration` (OpenID Connect Discovery §4) and `/.well-known/jwks.json`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

use crate::{scopes::OIDC, tenant::Shared};

pub(crate) const CONFIGURATION: &str = "/.well-known/openid-configuration";
pub(crate) const JWKS: &str = "/.well-known/jwks.json";

/// What Auth0 says about caching both.
const CACHING: &str = "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400";

pub(crate) async fn configuration(State(shared): State<Arc<Shared>>) -> Response {
    shared
        .journal
        .granted(CONFIGURATION, "The discovery document was read.");
    let url = |path| shared.url(path);
    let document = json!({
        "issuer": shared.issuer,
        "authorization_endpoint": url("authorize"),
        "token_endpoint": url("oauth/token"),
        "userinfo_endpoint": url("userinfo"),
        "jwks_uri": url(".well-known/jwks.json"),
        "revocation_endpoint": url("oauth/revoke"),
        "end_session_endpoint": url("oidc/logout"),
        "pushed_authorization_request_endpoint": url("oauth/par"),
        "scopes_supported": OIDC,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "claims_supported": [
            "aud", "auth_time", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name",
            "nickname", "nonce", "sid", "sub", "updated_at"
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "claims_parameter_supported": false,
    });
    ([(CACHE_CONTROL, CACHING)], Json(document)).into_response()
}

pub(crate) async fn jwks(State(shared): State<Arc<Shared>>) -> Response {
    shared.journal.granted(JWKS, "The public keys were read.");
    (
        [(CACHE_CONTROL, CACHING)],
        Json(shared.with_keys(crate::keys::KeySet::jwks)),
    )
        .into_response()
}
