//! The userinfo endpoint (OpenID Connect Core 1.0 §5.3).

use http::{HeaderValue, Request, header};
use serde_json::{Map, Value};

use super::LoginState;
use crate::{
    http_client::{ProviderEndpoint, strip_bom},
    json,
};

/// Fetches the claims of the userinfo endpoint. Returns `None` if it has none for the user of the ID token. A login
/// does not depend on them, because some providers reject an access token that is bound to a resource.
pub(super) async fn userinfo(
    login: &LoginState,
    id_token: &Map<String, Value>,
    access_token: &str,
) -> Option<Map<String, Value>> {
    let metadata = login.provider.metadata().await.ok()?;
    let endpoint = metadata.userinfo_endpoint.as_ref()?;
    let mut authorization = HeaderValue::from_str(&format!("Bearer {access_token}")).ok()?;
    authorization.set_sensitive(true);
    let request = Request::get(endpoint.as_str())
        .header(header::AUTHORIZATION, authorization)
        .header(header::ACCEPT, "application/json")
        .extension(ProviderEndpoint::Userinfo)
        .body(Vec::new())
        .ok()?;
    let response = match login.http_client.send_for_body(request).await {
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
