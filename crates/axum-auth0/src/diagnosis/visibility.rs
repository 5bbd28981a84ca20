//! Whether responses contain diagnoses.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::config::Config;

/// The text of a response that contains only the code of a diagnosis.
pub(crate) const HIDDEN_DIAGNOSIS: &str =
    "the configuration prevents this; the log of this site contains the cause and what to do";

/// Whether responses explain a misconfiguration (`AUTH0_EXPOSE_DIAGNOSES`). The explanation names variables and settings
/// at the provider; the log always contains it.
///
/// It is an extractor, and an extension of every request below the engine's layers. Without them it is
/// [`Self::LogOnly`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DiagnosisVisibility {
    /// Responses contain the code only.
    #[default]
    LogOnly,
    /// Responses contain code, cause and fix.
    Response,
}

impl DiagnosisVisibility {
    pub(crate) fn of(config: &Config) -> Self {
        if config.expose_diagnoses() {
            Self::Response
        } else {
            Self::LogOnly
        }
    }

    /// Returns whether responses contain cause and fix.
    pub fn is_exposed(self) -> bool {
        self == Self::Response
    }
}

impl<S: Sync> FromRequestParts<S> for DiagnosisVisibility {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or_default())
    }
}
