//! The documents that a test can modify, and the ways in which providers differ.

use std::collections::VecDeque;

/// A document that a test can modify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Metadata,
    Keys,
    IdTokenHeader,
    /// The claims of the ID token at login.
    IdToken,
    /// The claims of the ID token that comes with a refresh.
    RefreshedIdToken,
    AccessToken,
    /// The whole answer to a code.
    Exchanged,
    /// The whole answer to a refresh token.
    Refreshed,
    Userinfo,
}

/// What a provider does with refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// A new one each time; reuse of an old one ends the whole family.
    Strict,
    /// The answer names none; the old one stays good.
    Never,
}

/// Whether a provider issues refresh tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    WhereAsked,
    Never,
    Always,
}

/// What the authorization endpoint checks before it asks for a login. By default it takes every request.
#[derive(Clone, Debug, Default)]
pub struct AuthorizationChecks {
    /// Status and text of the page for another client than [`CLIENT_ID`](super::CLIENT_ID).
    pub unknown_client: Option<(u16, &'static str)>,
    /// The registered callback URLs, with status and text of the page for any other.
    pub callbacks: Option<(Vec<String>, u16, &'static str)>,
    /// Refuses unknown APIs, as Auth0 does.
    pub audience: bool,
    /// The status of an error page instead of a refusal of an unknown API.
    pub audience_page: Option<u16>,
    /// The scopes that are refused with `invalid_scope`; the description names the first, if there is to be one.
    pub refused_scopes: Vec<&'static str>,
    pub describes_refused_scopes: bool,
    /// Refuses `offline_access` without `prompt=consent`.
    pub offline_access_needs_consent: bool,
    /// The status of an empty page for every request with `prompt=none`.
    pub prompt_none: Option<u16>,
    /// The status of an empty page for every request, whatever it asks for.
    pub always: Option<u16>,
}

/// Where a logout may end. By default anywhere.
#[derive(Clone, Debug, Default)]
pub struct LogoutChecks {
    /// The registered URLs, with status and text of the page for any other.
    pub urls: Option<(Vec<String>, u16, &'static str)>,
    /// Wants an `id_token_hint` with a URL to return to.
    pub needs_hint: bool,
    /// Asks the user first.
    pub asks: bool,
}

/// Ways in which providers differ without being wrong.
#[expect(clippy::struct_excessive_bools, reason = "each is a habit of its own")]
#[derive(Clone, Debug)]
pub struct Policy {
    pub rotation: Rotation,
    pub offline: Offline,
    /// `client_secret_post`, `client_secret_basic`.
    pub accepts_post: bool,
    pub accepts_basic: bool,
    /// Knows RFC 8707 and no `audience`; without `resource` at the token endpoint the token is for the client.
    pub resource: bool,
    pub opaque: bool,
    pub id_token_on_refresh: bool,
    /// The status of a good token response.
    pub token_status: u16,
    /// The only client authentication method of the revocation endpoint; that of the token endpoint by default.
    pub revocation_method: Option<&'static str>,
    /// Revoking one refresh token revokes all of the same user, as Auth0's "Refresh Token Revocation Deletes Grant".
    pub revocation_ends_grants: bool,
    /// Lifetime of access tokens, in seconds.
    pub lifetime: i64,
    /// When the provider's own session ends, in seconds since 1970. No token outlives it.
    pub session_end: Option<i64>,
    /// Writes `null` for optional members that have no value, in token responses, ID tokens and access tokens.
    pub null_members: bool,
    /// Compresses every JSON response.
    pub gzip: bool,
    /// Looks at the code or the refresh token before it looks at the client.
    pub grant_before_client: bool,
    pub authorization: AuthorizationChecks,
    pub logout: LogoutChecks,
    /// Error responses to the next authorization requests: `error` and `error_description`.
    pub authorization_errors: VecDeque<(&'static str, &'static str)>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rotation: Rotation::Strict,
            offline: Offline::WhereAsked,
            accepts_post: true,
            accepts_basic: true,
            resource: false,
            opaque: false,
            id_token_on_refresh: true,
            token_status: 200,
            revocation_method: None,
            revocation_ends_grants: false,
            lifetime: 3600,
            session_end: None,
            null_members: false,
            gzip: false,
            grant_before_client: false,
            authorization: AuthorizationChecks::default(),
            logout: LogoutChecks::default(),
            authorization_errors: VecDeque::new(),
        }
    }
}
