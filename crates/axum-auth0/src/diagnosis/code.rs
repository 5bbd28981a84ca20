//! The closed list of codes.

use serde::{Deserialize, Serialize};

use super::Diagnosis;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// The stable name of a kind of [`Diagnosis`](super::Diagnosis), for logs and programs. Diagnoses share a code
        /// if the operator has to check the same setting.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum DiagnosisCode {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl DiagnosisCode {
            /// All codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Returns the code in snake case, as used in logs, pages and JSON.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

codes! {
    /// No audience is configured for the API, so the access token is not bound to an API.
    AudienceMissing => "audience_missing",
    /// The provider knows no API with the configured audience, or does not accept several at once.
    AudienceUnknown => "audience_unknown",
    /// The request to Auth0 used `resource` (RFC 8707), which Auth0 ignores by default.
    ResourceIgnored => "resource_ignored",
    /// The token is for the tenant's default audience, not for the requested API.
    DefaultAudience => "default_audience",
    /// The access token is for another API than the requested one.
    WrongAudience => "wrong_audience",
    /// The access token is valid at the provider's userinfo endpoint only.
    UserinfoToken => "userinfo_token",
    /// An audience was requested, and the provider issued an opaque access token.
    OpaqueToken => "opaque_token",
    /// The provider encrypts the access token for the API (JWE), so only the API can read it.
    EncryptedToken => "encrypted_token",
    /// The application does not request a scope that is needed.
    MissingScope => "missing_scope",
    /// A scope was requested and not granted.
    ScopeNotGranted => "scope_not_granted",
    /// The provider refuses a login because of a requested scope (`invalid_scope`).
    ScopeRefused => "scope_refused",
    /// The access token expired and there is no refresh token.
    NoRefreshToken => "no_refresh_token",
    /// The refresh token is not valid for that API, and the provider issued a token for the API of the login.
    RefreshNotAllowedForApi => "refresh_not_allowed_for_api",
    /// A refresh token was used twice, so the provider ended the session (RFC 9700 §4.14.2).
    RefreshTokenReused => "refresh_token_reused",
    /// The provider no longer accepts the refresh token: it was revoked, it expired, or the session ended there.
    RefreshTokenEnded => "refresh_token_ended",
    /// The access token is from another issuer than the configured one.
    WrongIssuer => "wrong_issuer",
    /// The clocks of this server and of the provider differ.
    ClockSkew => "clock_skew",
    /// The access token has expired.
    ExpiredToken => "expired_token",
    /// The token is signed with a secret (HS256), which cannot be verified with the provider's public keys.
    SymmetricSignature => "symmetric_signature",
    /// The token is longer than [`MAX_TOKEN_BYTES`](crate::jwt::MAX_TOKEN_BYTES).
    TokenTooLong => "token_too_long",
    /// The token begins as a JWT and cannot be parsed, or one of its claims cannot.
    MalformedToken => "malformed_token",
    /// The application may not use the grant.
    GrantNotAllowed => "grant_not_allowed",
    /// The application may not get tokens for the API.
    ApiNotAuthorized => "api_not_authorized",
    /// The provider does not accept this application's credentials.
    ClientRejected => "client_rejected",
    /// The callback URL is not registered for the application.
    CallbackNotRegistered => "callback_not_registered",
    /// The secret that encrypts sessions can be guessed.
    InsecureSecret => "insecure_secret",
    /// The token is for the configured audience, but the API requires another one.
    RefusedByApi => "refused_by_api",
    /// The provider refuses a request for a reason that is not listed here.
    RefusedByProvider => "refused_by_provider",
    /// The provider did not prove the recent or strong login that was required.
    StepUpNotSatisfied => "step_up_not_satisfied",
    /// The access token is not bound to the key of the login, although `AUTH0_DPOP` requires it.
    DpopIgnored => "dpop_ignored",
    /// The provider does not accept the proof of the key.
    DpopProofRefused => "dpop_proof_refused",
    /// The configuration requires a protection that the provider does not offer.
    NotSupportedByProvider => "not_supported_by_provider",
    /// The provider did not confirm the organization that the login asked for.
    OrganizationNotConfirmed => "organization_not_confirmed",
    /// The access token cannot be sent in a header.
    UnusableToken => "unusable_token",
    /// The application uses an API that it did not register.
    UndeclaredApi => "undeclared_api",
    /// The base URL of the API is not configured, or is not secure.
    ApiNotConfigured => "api_not_configured",
}

impl Diagnosis {
    /// Returns the stable name of this kind of diagnosis.
    pub fn code(&self) -> DiagnosisCode {
        use DiagnosisCode as Code;
        match self {
            Self::AudienceMissing { .. } => Code::AudienceMissing,
            Self::AudienceUnknown { .. } | Self::SeveralAudiencesRefused { .. } => {
                Code::AudienceUnknown
            }
            Self::ResourceIgnored { .. } => Code::ResourceIgnored,
            Self::DefaultAudience { .. } | Self::DefaultAudienceAtLogin { .. } => {
                Code::DefaultAudience
            }
            Self::WrongAudienceIssued { .. } | Self::WrongAudience { .. } => Code::WrongAudience,
            Self::UserinfoToken { .. } => Code::UserinfoToken,
            Self::RefreshNotAllowedForApi { .. } | Self::LoginWithoutApi { .. } => {
                Code::RefreshNotAllowedForApi
            }
            Self::OpaqueToken { .. } => Code::OpaqueToken,
            Self::EncryptedToken { .. } | Self::EncryptedIdToken => Code::EncryptedToken,
            Self::WrongIssuer { .. } => Code::WrongIssuer,
            Self::SymmetricSignature { .. } | Self::SymmetricIdToken => Code::SymmetricSignature,
            Self::TokenTooLong { .. } | Self::IdTokenTooLong { .. } => Code::TokenTooLong,
            Self::MalformedToken { .. }
            | Self::MalformedClaim { .. }
            | Self::IssuedExpired { .. } => Code::MalformedToken,
            Self::ExpiredToken { .. } => Code::ExpiredToken,
            Self::ClockSkew { .. } => Code::ClockSkew,
            Self::UnusableToken { .. } => Code::UnusableToken,
            Self::ScopeNotGranted { .. }
            | Self::ScopeNotGrantedToClient { .. }
            | Self::NoScopeGranted { .. } => Code::ScopeNotGranted,
            Self::MissingScope { .. } => Code::MissingScope,
            Self::ScopeRefused { .. } => Code::ScopeRefused,
            Self::NoRefreshToken { .. } => Code::NoRefreshToken,
            Self::RefreshTokenReused => Code::RefreshTokenReused,
            Self::RefreshTokenEnded => Code::RefreshTokenEnded,
            Self::GrantNotAllowed { .. } => Code::GrantNotAllowed,
            Self::ApiNotAuthorized { .. } => Code::ApiNotAuthorized,
            Self::ClientRejected => Code::ClientRejected,
            Self::CallbackNotRegistered { .. } => Code::CallbackNotRegistered,
            Self::InsecureSecret { .. } => Code::InsecureSecret,
            Self::RefusedByApi { .. } | Self::ApiWithoutDpop { .. } => Code::RefusedByApi,
            Self::RefusedByProvider { .. } => Code::RefusedByProvider,
            Self::StepUpNotSatisfied { .. } => Code::StepUpNotSatisfied,
            Self::DpopIgnored | Self::NotBoundToKey { .. } => Code::DpopIgnored,
            Self::DpopProofRefused { .. } | Self::DpopProofRequired { .. } => {
                Code::DpopProofRefused
            }
            Self::NotSupportedByProvider { .. } => Code::NotSupportedByProvider,
            Self::OrganizationNotConfirmed { .. } => Code::OrganizationNotConfirmed,
            Self::UndeclaredApi { .. } => Code::UndeclaredApi,
            Self::ApiNotConfigured { .. } | Self::InsecureApiUrl { .. } => Code::ApiNotConfigured,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::DiagnosisCode;

    #[test]
    fn a_code_is_written_as_json_as_it_is_named() {
        for code in DiagnosisCode::ALL {
            let written = serde_json::to_value(code).ok();
            assert_eq!(written, Some(code.as_str().into()));
        }
    }
}
