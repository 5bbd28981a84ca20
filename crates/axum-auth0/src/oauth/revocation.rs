//! Token revocation (RFC 7009).

use http::{Request, StatusCode, header};
use secrecy::ExposeSecret as _;
use url::{Url, form_urlencoded};

use super::{error::EndpointError, response::reports_failure, token_endpoint::TokenEndpoint};
use crate::{config::ClientAuthentication, http_client::ProviderEndpoint};

impl TokenEndpoint {
    /// Revokes a refresh token (RFC 7009 §2.1).
    ///
    /// Many providers do not publish how clients authenticate at this endpoint and expect the method of the token
    /// endpoint. If the provider rejects the method of RFC 8414 §2, the other one is tried.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub(crate) async fn revoke(&self, refresh_token: &str) -> Result<(), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let Some(endpoint) = &metadata.revocation_endpoint else {
            return Err(EndpointError::NoRevocationEndpoint);
        };
        let method = self.client.revocation_endpoint_method(&metadata);
        match self.send_revocation(endpoint, refresh_token, method).await {
            Err(error) if is_authentication_failure(&error) => {
                tracing::debug!(%error, ?method, "the revocation endpoint refused the client authentication method");
                let retried = self.send_revocation(endpoint, refresh_token, method.other());
                // If both methods are rejected, the first error is the relevant one.
                retried.await.map_err(|_| error)
            }
            result => result,
        }
    }

    async fn send_revocation(
        &self,
        endpoint: &Url,
        refresh_token: &str,
        method: ClientAuthentication,
    ) -> Result<(), EndpointError> {
        let mut request = self
            .revocation_request(endpoint.as_str(), refresh_token, method)
            .map_err(|_| EndpointError::InvalidResponse("the revocation endpoint is not a URL"))?;
        request
            .extensions_mut()
            .insert(ProviderEndpoint::Revocation);
        let response = self.http_client.send(request).await?;
        if response.status().is_success() && !reports_failure(&response) {
            return Ok(());
        }
        match self.read(&response).tokens {
            Err(error) => Err(error),
            Ok(_) => Err(EndpointError::InvalidResponse(
                "it is not the response to a revocation",
            )),
        }
    }

    /// Builds the request without openidconnect, which rejects a revocation endpoint with `http`, even on a loopback
    /// address, as for the local tenant.
    fn revocation_request(
        &self,
        endpoint: &str,
        refresh_token: &str,
        method: ClientAuthentication,
    ) -> Result<Request<Vec<u8>>, http::Error> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", refresh_token)
            .append_pair("token_type_hint", "refresh_token");
        let mut request = Request::post(endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match method {
            ClientAuthentication::Post => {
                form.append_pair("client_id", &self.client.id)
                    .append_pair("client_secret", self.client.secret.expose_secret());
            }
            ClientAuthentication::Basic => {
                request = request.header(header::AUTHORIZATION, self.client.basic_credentials());
            }
        }
        request.body(form.finish().into_bytes())
    }
}

/// Returns whether the provider rejected the client's credentials or the authentication method.
fn is_authentication_failure(error: &EndpointError) -> bool {
    match error {
        EndpointError::ErrorResponse { code, .. } => matches!(
            code.as_str(),
            "invalid_client" | "unauthorized_client" | "invalid_request"
        ),
        EndpointError::UnexpectedStatus { status } => matches!(
            *status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ),
        _ => false,
    }
}
