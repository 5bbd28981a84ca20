//! Why sessions end.

/// The reason why a session ended.
///
/// Each session ends once, over all replicas. The periodic cleanup deletes sessions that timed out without an event, if
/// no later request used them, or if the absolute limit passed while no process had the session in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionEnd {
    /// The user logged out.
    Logout,
    /// The provider ended its own session: a logout token with `sid`.
    BackChannelSession,
    /// The provider ended all sessions of the user: a logout token with `sub` only.
    BackChannelSubject,
    /// No request used the session for `AUTH0_SESSION_INACTIVITY_DURATION`.
    InactivityTimeout,
    /// The login is older than `AUTH0_SESSION_ABSOLUTE_DURATION`.
    AbsoluteTimeout,
    /// The session reached the end that the provider set.
    ProviderTimeout,
    /// The application or the user ended it by the API for sessions.
    Revoked,
    /// The provider refused to refresh its tokens.
    Provider(ProviderEnd),
    /// Another login in the same browser replaced it.
    Replaced,
}

super::names!(SessionEnd {
    Self::Logout => "logout",
    Self::BackChannelSession => "backchannel_session",
    Self::BackChannelSubject => "backchannel_subject",
    Self::InactivityTimeout => "inactivity_timeout",
    Self::AbsoluteTimeout => "absolute_timeout",
    Self::ProviderTimeout => "provider_timeout",
    Self::Revoked => "revoked",
    Self::Provider(ProviderEnd::RefreshTokenEnded) => "refresh_token_ended",
    Self::Provider(ProviderEnd::RefreshTokenReused) => "refresh_token_reused",
    Self::Provider(ProviderEnd::OtherUser) => "other_user",
    Self::Replaced => "replaced",
});

/// How a refresh ended a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProviderEnd {
    /// The provider no longer accepts the refresh token: it was revoked, it expired, or the session ended there.
    RefreshTokenEnded,
    /// The provider received a refresh token twice (RFC 9700 §4.14.2).
    RefreshTokenReused,
    /// The refreshed ID token is of another user, or forged.
    OtherUser,
}

/// The outcome of a logout token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogoutTokenOutcome {
    /// It is valid.
    Accepted {
        /// The number of sessions that it ended.
        sessions: usize,
    },
    /// It is not valid.
    Rejected(LogoutTokenRejection),
    /// It could not be handled: the provider's keys or the session store are unavailable.
    Unavailable,
}

super::names!(LogoutTokenOutcome {
    Self::Accepted { .. } => "accepted",
    Self::Rejected(_) => "rejected",
    Self::Unavailable => "unavailable",
});

/// Why a logout token is rejected (OpenID Connect Back-Channel Logout 1.0 §2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogoutTokenRejection {
    /// The request has no logout token, or it is not a JWT.
    Malformed,
    /// The signature is wrong, or by a key or an algorithm that is not accepted.
    Signature,
    /// `iss` is not the configured issuer.
    Issuer,
    /// `aud` is not this application.
    Audience,
    /// It expired, or was issued too long ago or in the future.
    Time,
    /// A required claim is missing, or a forbidden one is present.
    Claims,
    /// It was used before.
    Replayed,
}

super::names!(LogoutTokenRejection {
    Self::Malformed => "malformed",
    Self::Signature => "signature",
    Self::Issuer => "issuer",
    Self::Audience => "audience",
    Self::Time => "time",
    Self::Claims => "claims",
    Self::Replayed => "replayed",
});
