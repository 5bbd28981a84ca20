//! Why a login failed.

use crate::diagnosis::DiagnosisCode;

/// The reason why a login did not start, or created no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LoginFailureReason {
    /// A parameter of the login route is malformed.
    InvalidParameter,
    /// The request is not a navigation of a user.
    NotANavigation,
    /// The query of the callback is not an authorization response.
    MalformedCallback,
    /// The callback belongs to no pending login of this browser.
    UnknownTransaction,
    /// The pending login expired.
    Expired,
    /// The callback was used before.
    AlreadyUsed,
    /// The response is not from the provider at which the login started (RFC 9207 §2.4).
    WrongIssuer,
    /// An error response without the `iss` that the provider announces.
    UnverifiedError,
    /// The user or a rule of the provider refused: `access_denied`.
    AccessDenied,
    /// The provider responded with another error.
    ProviderError,
    /// The provider did not accept the code.
    InvalidCode,
    /// The token response has no ID token, or an invalid one.
    InvalidIdToken,
    /// The ID token does not prove the recent or strong login that was required.
    StepUpNotSatisfied,
    /// The ID token does not prove the organization that the login asked for.
    OrganizationNotConfirmed,
    /// The provider did not grant a required authorization detail.
    AuthorizationDetailsNotGranted,
    /// The application refused: a hook returned an error.
    RefusedByApplication,
    /// The configuration, here or at the provider, prevents logins.
    Misconfigured(DiagnosisCode),
    /// The provider or the site ended the session during the login.
    SignedOut,
    /// The provider is unavailable.
    ProviderUnavailable,
    /// The session store is unavailable.
    StoreUnavailable,
}

super::names!(LoginFailureReason {
    Self::InvalidParameter => "invalid_parameter",
    Self::NotANavigation => "not_a_navigation",
    Self::MalformedCallback => "malformed_callback",
    Self::UnknownTransaction => "unknown_transaction",
    Self::Expired => "expired",
    Self::AlreadyUsed => "already_used",
    Self::WrongIssuer => "wrong_issuer",
    Self::UnverifiedError => "unverified_error",
    Self::AccessDenied => "access_denied",
    Self::ProviderError => "provider_error",
    Self::InvalidCode => "invalid_code",
    Self::InvalidIdToken => "invalid_id_token",
    Self::StepUpNotSatisfied => "step_up_not_satisfied",
    Self::OrganizationNotConfirmed => "organization_not_confirmed",
    Self::AuthorizationDetailsNotGranted => "authorization_details_not_granted",
    Self::RefusedByApplication => "refused_by_application",
    Self::Misconfigured(_) => "misconfigured",
    Self::SignedOut => "signed_out",
    Self::ProviderUnavailable => "provider_unavailable",
    Self::StoreUnavailable => "store_unavailable",
});
