//! Requests of the grants besides code and refresh token: client credentials (RFC 6749 §4.4), token exchange (RFC 8693)
//! and others.

use http::Response;

use super::{
    authorization_request::parameter_name, client_endpoint::ClientEndpoint, error::EndpointError,
    proofs::Proofs, response::EndpointResponse, token_endpoint::TokenEndpoint,
};
use crate::{core_dpop::PROOF_HEADER, dpop::DpopKey, http_client::ProviderEndpoint};

/// The grant type of client credentials (RFC 6749 §4.4.2).
pub(crate) const CLIENT_CREDENTIALS: &str = "client_credentials";

impl TokenEndpoint {
    /// Requests an access token of the application itself for `audience` (RFC 6749 §4.4), with a proof of `key`.
    pub(crate) async fn client_credentials(
        &self,
        audience: &str,
        scope: &[String],
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let scope = scope.join(" ");
        let form = [
            ("grant_type", CLIENT_CREDENTIALS),
            (self.audience_parameter_name(), audience),
            ("scope", scope.as_str()),
        ];
        self.request_grant(&form, key).await
    }

    /// Returns the name of the parameter that names an API: `audience` or `resource` (RFC 8707 §2).
    pub(crate) fn audience_parameter_name(&self) -> &'static str {
        parameter_name(self.audience_parameter)
    }

    /// Sends a request with these parameters and the client's credentials. Parameters with an empty value are left out
    /// (RFC 6749 §3.1).
    pub(crate) async fn request_grant(
        &self,
        form: &[(&str, &str)],
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        match self.send_grant(form, key).await {
            Ok((response, certificate)) => {
                let read = self.read_bound(&response, key);
                read.with_certificate(certificate)
            }
            Err(error) => EndpointResponse::failed(error),
        }
    }

    /// Returns the response, and the thumbprint of the certificate that the request presented.
    pub(super) async fn send_grant(
        &self,
        form: &[(&str, &str)],
        key: Option<&DpopKey>,
    ) -> Result<(Response<bytes::Bytes>, Option<String>), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let connection = self
            .connection(&metadata, ClientEndpoint::Token)
            .await?
            .ok_or(EndpointError::InvalidResponse(
                "the provider's metadata has no token endpoint",
            ))?;
        let endpoint = &connection.url;
        let method = self.client.token_endpoint_method(&metadata);
        let mut proofs = Proofs::new(self.dpop(), key);
        loop {
            let form = form.iter().copied().filter(|(_, value)| !value.is_empty());
            let mut request = self
                .authenticated_request(endpoint, method, form, ProviderEndpoint::Token)?
                .ok_or(EndpointError::InvalidResponse(
                    "the token endpoint is not a URL",
                ))?;
            if let Some(proof) = proofs.next(endpoint)? {
                request.headers_mut().insert(PROOF_HEADER, proof);
            }
            let response = connection.http_client.send(request).await?;
            if !proofs.needs_retry(endpoint, &response) {
                return Ok((response, connection.thumbprint));
            }
        }
    }
}
