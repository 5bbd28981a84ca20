//! The events.

use super::{
    EventSubject, LoginFailureReason, LogoutTokenOutcome, RefreshOutcome, RequestRefusal,
    RevocationOutcome, SessionEnd,
};
use crate::store::LoginId;

/// Something that happened to a login, a session or a token.
///
/// No event contains a token, a cookie, a code, an e-mail address, a path or a text of the provider. [`LoginId`]
/// identifies a session in the log; it grants no access.
///
/// Variants and fields may be added.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthEvent {
    /// The browser was sent to the provider.
    #[non_exhaustive]
    LoginStarted {
        /// Whether a login whose cookie was lost or whose time was over starts again.
        is_restart: bool,
    },
    /// A login created a session.
    #[non_exhaustive]
    LoginSucceeded {
        /// The login.
        login: LoginId,
        /// The user.
        subject: EventSubject,
    },
    /// A login did not start, or created no session.
    #[non_exhaustive]
    LoginFailed {
        /// The reason.
        reason: LoginFailureReason,
    },
    /// A session ended.
    #[non_exhaustive]
    SessionEnded {
        /// The login.
        login: LoginId,
        /// The user.
        subject: EventSubject,
        /// The reason.
        reason: SessionEnd,
    },
    /// A logout failed because the store is unavailable. The session continues.
    #[non_exhaustive]
    LogoutFailed,
    /// The provider sent a logout token (OpenID Connect Back-Channel Logout 1.0). Each session that it ends is a
    /// [`Self::SessionEnded`], too.
    #[non_exhaustive]
    LogoutTokenReceived {
        /// The outcome.
        outcome: LogoutTokenOutcome,
    },
    /// An access token was needed that was not in the cache.
    #[non_exhaustive]
    TokenRefreshed {
        /// The login.
        login: LoginId,
        /// The outcome of the refresh.
        outcome: RefreshOutcome,
    },
    /// A refresh token was to be revoked at the provider (RFC 7009).
    #[non_exhaustive]
    TokenRevoked {
        /// The login, unless it ended before.
        login: Option<LoginId>,
        /// The outcome of the revocation.
        outcome: RevocationOutcome,
    },
    /// A request was refused.
    #[non_exhaustive]
    RequestRefused {
        /// The login of the request, if it has one.
        login: Option<LoginId>,
        /// The reason.
        reason: RequestRefusal,
    },
    /// The doctor found something wrong with the configuration.
    #[non_exhaustive]
    DoctorFinding {
        /// Name of the check.
        check: &'static str,
        /// Code of the problem: that of a [`Diagnosis`](crate::Diagnosis), or one of the doctor.
        code: Option<&'static str>,
        /// The severity.
        severity: FindingSeverity,
    },
}

/// The severity of a finding of the doctor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FindingSeverity {
    /// The site works, but not optimally, or not everything could be checked.
    Warning,
    /// Logins or tokens do not work.
    Problem,
}

super::names!(FindingSeverity {
    Self::Warning => "warning",
    Self::Problem => "problem",
});

impl AuthEvent {
    /// The names of all events; see [`Self::name`].
    pub const NAMES: &'static [&'static str] = &[
        "login_started",
        "login_succeeded",
        "login_failed",
        "session_ended",
        "logout_failed",
        "logout_token_received",
        "token_refreshed",
        "token_revoked",
        "request_refused",
        "doctor_finding",
    ];

    /// Returns the name of the kind of event, the field `event` of its log line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::LoginStarted { .. } => "login_started",
            Self::LoginSucceeded { .. } => "login_succeeded",
            Self::LoginFailed { .. } => "login_failed",
            Self::SessionEnded { .. } => "session_ended",
            Self::LogoutFailed => "logout_failed",
            Self::LogoutTokenReceived { .. } => "logout_token_received",
            Self::TokenRefreshed { .. } => "token_refreshed",
            Self::TokenRevoked { .. } => "token_revoked",
            Self::RequestRefused { .. } => "request_refused",
            Self::DoctorFinding { .. } => "doctor_finding",
        }
    }

    /// Returns the outcome or the reason in snake case, from a closed list; `None` if the kind of event says it all.
    pub fn outcome(&self) -> Option<&'static str> {
        match self {
            Self::LoginStarted { is_restart } => is_restart.then_some("restart"),
            Self::LoginSucceeded { .. } | Self::LogoutFailed => None,
            Self::LoginFailed { reason } => Some(reason.as_str()),
            Self::SessionEnded { reason, .. } => Some(reason.as_str()),
            Self::LogoutTokenReceived { outcome } => Some(outcome.as_str()),
            Self::TokenRefreshed { outcome, .. } => Some(outcome.as_str()),
            Self::TokenRevoked { outcome, .. } => Some(outcome.as_str()),
            Self::RequestRefused { reason, .. } => Some(reason.as_str()),
            Self::DoctorFinding { severity, .. } => Some(severity.as_str()),
        }
    }

    /// Returns a finding of the doctor: its check, the code of the problem, and the severity. The crate
    /// `axum-auth0-doctor` creates them from its report.
    pub fn doctor_finding(
        check: &'static str,
        code: Option<&'static str>,
        severity: FindingSeverity,
    ) -> Self {
        Self::DoctorFinding {
            check,
            code,
            severity,
        }
    }
}
