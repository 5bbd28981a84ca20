//! The outcome of a login, for the hook of the application.

use http::StatusCode;

use super::error::LoginError;
use crate::{return_to::ReturnTo, session::SignedInUser};

/// The outcome of a login, which [`Auth0Builder::on_callback`](crate::Auth0Builder::on_callback) receives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum CallbackOutcome {
    /// The user is signed in. The session is stored, and the response sets its cookie.
    #[non_exhaustive]
    SignedIn {
        /// The user.
        user: SignedInUser,
        /// The page that the login returns to.
        return_to: ReturnTo,
    },
    /// The login failed. The browser keeps the session that it had.
    #[non_exhaustive]
    Failed {
        /// The reason.
        failure: LoginFailure,
        /// The page that the login would have returned to, if it is known.
        return_to: Option<ReturnTo>,
    },
}

/// Why a login failed. The causes are logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginFailure {
    kind: LoginFailureKind,
    status: StatusCode,
    provider_error: Option<String>,
}

/// The kind of a [`LoginFailure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginFailureKind {
    /// The provider responded with an error, such as `access_denied`: [`LoginFailure::provider_error`].
    ProviderError,
    /// The request is no callback of a pending login of this browser, or it was used before.
    UnknownLogin,
    /// The login took too long.
    Expired,
    /// The response of the provider is not valid: another issuer, a used code, or an invalid ID token.
    InvalidResponse,
    /// The provider did not prove the recent or strong login that was required.
    StepUpNotSatisfied,
    /// The provider did not confirm the organization that the login asked for.
    OrganizationNotConfirmed,
    /// The provider did not grant a required authorization detail.
    AuthorizationDetailsNotGranted,
    /// A setting of the site or of the provider prevents logins.
    Misconfigured,
    /// The provider is unavailable.
    ProviderUnavailable,
    /// The session store is unavailable.
    StoreUnavailable,
    /// The provider or the site ended the session during the login.
    SignedOut,
    /// [`Auth0Builder::before_session_saved`](crate::Auth0Builder::before_session_saved) returned an error.
    Hook,
}

impl LoginFailure {
    /// Returns the kind of the failure.
    pub fn kind(&self) -> LoginFailureKind {
        self.kind
    }

    /// Returns the status of the engine's page for the failure.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the error code of the provider (RFC 6749 §4.1.2.1), such as `access_denied`. It comes from the address, so
    /// escape it in HTML.
    pub fn provider_error(&self) -> Option<&str> {
        self.provider_error.as_deref()
    }

    /// Describes `error`, whose page has `status`.
    pub(super) fn new(error: &LoginError, status: StatusCode) -> Self {
        use LoginFailureKind as Kind;
        let provider_error = match error {
            LoginError::ProviderError { code, .. } => Some(code.clone()),
            _ => None,
        };
        let kind = match error {
            LoginError::ProviderError { .. } => Kind::ProviderError,
            LoginError::InvalidParameter(_)
            | LoginError::OtherInitiator { .. }
            | LoginError::TargetOfOtherSite
            | LoginError::NotANavigation
            | LoginError::MalformedCallback(_)
            | LoginError::UnknownTransaction
            | LoginError::AlreadyUsed(_) => Kind::UnknownLogin,
            LoginError::Expired(_) => Kind::Expired,
            LoginError::WrongIssuer
            | LoginError::NotCompleted(_)
            | LoginError::InvalidCode(..)
            | LoginError::InvalidIdToken(..) => Kind::InvalidResponse,
            LoginError::StepUp(..) => Kind::StepUpNotSatisfied,
            LoginError::Organization(..) => Kind::OrganizationNotConfirmed,
            LoginError::DetailsNotGranted(..) => Kind::AuthorizationDetailsNotGranted,
            LoginError::Misconfigured(_) | LoginError::UnsupportedIdToken(..) => {
                Kind::Misconfigured
            }
            LoginError::ProviderUnavailable { .. } => Kind::ProviderUnavailable,
            LoginError::StoreUnavailable(..) => Kind::StoreUnavailable,
            LoginError::SignedOut(_) => Kind::SignedOut,
            LoginError::Hook(..) => Kind::Hook,
        };
        Self {
            kind,
            status,
            provider_error,
        }
    }
}

impl LoginError {
    /// Returns the page that the login would have returned to, if it is known.
    pub(super) fn return_to(&self) -> Option<&ReturnTo> {
        match self {
            Self::Expired(return_to)
            | Self::AlreadyUsed(return_to)
            | Self::NotCompleted(return_to)
            | Self::ProviderError { return_to, .. }
            | Self::InvalidCode(_, return_to)
            | Self::InvalidIdToken(_, return_to)
            | Self::UnsupportedIdToken(_, _, return_to)
            | Self::StepUp(_, return_to)
            | Self::Organization(_, return_to)
            | Self::DetailsNotGranted(_, return_to)
            | Self::ProviderUnavailable { return_to, .. }
            | Self::StoreUnavailable(_, return_to)
            | Self::SignedOut(return_to)
            | Self::Hook(_, return_to) => Some(return_to),
            Self::InvalidParameter(_)
            | Self::OtherInitiator { .. }
            | Self::TargetOfOtherSite
            | Self::NotANavigation
            | Self::MalformedCallback(_)
            | Self::UnknownTransaction
            | Self::WrongIssuer
            | Self::Misconfigured(_) => None,
        }
    }
}
