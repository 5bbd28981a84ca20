//! Applications, in the terms of Auth0's dashboard.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{PublicKey, RegisteredCertificate};

/// An application of the tenant: a *Regular Web Application* in Auth0's terms.
#[derive(Clone, Debug)]
pub struct ApplicationSettings {
    /// Client ID.
    pub client_id: String,
    /// Client secret, accepted by `client_secret_post` and `client_secret_basic` if there are no public keys.
    pub client_secret: SecretString,
    /// Public keys (Auth0: *Credentials*). With one, the application has to authenticate with `private_key_jwt`, and its secret is
    /// not accepted.
    pub public_keys: Vec<PublicKey>,
    /// Client certificates. With one, the application has to authenticate with mutual TLS (RFC 8705), and neither its secret nor its
    /// keys are accepted.
    pub client_certificates: Vec<RegisteredCertificate>,
    /// Whether access tokens are bound to the client certificate (`tls_client_certificate_bound_access_tokens`, RFC 8705 §3.4).
    pub certificate_bound_access_tokens: bool,
    /// Whether authorization requests must be signed with one of the public keys (Auth0: *Require JAR*).
    pub require_signed_requests: bool,
    /// The name that the login page shows.
    pub name: String,
    /// *Allowed Callback URLs*, compared as exact strings.
    pub callback_urls: Vec<String>,
    /// *Allowed Logout URLs*.
    pub logout_urls: Vec<String>,
    /// Further origins that a browser may be redirected to after a login form, for example if a callback URL redirects.
    pub origins: Vec<String>,
    /// The URL that receives a logout token when a session ends (OpenID Connect Back-Channel Logout 1.0).
    pub backchannel_logout_url: Option<Url>,
    /// *Application Login URI*: where the tenant or another site starts a login (OpenID Connect Core §4).
    pub initiate_login_uri: Option<Url>,
    /// Whether the application may use the grant `refresh_token`.
    pub refresh_tokens: bool,
    /// The grants besides Authorization Code and Refresh Token that the application may use.
    pub other_grants: Vec<OtherGrant>,
    /// The APIs, besides the API of the login, for which the application's refresh tokens are accepted (Auth0: multi-resource
    /// refresh tokens).
    pub multi_resource: Vec<ResourcePolicy>,
}

/// A type of subject tokens of another system. The email address of a user takes the place of its tokens, and nothing is verified: an
/// Action of Auth0 would verify a signature.
pub(crate) const EXCHANGE_PROFILE: &str = "urn:leptos-auth0:local-user";

/// A grant besides Authorization Code and Refresh Token (Auth0: *Advanced Settings > Grant Types*).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum OtherGrant {
    /// *Client Credentials*: access tokens of the application itself.
    ClientCredentials,
    /// *Token Exchange*: tokens in exchange for an access token or for a token of another system (RFC 8693).
    TokenExchange,
    /// *Token Vault*: access tokens of services that the user has connected.
    TokenVault,
    /// *Client Initiated Backchannel Authentication (CIBA)*: logins that a user approves on another device.
    Ciba,
    /// *Session Transfer* (Native to Web SSO): a session at another application without another login.
    SessionTransfer,
}

impl OtherGrant {
    /// All grants.
    pub const ALL: &'static [Self] = &[
        Self::ClientCredentials,
        Self::TokenExchange,
        Self::TokenVault,
        Self::Ciba,
        Self::SessionTransfer,
    ];

    /// Returns the name in Auth0's dashboard.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Client Credentials",
            Self::TokenExchange => "Token Exchange",
            Self::TokenVault => "Token Vault",
            Self::Ciba => "Client Initiated Backchannel Authentication (CIBA)",
            Self::SessionTransfer => "Session Transfer",
        }
    }
}

/// One API for which an application's refresh tokens are accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePolicy {
    /// The API's identifier.
    pub audience: String,
    /// The scopes that a refresh may request.
    pub scopes: Vec<String>,
}

impl ApplicationSettings {
    /// Returns the application of the sample site at `app_base_url`.
    pub(super) fn local(app_base_url: &Url, client_secret: &str) -> Self {
        let base = app_base_url.as_str().trim_end_matches('/');
        Self {
            client_id: "leptos-auth0-sample".to_owned(),
            client_secret: client_secret.into(),
            public_keys: Vec::new(),
            client_certificates: Vec::new(),
            certificate_bound_access_tokens: false,
            require_signed_requests: false,
            name: "Leptos Auth0 sample".to_owned(),
            callback_urls: vec![format!("{base}/auth/callback")],
            logout_urls: vec![
                format!("{base}/signed-out"),
                format!("{base}/"),
                base.to_owned(),
            ],
            origins: vec![app_base_url.origin().ascii_serialization()],
            backchannel_logout_url: None,
            initiate_login_uri: Url::parse(&format!("{base}/auth/login")).ok(),
            refresh_tokens: true,
            other_grants: OtherGrant::ALL.to_vec(),
            multi_resource: Vec::new(),
        }
    }
}
