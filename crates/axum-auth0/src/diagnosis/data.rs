//! Every diagnosis, with the data for its sentences.

use serde::{Deserialize, Serialize};

use crate::{
    config::{AudienceParameter, ScopeVariable, SecretWeakness, WeakSecret},
    jwt::JwtParseError,
    organization::UnmetOrganization,
    step_up::UnmetStepUp,
};

/// A problem with a token or with the configuration behind it.
///
/// A diagnosis is data: names and identifiers from the configuration and from the provider, never a token. Its
/// sentences, [`cause`](Self::cause) and [`fix`](Self::fix), are created when it is shown. It is serialized for the
/// session store; external programs read [`code`](Self::code).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Diagnosis {
    /// No audience is configured for the API.
    AudienceMissing {
        /// The variable that would name the audience: that of the login, or that of a further API.
        variable: String,
    },
    /// The provider knows no API with the configured audience.
    AudienceUnknown {
        /// The requested audience; `None` if the request named none.
        audience: Option<String>,
        /// The variable that names it.
        variable: String,
    },
    /// The provider does not accept several `resource` parameters at once
    /// ([RFC 8707 §2](https://www.rfc-editor.org/rfc/rfc8707#section-2)).
    SeveralAudiencesRefused {
        /// The `error_description` of the provider.
        description: String,
    },
    /// Auth0 ignores `resource`.
    ResourceIgnored {
        /// The requested audience.
        audience: String,
    },
    /// The provider issued a token for an API that is not configured, probably the tenant's Default Audience.
    DefaultAudience {
        /// The requested audience.
        audience: String,
        /// The variable that names it.
        variable: String,
        /// The audiences of the token.
        found: Vec<String>,
    },
    /// The login named no API, so the tenant used its Default Audience.
    DefaultAudienceAtLogin {
        /// The requested audience.
        audience: String,
        /// The audiences of the token.
        found: Vec<String>,
    },
    /// The provider issued a token for another audience than the requested one.
    WrongAudienceIssued {
        /// The requested audience.
        audience: String,
        /// The variable that names it.
        variable: String,
        /// The audiences of the token.
        found: Vec<String>,
        /// The parameter that named the audience.
        parameter: AudienceParameter,
    },
    /// A token of one API was presented for another.
    WrongAudience {
        /// The expected audience.
        audience: String,
        /// The variable that names it.
        variable: String,
        /// The audiences of the token.
        found: Vec<String>,
    },
    /// The token is for the provider's userinfo endpoint.
    UserinfoToken {
        /// The requested audience.
        audience: String,
        /// The variable that names it.
        variable: String,
    },
    /// The refresh token is not valid for the API, and the provider issued a token for the API of the login.
    RefreshNotAllowedForApi {
        /// The requested audience.
        audience: String,
        /// The audiences of the token.
        found: Vec<String>,
    },
    /// The login named no API, so its refresh token is not valid for any API.
    LoginWithoutApi {
        /// The requested audience.
        audience: String,
    },
    /// The provider issued an opaque access token instead of a JWT.
    OpaqueToken {
        /// The requested audience.
        audience: String,
        /// The prefix of the API's variables.
        api: String,
        /// The parameter that named the audience.
        parameter: AudienceParameter,
    },
    /// The access token is encrypted ([RFC 7516](https://www.rfc-editor.org/rfc/rfc7516)).
    EncryptedToken {
        /// The requested audience.
        audience: String,
        /// The prefix of the API's variables.
        api: String,
    },
    /// The ID token is encrypted.
    EncryptedIdToken,
    /// The access token is from another issuer than the configured one.
    WrongIssuer {
        /// The issuer of the token; `None` if it names none.
        found: Option<String>,
        /// The issuer derived from `AUTH0_DOMAIN`.
        issuer: String,
        /// The value of `AUTH0_TOKEN_ISSUER`, if set.
        token_issuer: Option<String>,
    },
    /// The access token is signed with a shared secret.
    SymmetricSignature {
        /// The requested audience.
        audience: String,
        /// The variable that names it.
        variable: String,
    },
    /// The ID token is signed with a shared secret.
    SymmetricIdToken,
    /// The access token is longer than [`MAX_TOKEN_BYTES`](crate::jwt::MAX_TOKEN_BYTES).
    TokenTooLong {
        /// The requested audience.
        audience: String,
        /// The length of the token.
        bytes: usize,
    },
    /// The ID token is longer than [`MAX_TOKEN_BYTES`](crate::jwt::MAX_TOKEN_BYTES).
    IdTokenTooLong {
        /// The length of the token.
        bytes: usize,
    },
    /// The access token begins as a JWT and cannot be parsed.
    MalformedToken {
        /// The requested audience.
        audience: String,
        /// The parse error.
        error: JwtParseError,
    },
    /// A claim of the access token has a type or a value that its specification excludes.
    MalformedClaim {
        /// The requested audience.
        audience: String,
        /// The name of the claim.
        claim: String,
    },
    /// The access token had expired when the provider issued it.
    IssuedExpired {
        /// The requested audience.
        audience: String,
        /// Seconds since it expired.
        seconds: i64,
    },
    /// The access token has expired.
    ExpiredToken {
        /// Seconds since it expired.
        seconds: i64,
    },
    /// The clocks of this server and of the provider differ.
    ClockSkew {
        /// By how many seconds the clock of this server is ahead; negative if it is behind.
        ahead: i64,
    },
    /// The access token contains characters that no header can carry.
    UnusableToken {
        /// The requested audience.
        audience: String,
    },
    /// A requested scope was not granted.
    ScopeNotGranted {
        /// The requested audience.
        audience: String,
        /// The scopes that the token lacks.
        missing: Vec<String>,
        /// Whether the login itself names this API.
        is_login_api: bool,
    },
    /// A requested scope was not granted to the application itself, which has no user
    /// ([RFC 6749 §4.4](https://www.rfc-editor.org/rfc/rfc6749#section-4.4)).
    ScopeNotGrantedToClient {
        /// The requested audience.
        audience: String,
        /// The scopes that the token lacks.
        missing: Vec<String>,
    },
    /// None of several requested scopes was granted.
    NoScopeGranted {
        /// The requested audience.
        audience: String,
        /// The variable that names it.
        variable: String,
        /// The scopes that the token lacks.
        missing: Vec<String>,
        /// The base URL of the API.
        base_url: String,
    },
    /// The application does not request a scope that is needed.
    MissingScope {
        /// The requested audience.
        audience: String,
        /// The scopes that the token lacks.
        missing: Vec<String>,
        /// The prefix of the API's variables.
        api: String,
        /// The configured scopes of the API.
        configured: Vec<String>,
    },
    /// The provider refused the login with `invalid_scope`
    /// ([RFC 6749 §4.1.2.1](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1)).
    ScopeRefused {
        /// The `error_description` of the provider.
        description: Option<String>,
        /// The requested scopes, each with its variable. The first one is that of `AUTH0_SCOPE`.
        requested: Vec<ScopeVariable>,
    },
    /// There is no refresh token.
    NoRefreshToken {
        /// Whether the login requested `offline_access`.
        is_requested: bool,
    },
    /// The provider treats the second use of a refresh token as theft
    /// ([RFC 9700 §4.14.2](https://www.rfc-editor.org/rfc/rfc9700#section-4.14.2)).
    RefreshTokenReused,
    /// The provider no longer accepts the refresh token.
    RefreshTokenEnded,
    /// The application may not use the grant.
    GrantNotAllowed {
        /// The `error` of the provider.
        error: String,
        /// The `error_description` of the provider.
        description: Option<String>,
    },
    /// The application may not get tokens for the API.
    ApiNotAuthorized {
        /// The requested audience; `None` if the request named none.
        audience: Option<String>,
    },
    /// The provider does not accept the client's credentials.
    ClientRejected,
    /// The callback URL is not registered for the application.
    CallbackNotRegistered {
        /// The callback URL.
        callback: String,
    },
    /// A secret that encrypts sessions can be guessed.
    InsecureSecret {
        /// The reason why it can be guessed.
        weakness: SecretWeakness,
        /// Its number in the list, from 1; `None` if there is only one secret.
        number: Option<usize>,
    },
    /// The API refused a token that was just issued for the configured audience.
    RefusedByApi {
        /// The audience of the token.
        audience: String,
        /// The variable that names it.
        variable: String,
        /// The base URL of the API.
        base_url: String,
        /// The `error_description` of the API.
        description: Option<String>,
    },
    /// The provider refused the request for another reason.
    RefusedByProvider {
        /// The `error` of the provider.
        error: String,
        /// The `error_description` of the provider.
        description: Option<String>,
    },
    /// The ID token does not prove the recent or strong login that was required (OpenID Connect Core 1.0 §3.1.2.1,
    /// [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)).
    StepUpNotSatisfied {
        /// What the ID token lacks.
        unmet: UnmetStepUp,
    },
    /// The provider issued a bearer token for a request with a `DPoP` proof
    /// ([RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    DpopIgnored,
    /// The access token is not bound to the key of the login: `cnf.jkt` is missing or names another key
    /// ([RFC 9449 §6.1](https://www.rfc-editor.org/rfc/rfc9449#section-6.1)).
    NotBoundToKey {
        /// The requested audience.
        audience: String,
        /// Whether `cnf.jkt` names another key.
        is_other_key: bool,
    },
    /// The provider refused the `DPoP` proof
    /// ([RFC 9449 §5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
    DpopProofRefused {
        /// The `error_description` of the provider.
        description: Option<String>,
    },
    /// The provider requires a `DPoP` proof, and the requests of this server have none.
    DpopProofRequired {
        /// The `error_description` of the provider.
        description: Option<String>,
    },
    /// The API refused a bound access token, and its challenge does not offer `DPoP`.
    ApiWithoutDpop {
        /// The base URL of the API.
        base_url: String,
    },
    /// The configuration requires a protection that the provider does not offer, so that a login without it is refused.
    NotSupportedByProvider {
        /// The variable that requires it.
        setting: String,
        /// What the provider's metadata or response lacks.
        missing: Vec<String>,
    },
    /// The ID token does not prove the organization that the login asked for.
    OrganizationNotConfirmed {
        /// What differs.
        unmet: UnmetOrganization,
    },
    /// The application did not register the API.
    UndeclaredApi {
        /// The prefix of the API's variables.
        api: String,
    },
    /// The base URL of the API is not configured.
    ApiNotConfigured {
        /// The prefix of the API's variables.
        api: String,
    },
    /// The base URL of the API is not secure ([RFC 6750 §5.3](https://www.rfc-editor.org/rfc/rfc6750#section-5.3)).
    InsecureApiUrl {
        /// The prefix of the API's variables.
        api: String,
    },
}

impl Diagnosis {
    /// Returns the diagnosis for `setting`, which requires `missing` of the provider.
    pub(crate) fn not_supported<S: Into<String>>(
        setting: &str,
        missing: impl IntoIterator<Item = S>,
    ) -> Self {
        Self::NotSupportedByProvider {
            setting: setting.to_owned(),
            missing: missing.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<WeakSecret> for Diagnosis {
    fn from(secret: WeakSecret) -> Self {
        let WeakSecret { weakness, number } = secret;
        Self::InsecureSecret { weakness, number }
    }
}
