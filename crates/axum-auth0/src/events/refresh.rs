//! Outcomes of requests with a refresh token.

use crate::diagnosis::DiagnosisCode;

/// The outcome of a refresh. A refresh that another request or process was already doing is not counted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshOutcome {
    /// The provider issued the requested token.
    Granted,
    /// There is no token, and a later refresh does not get one either.
    Denied(RefreshDenial),
    /// No request was sent, because an earlier one failed a short time ago.
    BackedOff,
    /// No request was sent: too many are in flight, another process is refreshing, or this one is shutting down.
    NotStarted,
    /// The provider did not respond, or not with tokens. The session continues.
    ProviderUnavailable,
    /// The provider received a refresh token twice (RFC 9700 §4.14.2), and ended the session.
    Reused,
    /// Another process refreshed after this one lost its lease. The session continues.
    Superseded,
    /// The session ended in the meantime.
    SessionEnded,
}

super::names!(RefreshOutcome {
    Self::Granted => "granted",
    Self::Denied(_) => "denied",
    Self::BackedOff => "backed_off",
    Self::NotStarted => "not_started",
    Self::ProviderUnavailable => "provider_unavailable",
    Self::Reused => "reused",
    Self::Superseded => "superseded",
    Self::SessionEnded => "session_ended",
});

/// Why a refresh is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefreshDenial {
    /// The provider no longer accepts the refresh token.
    RefreshTokenEnded,
    /// The login has no refresh token.
    NoRefreshToken,
    /// The refreshed ID token is of another user, or forged.
    OtherUser,
    /// The provider issued another token than the requested one.
    RejectedToken(DiagnosisCode),
    /// The configuration, here or at the provider, prevents the token.
    Misconfigured(DiagnosisCode),
    /// The provider issues tokens that are already expired.
    TokenWithoutLifetime,
    /// The login has the maximum number of access tokens with extra scopes.
    TooManyTokens,
}

super::names!(RefreshDenial {
    Self::RefreshTokenEnded => "refresh_token_ended",
    Self::NoRefreshToken => "no_refresh_token",
    Self::OtherUser => "other_user",
    Self::RejectedToken(_) => "rejected_token",
    Self::Misconfigured(_) => "misconfigured",
    Self::TokenWithoutLifetime => "token_without_lifetime",
    Self::TooManyTokens => "too_many_tokens",
});

/// The outcome of the revocation of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RevocationOutcome {
    /// The provider revoked it.
    Revoked,
    /// The provider cannot revoke refresh tokens.
    Unsupported,
    /// The provider refused, or is unavailable.
    Failed,
}

super::names!(RevocationOutcome {
    Self::Revoked => "revoked",
    Self::Unsupported => "unsupported",
    Self::Failed => "failed",
});
