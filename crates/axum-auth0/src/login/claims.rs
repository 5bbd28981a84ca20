//! The claims about the user.

use serde_json::{Map, Value};

use super::{LoginState, userinfo::userinfo};
use crate::{json, jwt::Claims, oauth::TokenResponse};

/// Claims about the token rather than the user: those of OpenID Connect Core 1.0 §2, §3.1.3.6 and §5.6.2, of RFC 7519
/// §4.1, RFC 7800 §3 and RFC 8693 §4, header parameters that providers repeat as claims (RFC 7515 §4.1), and those that
/// providers add to describe client, grant and session.
const PROTOCOL_CLAIMS: &[&str] = &[
    // The token.
    "iss",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "typ",
    "token_use",
    "ver",
    "cnf",
    "events",
    "toe",
    "txn",
    // Its header.
    "alg",
    "kid",
    "x5t",
    "x5t#S256",
    "cty",
    "enc",
    "zip",
    "crit",
    // The request, the client and the grant.
    "nonce",
    "azp",
    "azpacr",
    "client_id",
    "cid",
    "appid",
    "appidacr",
    "scope",
    "scp",
    "act",
    "may_act",
    "at_hash",
    "c_hash",
    "s_hash",
    "rt_hash",
    "urn:openid:params:jwt:claim:rt_hash",
    // The session and its authentication.
    "auth_time",
    "acr",
    "amr",
    "sid",
    "session_state",
    "session_expiry",
    "origin_jti",
    "event_id",
    "aio",
    "rh",
    "uti",
    "rat",
    // References to claims elsewhere.
    "_claim_names",
    "_claim_sources",
];

/// Claims that a page can display as the name of the user.
const DISPLAY_CLAIMS: &[&str] = &[
    "name",
    "nickname",
    "given_name",
    "preferred_username",
    "email",
];

/// Returns the claims about the user: those of the ID token, supplemented from userinfo if the ID token has no name.
pub(super) async fn user_claims(
    login: &LoginState,
    id_token: Claims,
    tokens: &TokenResponse,
) -> Map<String, Value> {
    let mut claims = id_token.into_map();
    json::remove_empty(&mut claims);
    if !DISPLAY_CLAIMS.iter().any(|name| claims.contains_key(*name))
        && let Some(more) = userinfo(login, &claims, tokens).await
    {
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
    remove_protocol_claims(&mut claims);
    claims
}

/// Removes the claims about the token rather than the user.
pub(crate) fn remove_protocol_claims(claims: &mut Map<String, Value>) {
    claims.retain(|name, _| !PROTOCOL_CLAIMS.contains(&name.as_str()));
}
