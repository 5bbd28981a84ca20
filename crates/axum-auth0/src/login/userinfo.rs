//! The userinfo endpoint (OpenID Connect Core 1.0 §5.3).

use http::{HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Map, Value};
use url::Url;

use super::LoginState;
use crate::{
    core_dpop::PROOF_HEADER,
    dpop::ProofTarget,
    http_client::{ProviderEndpoint, strip_bom},
    json,
    oauth::{ClientEndpoint, TokenResponse},
};

/// Fetches the claims of the userinfo endpoint. Returns `None` if it has none for the user of the ID token. A login
/// does not depend on them, because some providers reject an access token that is bound to a resource.
pub(super) async fn userinfo(
    login: &LoginState,
    id_token: &Map<String, Value>,
    tokens: &TokenResponse,
) -> Option<Map<String, Value>> {
    let metadata = login.provider.metadata().await.ok()?;
    let connection = match login
        .token_endpoint
        .connection(&metadata, ClientEndpoint::Userinfo)
        .await
    {
        Ok(connection) => connection?,
        Err(error) => {
            tracing::warn!(%error, "no userinfo request; the profile stays empty");
            return None;
        }
    };
    let endpoint = &connection.url;
    let mut nonce = None;
    let mut sent = connection
        .http_client
        .send_for_body(request(login, endpoint, tokens, None)?)
        .await;
    if tokens.dpop_key.is_some()
        && let Ok(response) = &sent
    {
        let new = login
            .token_endpoint
            .dpop()
            .remember_nonce(endpoint, response.headers());
        // RFC 9449 §9. The headers say in which error; another 401 is refused again.
        nonce = new.filter(|_| response.status() == StatusCode::UNAUTHORIZED);
    }
    if nonce.is_some() {
        let request = request(login, endpoint, tokens, nonce.as_deref())?;
        sent = connection.http_client.send_for_body(request).await;
    }
    let response = match sent {
        Ok(response) if response.status().is_success() => response,
        Ok(response) => {
            tracing::info!(
                status = response.status().as_u16(),
                "userinfo request rejected; the profile stays empty"
            );
            return None;
        }
        Err(error) => {
            tracing::warn!(%error, "userinfo request failed; the profile stays empty");
            return None;
        }
    };
    let body = strip_bom(response.body());
    let Ok(mut claims) = serde_json::from_slice::<Map<String, Value>>(body) else {
        tracing::warn!("userinfo response ignored: it is not a JSON object");
        return None;
    };
    json::remove_empty(&mut claims);
    // §5.3.2: claims about a user other than that of the ID token must not be used.
    if !claims.contains_key("sub") {
        tracing::warn!("userinfo response ignored: the claim sub is missing, null or empty");
        return None;
    }
    if claims.get("sub") != id_token.get("sub") {
        tracing::warn!("userinfo response ignored: the claim sub is of another user");
        return None;
    }
    Some(claims)
}

/// Returns the request with the access token, and with a proof if the token is bound to a key. `None` if it cannot be
/// built.
fn request(
    login: &LoginState,
    endpoint: &Url,
    tokens: &TokenResponse,
    nonce: Option<&str>,
) -> Option<Request<Vec<u8>>> {
    let token = &tokens.access_token;
    let scheme = if tokens.dpop_key.is_some() {
        "DPoP"
    } else {
        "Bearer"
    };
    let mut authorization = HeaderValue::from_str(&format!("{scheme} {token}")).ok()?;
    authorization.set_sensitive(true);
    let mut request = Request::get(endpoint.as_str())
        .header(header::AUTHORIZATION, authorization)
        .header(header::ACCEPT, "application/json")
        .extension(ProviderEndpoint::Userinfo);
    if let Some(key) = &tokens.dpop_key {
        let target = ProofTarget {
            method: &Method::GET,
            url: endpoint,
            access_token: Some(token),
        };
        let signer = login.token_endpoint.dpop();
        request = request.header(PROOF_HEADER, signer.proof(key, target, nonce).ok()?);
    }
    request.body(Vec::new()).ok()
}
