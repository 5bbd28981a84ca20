//! The claims of access tokens and ID tokens, like Auth0's.

use serde_json::{Map, Value, json};

use super::request::TokenRequest;
use crate::{
    authorize::requested_acr::MULTI_FACTOR, keys::TokenFormat, opaque_id::random_id,
    settings::TokenSigning, state::AppState,
};

/// The authentication methods of a login with a second factor (RFC 8176).
const AMR: [&str; 3] = ["pwd", "otp", "mfa"];

/// Returns the claims of Auth0's default access token profile: `azp` instead of `client_id`, and with the scope `openid` a second
/// audience for `/userinfo`, if `/userinfo` can verify the token.
///
/// After a login with `max_age`, the token contains `auth_time` (RFC 9068 §2.2.1), so that an API can require a recent login
/// (RFC 9470). At Auth0, an Action adds such a claim.
pub(super) fn access_token_claims(
    state: &AppState,
    request: &TokenRequest<'_>,
    audience: &str,
    format: TokenFormat,
) -> Value {
    let now = state.now();
    let aud = if request.has_scope("openid") && format.signing == TokenSigning::Rs256 {
        json!([audience, state.config.userinfo_audience()])
    } else {
        json!(audience)
    };
    let mut claims = json!({
        "iss": state.config.access_token_issuer,
        "sub": request.grant.sub,
        "aud": aud,
        "iat": now,
        "exp": now + state.config.lifetimes.access_token,
        "scope": request.scopes.join(" "),
        "jti": random_id(),
        "azp": request.grant.client_id,
    });
    if request.grant.show_auth_time {
        claims["auth_time"] = json!(request.grant.auth_time);
    }
    if let Some(actor) = request.actor {
        claims["act"] = json!({ "sub": actor });
    }
    if let Some(confirmation) = request.binding.confirmation() {
        claims["cnf"] = confirmation;
    }
    if request.grant.second_factor {
        claims["acr"] = json!(MULTI_FACTOR);
        claims["amr"] = json!(AMR);
    }
    claims
}

/// Adds the claims of the ID token to the claims about the user (OpenID Connect Core §2).
///
/// Like at Auth0, the code flow has no `at_hash`.
pub(super) fn id_token_claims(
    state: &AppState,
    request: &TokenRequest<'_>,
    mut claims: Map<String, Value>,
) -> Map<String, Value> {
    let now = state.now();
    let grant = request.grant;
    claims.insert("iss".to_owned(), json!(state.config.issuer));
    claims.insert("sub".to_owned(), json!(grant.sub));
    claims.insert("aud".to_owned(), json!(grant.client_id));
    claims.insert("iat".to_owned(), json!(now));
    claims.insert(
        "exp".to_owned(),
        json!(now + state.config.lifetimes.id_token),
    );
    claims.insert("sid".to_owned(), json!(grant.sid));
    if grant.show_auth_time {
        claims.insert("auth_time".to_owned(), json!(grant.auth_time));
    }
    if let Some(actor) = request.actor {
        claims.insert("act".to_owned(), json!({ "sub": actor }));
    }
    if grant.second_factor {
        claims.insert("acr".to_owned(), json!(MULTI_FACTOR));
        claims.insert("amr".to_owned(), json!(AMR));
    }
    if let Some(nonce) = request.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims
}
