//! The behaviour in which providers differ, and the parts of responses that a test can modify.

use std::collections::VecDeque;

use serde_json::Value;

/// A part of the responses that a test can modify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Metadata,
    Keys,
    /// The JOSE header of ID tokens.
    IdTokenHeader,
    /// The claims of the ID token at login.
    IdToken,
    /// The claims of the ID token in a refresh response.
    RefreshedIdToken,
    /// The claims of access tokens.
    AccessToken,
    /// The token response to an authorization code.
    ExchangeResponse,
    /// The token response to a refresh token.
    RefreshResponse,
    /// The token response to another grant.
    GrantResponse,
    /// The response of the endpoint for backchannel authentication.
    BackchannelResponse,
    Userinfo,
}

/// Refresh token rotation (RFC 9700 §4.14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Each refresh issues a new refresh token. Reuse of an old one ends the family.
    Strict,
    /// A refresh issues no refresh token. The old one stays valid.
    Never,
}

/// When a provider issues refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfflineAccess {
    /// If `offline_access` is requested.
    OnRequest,
    Never,
    Always,
}

/// Checks of the authorization endpoint. By default it accepts every request.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationChecks {
    /// Status and text of the page for another client than [`CLIENT_ID`](super::CLIENT_ID).
    pub unknown_client: Option<(u16, &'static str)>,
    /// The registered callback URLs, with status and text of the page for any other.
    pub registered_callbacks: Option<(Vec<String>, u16, &'static str)>,
    /// Rejects unknown APIs, as Auth0 does.
    pub rejects_unknown_audience: bool,
    /// Status of an error page for an unknown API, instead of a redirect with an error.
    pub unknown_audience_page: Option<u16>,
    /// The scopes that are rejected with `invalid_scope`.
    pub rejected_scopes: Vec<&'static str>,
    /// Names the first rejected scope in `error_description`.
    pub describes_rejected_scopes: bool,
    /// Rejects `offline_access` without `prompt=consent`.
    pub offline_access_requires_consent: bool,
    /// Status of an empty response to every request with `prompt=none`.
    pub prompt_none_page: Option<u16>,
    /// Status of an empty response to every request.
    pub error_page: Option<u16>,
}

/// Checks of the logout endpoint. By default it redirects to every URL.
#[derive(Clone, Debug, Default)]
pub struct LogoutChecks {
    /// The registered URLs, with status and text of the page for any other.
    pub registered_urls: Option<(Vec<String>, u16, &'static str)>,
    /// Requires `id_token_hint` with `post_logout_redirect_uri`.
    pub requires_id_token_hint: bool,
    /// Shows a confirmation page.
    pub requires_confirmation: bool,
}

/// Behaviour in which conforming providers differ.
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
#[derive(Clone, Debug)]
pub struct Policy {
    pub rotation: Rotation,
    pub offline_access: OfflineAccess,
    /// The public key of the client as a JWK. It then has to authenticate with `private_key_jwt`.
    pub client_key: Option<Value>,
    /// Binds access tokens to the key of a `DPoP` proof (RFC 9449). Without it, proofs are ignored.
    pub dpop: bool,
    /// The nonce that proofs need (RFC 9449 §8).
    pub dpop_nonce: Option<&'static str>,
    /// The thumbprint of the client's certificate. It then has to authenticate with it.
    pub client_certificate: Option<String>,
    /// Requires pushed authorization requests (RFC 9126 §5).
    pub requires_pushed_requests: bool,
    /// Requires signed authorization requests (RFC 9101 §10.5).
    pub requires_signed_requests: bool,
    /// Accepts `client_secret_post`.
    pub accepts_post: bool,
    /// Accepts `client_secret_basic`.
    pub accepts_basic: bool,
    /// Supports `resource` (RFC 8707) instead of `audience`. Without it at the token endpoint, the token is for the client.
    pub resource_indicators: bool,
    /// Issues opaque access tokens.
    pub opaque_access_tokens: bool,
    /// Refresh responses contain an ID token.
    pub id_token_on_refresh: bool,
    /// Status of successful token responses.
    pub token_response_status: u16,
    /// The only client authentication method of the revocation endpoint. By default those of the token endpoint.
    pub revocation_method: Option<&'static str>,
    /// Revoking a refresh token revokes all refresh tokens of the user, as with Auth0's "Refresh Token Revocation
    /// Deletes Grant".
    pub revocation_deletes_grants: bool,
    /// Lifetime of access tokens, in seconds.
    pub access_token_lifetime: i64,
    /// End of the provider's session in seconds since 1970. No access token outlives it.
    pub session_end: Option<i64>,
    /// Writes `null` for absent optional members of token responses, ID tokens and access tokens.
    pub null_members: bool,
    /// Exchanges of a refresh token rotate it.
    pub rotates_in_exchanges: bool,
    /// Compresses every JSON response.
    pub gzip: bool,
    /// Checks the code or the refresh token before it authenticates the client.
    pub checks_grant_before_client: bool,
    pub authorization: AuthorizationChecks,
    pub logout: LogoutChecks,
    /// Error responses to the next authorization requests: `error` and `error_description`.
    pub authorization_errors: VecDeque<(&'static str, &'static str)>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rotation: Rotation::Strict,
            offline_access: OfflineAccess::OnRequest,
            client_key: None,
            dpop: true,
            dpop_nonce: None,
            client_certificate: None,
            requires_pushed_requests: false,
            requires_signed_requests: false,
            accepts_post: true,
            accepts_basic: true,
            resource_indicators: false,
            opaque_access_tokens: false,
            id_token_on_refresh: true,
            token_response_status: 200,
            revocation_method: None,
            revocation_deletes_grants: false,
            access_token_lifetime: 3600,
            session_end: None,
            null_members: false,
            rotates_in_exchanges: false,
            gzip: false,
            checks_grant_before_client: false,
            authorization: AuthorizationChecks::default(),
            logout: LogoutChecks::default(),
            authorization_errors: VecDeque::new(),
        }
    }
}
