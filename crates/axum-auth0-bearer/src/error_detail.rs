//! The amount of detail in an error response.

/// The amount of detail in the response to a rejected token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// The kind of the error only.
    Brief,
    /// The kind of the error, and the wrong claim or header parameter. For development.
    WithClaim,
}

impl Default for ErrorDetail {
    /// Returns [`ErrorDetail::WithClaim`] in debug builds and [`ErrorDetail::Brief`] in release builds.
    fn default() -> Self {
        if cfg!(debug_assertions) {
            Self::WithClaim
        } else {
            Self::Brief
        }
    }
}
