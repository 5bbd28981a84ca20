//! The metadata of a provider.

mod members;
mod mtls;

use serde_json::Value;
use url::Url;

use self::members::Members;
pub use self::mtls::MtlsEndpointAliases;
use super::{Issuer, ProviderError, internal_origin::InternalOrigin};

/// A provider's metadata:
/// [OpenID Connect Discovery §3](https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata),
/// [RFC 8414](https://www.rfc-editor.org/rfc/rfc8414).
///
/// `issuer` and `jwks_uri` are required. Unknown members are ignored. Optional members that are `null`, an empty string
/// or of the wrong type count as absent, because providers publish all of these.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "the specification has them")]
pub struct Metadata {
    /// The issuer, equal to the configured one.
    pub issuer: Issuer,
    /// URL of the JWK Set.
    pub jwks_uri: Url,
    /// Authorization endpoint.
    pub authorization_endpoint: Option<Url>,
    /// Token endpoint.
    pub token_endpoint: Option<Url>,
    /// Userinfo endpoint.
    pub userinfo_endpoint: Option<Url>,
    /// End-session endpoint (RP-Initiated Logout).
    pub end_session_endpoint: Option<Url>,
    /// Revocation endpoint (RFC 7009).
    pub revocation_endpoint: Option<Url>,
    /// Introspection endpoint (RFC 7662).
    pub introspection_endpoint: Option<Url>,
    /// Pushed authorization request endpoint (RFC 9126).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Backchannel authentication endpoint (OpenID Connect CIBA Core 1.0).
    pub backchannel_authentication_endpoint: Option<Url>,
    /// Whether every authorization request must be pushed.
    pub require_pushed_authorization_requests: bool,
    /// The endpoints that ask for a client certificate (RFC 8705 §5).
    pub mtls_endpoint_aliases: Option<MtlsEndpointAliases>,
    /// Whether access tokens can be bound to a client certificate (RFC 8705 §3.3).
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Whether every authorization request must be a signed JWT (RFC 9101 §10.5).
    pub require_signed_request_object: bool,
    /// Signature algorithms of request objects (RFC 9101).
    pub request_object_signing_alg_values_supported: Option<Vec<String>>,
    /// Supported types of `authorization_details` (RFC 9396 §10).
    pub authorization_details_types_supported: Option<Vec<String>>,
    /// Supported scopes.
    pub scopes_supported: Option<Vec<String>>,
    /// Signature algorithms of ID tokens; empty if absent. May contain `none` and other algorithms that are not
    /// accepted.
    pub id_token_signing_alg_values_supported: Vec<String>,
    /// Client authentication methods of the token endpoint.
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Client authentication methods of the revocation endpoint; `client_secret_basic` if absent (RFC 8414 §2).
    pub revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// Supported PKCE methods (RFC 7636).
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// Supported grant types.
    pub grant_types_supported: Option<Vec<String>>,
    /// How the result of a backchannel authentication is delivered (OpenID Connect CIBA Core 1.0 §4).
    pub backchannel_token_delivery_modes_supported: Option<Vec<String>>,
    /// Supported authentication context classes (`acr`).
    pub acr_values_supported: Option<Vec<String>>,
    /// Supported values of `prompt`.
    pub prompt_values_supported: Option<Vec<String>>,
    /// Supported algorithms of `DPoP` proofs (RFC 9449).
    pub dpop_signing_alg_values_supported: Option<Vec<String>>,
    /// Whether the `claims` parameter is supported (OpenID Connect Core 1.0 §5.5).
    pub claims_parameter_supported: bool,
    /// Whether the authorization response has `iss` (RFC 9207).
    pub authorization_response_iss_parameter_supported: bool,
    /// Whether the provider sends back-channel logout tokens.
    pub backchannel_logout_supported: bool,
    /// Whether logout tokens contain the session (`sid`).
    pub backchannel_logout_session_supported: bool,
}

impl Metadata {
    pub(super) fn from_json(
        document: Value,
        issuer: &Issuer,
        internal: &InternalOrigin,
    ) -> Result<Self, ProviderError> {
        let Value::Object(members) = document else {
            return Err(ProviderError::Metadata("it is not a JSON object"));
        };
        let members = Members {
            document: members,
            issuer,
            internal,
        };
        members.check_issuer()?;
        Ok(Self {
            issuer: issuer.clone(),
            jwks_uri: members
                .internal_endpoint("jwks_uri", "jwks_uri must be an https URL")?
                .ok_or(ProviderError::Metadata(
                    "jwks_uri is missing, null or empty",
                ))?,
            authorization_endpoint: members.endpoint(
                "authorization_endpoint",
                "authorization_endpoint must be an https URL",
            )?,
            token_endpoint: members
                .internal_endpoint("token_endpoint", "token_endpoint must be an https URL")?,
            userinfo_endpoint: members.optional_internal_endpoint("userinfo_endpoint"),
            end_session_endpoint: members.optional_endpoint("end_session_endpoint"),
            revocation_endpoint: members.optional_internal_endpoint("revocation_endpoint"),
            introspection_endpoint: members.optional_internal_endpoint("introspection_endpoint"),
            pushed_authorization_request_endpoint: members
                .optional_internal_endpoint("pushed_authorization_request_endpoint"),
            backchannel_authentication_endpoint: members
                .optional_internal_endpoint("backchannel_authentication_endpoint"),
            require_pushed_authorization_requests: members
                .flag("require_pushed_authorization_requests"),
            mtls_endpoint_aliases: members
                .nested("mtls_endpoint_aliases")
                .map(|aliases| MtlsEndpointAliases::read(&aliases)),
            tls_client_certificate_bound_access_tokens: members
                .flag("tls_client_certificate_bound_access_tokens"),
            require_signed_request_object: members.flag("require_signed_request_object"),
            request_object_signing_alg_values_supported: members
                .list("request_object_signing_alg_values_supported"),
            authorization_details_types_supported: members
                .list("authorization_details_types_supported"),
            scopes_supported: members.list("scopes_supported"),
            id_token_signing_alg_values_supported: members
                .list("id_token_signing_alg_values_supported")
                .unwrap_or_default(),
            token_endpoint_auth_methods_supported: members
                .list("token_endpoint_auth_methods_supported"),
            revocation_endpoint_auth_methods_supported: members
                .list("revocation_endpoint_auth_methods_supported"),
            code_challenge_methods_supported: members.list("code_challenge_methods_supported"),
            grant_types_supported: members.list("grant_types_supported"),
            backchannel_token_delivery_modes_supported: members
                .list("backchannel_token_delivery_modes_supported"),
            acr_values_supported: members.list("acr_values_supported"),
            prompt_values_supported: members.list("prompt_values_supported"),
            dpop_signing_alg_values_supported: members.list("dpop_signing_alg_values_supported"),
            claims_parameter_supported: members.flag("claims_parameter_supported"),
            authorization_response_iss_parameter_supported: members
                .flag("authorization_response_iss_parameter_supported"),
            backchannel_logout_supported: members.flag("backchannel_logout_supported"),
            backchannel_logout_session_supported: members
                .flag("backchannel_logout_session_supported"),
        })
    }
}

#[cfg(test)]
mod tests;
