//! The closed list of causes.

use serde::{Deserialize, Serialize};

macro_rules! causes {
    ($($(#[doc = $doc:literal])+ $variant:ident => $name:literal,)+) => {
        /// What went wrong, for programs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        pub enum Cause {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Cause {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// A stable name for logs and programs.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

causes! {
    /// No audience is configured for the API, so the provider issues an access token for nobody in particular.
    AudienceMissing => "audience_missing",
    /// The provider knows no API with the configured audience, or does not take several at once.
    AudienceUnknown => "audience_unknown",
    /// Auth0 was asked with `resource` (RFC 8707), which it ignores unless told otherwise.
    ResourceIgnored => "resource_ignored",
    /// The token is for the tenant's default audience, not for the API that was asked for.
    DefaultAudience => "default_audience",
    /// The access token is for another API than the one asked for.
    WrongAudience => "wrong_audience",
    /// The access token is good for the provider's userinfo endpoint only.
    UserinfoToken => "userinfo_token",
    /// An audience was asked for, and the provider issued an opaque access token all the same.
    OpaqueToken => "opaque_token",
    /// The provider encrypts the access token for the API (JWE), so nobody else can look into it.
    EncryptedToken => "encrypted_token",
    /// The application never asked for a scope that is needed.
    MissingScope => "missing_scope",
    /// A scope was asked for and not granted.
    ScopeNotGranted => "scope_not_granted",
    /// The provider refuses a login because of a scope that it asks for (`invalid_scope`).
    ScopeRefused => "scope_refused",
    /// The access token expired and there is no refresh token.
    NoRefreshToken => "no_refresh_token",
    /// The refresh token is not good for that API, and the provider answered with a token for the API of the login.
    RefreshNotAllowedForApi => "refresh_not_allowed_for_api",
    /// A refresh token was used twice, so the provider ended the session (RFC 9700 §4.14.2).
    RefreshTokenReused => "refresh_token_reused",
    /// The provider no longer accepts the refresh token: revoked, expired, or the session was ended there.
    RefreshTokenEnded => "refresh_token_ended",
    /// The access token is from another issuer than the configured one.
    WrongIssuer => "wrong_issuer",
    /// The clocks of this server and of the provider differ.
    ClockSkew => "clock_skew",
    /// The access token has expired.
    ExpiredToken => "expired_token",
    /// The access token is signed with a secret (HS256), which the API cannot check with the provider's public keys.
    SymmetricSignature => "symmetric_signature",
    /// The token is longer than tokens that are read.
    TokenTooLong => "token_too_long",
    /// The token begins as a JWT and cannot be read, or one of its claims cannot.
    MalformedToken => "malformed_token",
    /// The application may not use the grant that was asked for.
    GrantNotAllowed => "grant_not_allowed",
    /// The application may not get tokens for the API.
    ApiNotAuthorized => "api_not_authorized",
    /// The provider does not accept this application's credentials.
    ClientRejected => "client_rejected",
    /// The callback URL is not registered for the application.
    CallbackNotRegistered => "callback_not_registered",
    /// The secret that encrypts sessions can be guessed.
    InsecureSecret => "insecure_secret",
    /// The token is for the configured audience, but the API called wants another one.
    RefusedByApi => "refused_by_api",
    /// The provider refuses a request for a reason of its own.
    RefusedByProvider => "refused_by_provider",
    /// The access token cannot be used in a header.
    UnusableToken => "unusable_token",
    /// The application uses an API that it did not declare.
    UndeclaredApi => "undeclared_api",
    /// Where the API answers is not configured.
    ApiNotConfigured => "api_not_configured",
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn a_cause_has_one_name_everywhere() {
        for cause in Cause::ALL {
            let written = serde_json::to_value(cause).ok();
            assert_eq!(written, Some(cause.as_str().into()));
        }
    }
}
