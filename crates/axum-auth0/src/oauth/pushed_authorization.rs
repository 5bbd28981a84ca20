//! Pushed authorization requests (RFC 9126).

use serde_json::Value;
use url::Url;

use super::{
    client_endpoint::ClientEndpoint, error::EndpointError, lenient::parse_members,
    token_endpoint::TokenEndpoint,
};
use crate::{
    config::Config,
    http_client::{ProviderEndpoint, strip_bom},
    provider::Metadata,
};

/// Maximum length of a `request_uri`, in bytes.
const MAX_REQUEST_URI: usize = 2_048;

/// Returns whether a login pushes its authorization request.
pub(crate) fn pushes_requests(config: &Config, metadata: &Metadata) -> bool {
    config.push_authorization_requests() || metadata.require_pushed_authorization_requests
}

impl TokenEndpoint {
    /// Sends the parameters of `request`, a URL of the authorization endpoint, to the provider, and returns the URL for the
    /// browser, which has only `client_id` and `request_uri` (RFC 9126 §2, §4).
    ///
    /// The provider authenticates this client and checks the request before the browser goes there, and the request cannot be
    /// changed or read on the way.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`]. There is no fallback to a request that is not pushed: an attacker who prevents the push
    /// could otherwise change the request.
    pub(crate) async fn push_authorization_request(
        &self,
        metadata: &Metadata,
        request: &Url,
    ) -> Result<Url, EndpointError> {
        let connection = self
            .connection(metadata, ClientEndpoint::PushedAuthorization)
            .await?
            .ok_or(EndpointError::InvalidResponse(
                "the metadata has no endpoint for pushed authorization requests",
            ))?;
        let method = self.client.token_endpoint_method(metadata);
        let parameters: Vec<_> = request.query_pairs().collect();
        // With a secret in the body, `client_id` is among the credentials (RFC 6749 §3.1: no parameter twice).
        let is_in_credentials = self.client.authorization(method).is_none();
        let form = parameters
            .iter()
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .filter(|(name, _)| !(is_in_credentials && *name == "client_id"));
        let push = self
            .authenticated_request(
                &connection.url,
                method,
                form,
                ProviderEndpoint::PushedAuthorization,
            )?
            .ok_or(EndpointError::InvalidResponse(
                "the endpoint for pushed authorization requests is not a URL",
            ))?;
        let response = connection.http_client.send(push).await?;
        let members = parse_members(strip_bom(response.body().as_ref())).unwrap_or_default();
        let reference = match members.get("request_uri") {
            Some(Value::String(reference)) if response.status().is_success() => reference,
            _ if response.status().is_success() && !members.contains_key("error") => {
                return Err(EndpointError::InvalidResponse("request_uri is missing"));
            }
            _ => {
                let error = self.read(&response).tokens.err();
                return Err(error.unwrap_or(EndpointError::InvalidResponse("it has tokens")));
            }
        };
        if reference.is_empty()
            || reference.len() > MAX_REQUEST_URI
            || reference.chars().any(char::is_control)
        {
            return Err(EndpointError::InvalidResponse(
                "request_uri is empty, too long, or has control characters",
            ));
        }
        let mut url = request.clone();
        url.set_query(None);
        // An endpoint may have a query of its own (RFC 6749 §3.1).
        if let Some(authorization_endpoint) = &metadata.authorization_endpoint {
            url.set_query(authorization_endpoint.query());
        }
        url.query_pairs_mut()
            .append_pair("client_id", &self.client.id)
            .append_pair("request_uri", reference);
        Ok(url)
    }
}
