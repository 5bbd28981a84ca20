//! Endpoints for clients with a certificate.

use url::Url;

use super::members::Members;

/// Endpoints that ask for a client certificate, instead of those of the same name that do not
/// ([RFC 8705 §5](https://www.rfc-editor.org/rfc/rfc8705#section-5)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MtlsEndpointAliases {
    /// Token endpoint.
    pub token_endpoint: Option<Url>,
    /// Userinfo endpoint.
    pub userinfo_endpoint: Option<Url>,
    /// Revocation endpoint (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Introspection endpoint (RFC 7662).
    pub introspection_endpoint: Option<Url>,
    /// Pushed authorization request endpoint (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Backchannel authentication endpoint (OpenID Connect CIBA Core 1.0).
    pub backchannel_authentication_endpoint: Option<Url>,
}

impl MtlsEndpointAliases {
    pub(super) fn read(members: &Members<'_>) -> Self {
        let url = |name| members.optional_internal_endpoint(name);
        Self {
            token_endpoint: url("token_endpoint"),
            userinfo_endpoint: url("userinfo_endpoint"),
            revocation_endpoint: url("revocation_endpoint"),
            introspection_endpoint: url("introspection_endpoint"),
            backchannel_authentication_endpoint: url("backchannel_authentication_endpoint"),
            pushed_authorization_request_endpoint: url("pushed_authorization_request_endpoint"),
        }
    }
}
