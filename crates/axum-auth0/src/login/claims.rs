//! What the provider says of a person.

use http::{HeaderValue, Request, header};
use serde_json::{Map, Value};

use super::LoginState;
use crate::{http_client::strip_bom, json, jwt::Claims};

/// Claims that are about the token and not about the person: those of OpenID Connect Core 1.0 §2, §3.1.3.6 and §5.6.2, of
/// RFC 7519 §4.1, RFC 7800 §3 and RFC 8693 §4, header parameters that providers repeat as claims (RFC 7515 §4.1), and those
/// that providers add to describe client, grant and session.
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
    // The session and how it began.
    "auth_time",
    "acr",
    "amr",
    "sid",
    "session_state",
    "origin_jti",
    "event_id",
    "aio",
    "rh",
    "uti",
    "rat",
    // Claims that are elsewhere.
    "_claim_names",
    "_claim_sources",
];

/// Claims that a page can greet somebody with.
const NAMES: &[&str] = &[
    "name",
    "nickname",
    "given_name",
    "preferred_username",
    "email",
];

/// The person's claims: those of the ID token, completed from userinfo where the ID token has no name at all.
pub(super) async fn user_claims(
    state: &LoginState,
    id_token: Claims,
    access_token: &str,
) -> Map<String, Value> {
    let mut claims = id_token.into_map();
    json::remove_empty(&mut claims);
    if !NAMES.iter().any(|name| claims.contains_key(*name))
        && let Some(more) = userinfo(state, &claims, access_token).await
    {
        for (name, value) in more {
            claims.entry(name).or_insert(value);
        }
    }
    claims.retain(|name, _| !PROTOCOL_CLAIMS.contains(&name.as_str()));
    claims
}

/// OpenID Connect Core 1.0 §5.3. A login does not depend on it: some providers refuse an access token that is bound to
/// a resource.
async fn userinfo(
    state: &LoginState,
    id_token: &Map<String, Value>,
    access_token: &str,
) -> Option<Map<String, Value>> {
    let metadata = state.provider.metadata().await.ok()?;
    let endpoint = metadata.userinfo_endpoint.as_ref()?;
    let mut authorization = HeaderValue::from_str(&format!("Bearer {access_token}")).ok()?;
    authorization.set_sensitive(true);
    let request = Request::get(endpoint.as_str())
        .header(header::AUTHORIZATION, authorization)
        .header(header::ACCEPT, "application/json")
        .body(Vec::new())
        .ok()?;
    let response = match state.http_client.send_for_body(request).await {
        Ok(response) if response.status().is_success() => response,
        Ok(response) => {
            tracing::info!(
                status = response.status().as_u16(),
                "userinfo was refused; the profile stays empty"
            );
            return None;
        }
        Err(error) => {
            tracing::warn!(%error, "userinfo cannot be reached; the profile stays empty");
            return None;
        }
    };
    let body = strip_bom(response.body());
    let Ok(mut claims) = serde_json::from_slice::<Map<String, Value>>(body) else {
        tracing::warn!("userinfo is not a JSON object; the profile stays empty");
        return None;
    };
    json::remove_empty(&mut claims);
    // §5.3.2: the answer is about the person of the ID token, or it must not be used.
    if !claims.contains_key("sub") {
        tracing::warn!("userinfo was not used: the claim sub is missing, null or empty");
        return None;
    }
    if claims.get("sub") != id_token.get("sub") {
        tracing::warn!("userinfo is about another person and was not used");
        return None;
    }
    Some(claims)
}
