//! The error of a button. It is a code in the query of the page, after the redirect back to the page.

use axum_auth0::TokenError;
use http::StatusCode;

/// Reason why a button failed, or why the page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ActionError {
    #[error(
        "The provider did not give what was asked for. The reason is below, beside the token; the server's log has it, too."
    )]
    Misconfigured,
    #[error("The OpenID Provider does not answer at the moment. Please try again shortly.")]
    ProviderUnavailable,
    #[error("The provider has no revocation endpoint, so the refresh token was kept.")]
    RevocationUnsupported,
    #[error("The session store does not answer at the moment. Please try again shortly.")]
    StoreUnavailable,
    #[error("Something went wrong. The server's log says what.")]
    Internal,
}

const CODES: [(ActionError, &str); 5] = [
    (ActionError::Misconfigured, "misconfigured"),
    (ActionError::ProviderUnavailable, "provider_unavailable"),
    (ActionError::RevocationUnsupported, "revocation_unsupported"),
    (ActionError::StoreUnavailable, "store_unavailable"),
    (ActionError::Internal, "internal"),
];

impl ActionError {
    pub(super) fn code(self) -> &'static str {
        let entry = CODES.iter().find(|(error, _)| *error == self);
        entry.map_or("internal", |(_, code)| code)
    }

    /// Returns the error for a code from the query. Any other text shows nothing.
    pub(super) fn from_code(code: &str) -> Option<Self> {
        let entry = CODES.iter().find(|(_, entry)| *entry == code);
        entry.map(|(error, _)| *error)
    }

    /// Returns the status of the page if it cannot be shown.
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::ProviderUnavailable | Self::StoreUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<&TokenError> for ActionError {
    fn from(error: &TokenError) -> Self {
        match error {
            TokenError::Misconfigured(_) => Self::Misconfigured,
            TokenError::ProviderUnavailable { .. } | TokenError::TooManyTokens { .. } => {
                Self::ProviderUnavailable
            }
            TokenError::RevocationUnsupported => Self::RevocationUnsupported,
            TokenError::StoreUnavailable => Self::StoreUnavailable,
            error => {
                tracing::error!(%error, "Tokens page failed");
                Self::Internal
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ActionError, CODES};

    #[test]
    fn every_error_round_trips_through_the_query_and_other_text_is_ignored() {
        for (error, _) in CODES {
            assert_eq!(ActionError::from_code(error.code()), Some(error));
        }
        for forged in ["", "Misconfigured", "<script>alert(1)</script>"] {
            assert_eq!(ActionError::from_code(forged), None);
        }
    }
}
