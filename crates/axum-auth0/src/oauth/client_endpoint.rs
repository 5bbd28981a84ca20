//! The provider's endpoints at which the client authenticates, and their aliases for client certificates (RFC 8705 §5).

use url::Url;

use super::{error::EndpointError, mtls::MtlsClient};
use crate::{http_client::HttpClient, provider::Metadata};

const SETTING: &str = "AUTH0_MTLS";

/// An endpoint at which the client may present its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientEndpoint {
    Token,
    Userinfo,
    Revocation,
    PushedAuthorization,
    BackchannelAuthentication,
}

/// The URL of an endpoint, and the HTTP client for it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) url: Url,
    pub(crate) http_client: HttpClient,
    /// The thumbprint of the certificate that the client presents.
    pub(crate) thumbprint: Option<String>,
}

impl Connection {
    /// Returns the connection to an endpoint: with a client certificate to the alias of the metadata, if there is one
    /// (RFC 8705 §5). `None` if the metadata has no such endpoint.
    ///
    /// # Errors
    ///
    /// [`EndpointError::NotSupported`] if a certificate authenticates the client, but the metadata announces nothing of
    /// that kind, or the endpoint is not an https URL, at which no certificate can be presented.
    pub(super) async fn to(
        endpoint: ClientEndpoint,
        metadata: &Metadata,
        http_client: &HttpClient,
        mtls: Option<&MtlsClient>,
    ) -> Result<Option<Self>, EndpointError> {
        let ordinary = match endpoint {
            ClientEndpoint::Token => &metadata.token_endpoint,
            ClientEndpoint::Userinfo => &metadata.userinfo_endpoint,
            ClientEndpoint::Revocation => &metadata.revocation_endpoint,
            ClientEndpoint::PushedAuthorization => &metadata.pushed_authorization_request_endpoint,
            ClientEndpoint::BackchannelAuthentication => {
                &metadata.backchannel_authentication_endpoint
            }
        };
        let Some(mtls) = mtls else {
            return Ok(ordinary.clone().map(|url| Self {
                url,
                http_client: http_client.clone(),
                thumbprint: None,
            }));
        };
        if metadata.mtls_endpoint_aliases.is_none() && !announces_method(metadata) {
            return Err(EndpointError::NotSupported {
                setting: SETTING,
                missing: "mtls_endpoint_aliases or tls_client_auth in its metadata",
            });
        }
        let alias = metadata.mtls_endpoint_aliases.as_ref();
        let alias = alias.and_then(|aliases| match endpoint {
            ClientEndpoint::Token => aliases.token_endpoint.as_ref(),
            ClientEndpoint::Userinfo => aliases.userinfo_endpoint.as_ref(),
            ClientEndpoint::Revocation => aliases.revocation_endpoint.as_ref(),
            ClientEndpoint::PushedAuthorization => {
                aliases.pushed_authorization_request_endpoint.as_ref()
            }
            ClientEndpoint::BackchannelAuthentication => {
                aliases.backchannel_authentication_endpoint.as_ref()
            }
        });
        let Some(url) = alias.or(ordinary.as_ref()) else {
            return Ok(None);
        };
        if url.scheme() != "https" {
            return Err(EndpointError::NotSupported {
                setting: SETTING,
                missing: "an endpoint for client certificates with https in its mtls_endpoint_aliases",
            });
        }
        let (thumbprint, http_client) = mtls.current().await?;
        Ok(Some(Self {
            url: url.clone(),
            http_client,
            thumbprint: Some(thumbprint),
        }))
    }
}

/// Returns whether the token endpoint accepts client certificates (RFC 8705 §2).
fn announces_method(metadata: &Metadata) -> bool {
    let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
    methods.unwrap_or_default().iter().any(|method| {
        matches!(
            method.as_str(),
            "tls_client_auth" | "self_signed_tls_client_auth"
        )
    })
}
