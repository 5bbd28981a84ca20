//! Token revocation (RFC 7009).

use http::StatusCode;

use super::{
    client_endpoint::{ClientEndpoint, Connection},
    error::EndpointError,
    response::reports_failure,
    token_endpoint::TokenEndpoint,
};
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
        self.revoke_token(refresh_token, "refresh_token").await
    }

    /// Revokes an access token as [`Self::revoke`] does. Many providers do not support it.
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub(crate) async fn revoke_access_token(&self, token: &str) -> Result<(), EndpointError> {
        self.revoke_token(token, "access_token").await
    }

    async fn revoke_token(&self, token: &str, type_hint: &str) -> Result<(), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let Some(endpoint) = self
            .connection(&metadata, ClientEndpoint::Revocation)
            .await?
        else {
            return Err(EndpointError::NoRevocationEndpoint);
        };
        let method = self.client.revocation_endpoint_method(&metadata);
        let form = [("token", token), ("token_type_hint", type_hint)];
        match self.send_revocation(&endpoint, form, method).await {
            Err(error) if is_authentication_failure(&error) => {
                tracing::debug!(%error, ?method, "the revocation endpoint refused the client authentication method");
                let Some(other) = method.other() else {
                    return Err(error);
                };
                let retried = self.send_revocation(&endpoint, form, other);
                // If both methods are rejected, the first error is the relevant one.
                retried.await.map_err(|_| error)
            }
            result => result,
        }
    }

    async fn send_revocation(
        &self,
        endpoint: &Connection,
        form: [(&str, &str); 2],
        method: ClientAuthentication,
    ) -> Result<(), EndpointError> {
        let request = self
            .authenticated_request(&endpoint.url, method, form, ProviderEndpoint::Revocation)?
            .ok_or(EndpointError::InvalidResponse(
                "the revocation endpoint is not a URL",
            ))?;
        let response = endpoint.http_client.send(request).await?;
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
