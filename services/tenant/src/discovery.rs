//! `/.well-known/openid-configuration` (OpenID Connect Discovery §4) and `/.well-known/jwks.json`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::header::CACHE_CONTROL,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use crate::{
    authorize::requested_acr::MULTI_FACTOR,
    dpop,
    keys::KeySet,
    mutual_tls::MutualTls,
    scopes::OIDC_SCOPES,
    settings::DpopProofs,
    state::AppState,
    token::{backchannel, connection_token, token_exchange},
};

pub(crate) const CONFIGURATION_PATH: &str = "/.well-known/openid-configuration";
pub(crate) const JWKS_PATH: &str = "/.well-known/jwks.json";

/// The algorithms of client assertions and request objects.
const SIGNING_ALGORITHMS: [&str; 6] = ["RS256", "RS384", "PS256", "ES256", "ES384", "EdDSA"];

/// The value of Auth0 for both documents.
const CACHE_POLICY: &str = "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400";

pub(crate) async fn configuration(State(state): State<Arc<AppState>>) -> Response {
    state
        .activity_log
        .granted(CONFIGURATION_PATH, "Read the discovery document.");
    let url = |path| state.config.url(path);
    let mut document = json!({
        "issuer": state.config.issuer,
        "authorization_endpoint": url("authorize"),
        "token_endpoint": url("oauth/token"),
        "userinfo_endpoint": url("userinfo"),
        "jwks_uri": url(".well-known/jwks.json"),
        "revocation_endpoint": url("oauth/revoke"),
        "introspection_endpoint": url("oauth/introspect"),
        "end_session_endpoint": url("oidc/logout"),
        "backchannel_authentication_endpoint": url("bc-authorize"),
        "backchannel_token_delivery_modes_supported": ["poll"],
        "pushed_authorization_request_endpoint": url("oauth/par"),
        "scopes_supported": OIDC_SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "client_credentials", token_exchange::GRANT_TYPE,
            connection_token::GRANT_TYPE, backchannel::GRANT_TYPE
        ],
        "code_challenge_methods_supported": ["S256"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [state.config.signing_algorithm.name()],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": SIGNING_ALGORITHMS,
        "claims_supported": [
            "acr", "amr", "aud", "auth_time", "email", "email_verified", "exp", "family_name", "given_name", "iat", "iss", "name",
            "nickname", "nonce", "org_id", "org_name", "sid", "sub", "updated_at"
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account", "create"],
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "request_parameter_supported": true,
        "request_object_signing_alg_values_supported": SIGNING_ALGORITHMS,
        "authorization_details_types_supported": state.config.authorization_detail_types,
        "request_uri_parameter_supported": false,
        "require_pushed_authorization_requests": state.requires_pushed_requests(),
        "claims_parameter_supported": true,
        "acr_values_supported": [MULTI_FACTOR],
    });
    if state.config.dpop != DpopProofs::Ignored {
        document["dpop_signing_alg_values_supported"] = json!(dpop::ALGORITHMS);
    }
    if let Some(mutual_tls) = &state.mutual_tls {
        add_mutual_tls(&mut document, mutual_tls);
    }
    ([(CACHE_CONTROL, CACHE_POLICY)], Json(document)).into_response()
}

/// Adds the metadata of RFC 8705 §2.1, §2.2, §3.3 and §5.
fn add_mutual_tls(document: &mut Value, mutual_tls: &MutualTls) {
    if let Some(methods) = document["token_endpoint_auth_methods_supported"].as_array_mut() {
        methods.extend(["tls_client_auth", "self_signed_tls_client_auth"].map(Value::from));
    }
    document["tls_client_certificate_bound_access_tokens"] = json!(true);
    let url = |path| mutual_tls.url(path);
    document["mtls_endpoint_aliases"] = json!({
        "token_endpoint": url("oauth/token"),
        "userinfo_endpoint": url("userinfo"),
        "revocation_endpoint": url("oauth/revoke"),
        "introspection_endpoint": url("oauth/introspect"),
        "pushed_authorization_request_endpoint": url("oauth/par"),
        "backchannel_authentication_endpoint": url("bc-authorize"),
    });
}

pub(crate) async fn jwks(State(state): State<Arc<AppState>>) -> Response {
    state
        .activity_log
        .granted(JWKS_PATH, "Read the public keys.");
    (
        [(CACHE_CONTROL, CACHE_POLICY)],
        Json(state.with_keys(KeySet::jwks)),
    )
        .into_response()
}
