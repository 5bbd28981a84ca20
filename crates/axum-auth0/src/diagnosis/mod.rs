//! What is wrong with a token or with the configuration behind it, in a sentence or two, and exactly what to set and
//! where.

mod sentences;

use std::fmt;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// No audience is configured for the API, so the provider issues an access token for nobody in particular.
    AudienceMissing,
    /// The provider knows no API with the configured audience.
    AudienceUnknown,
    /// The token is for the configured audience, but the API called wants another one.
    RefusedByApi,
    /// An audience was asked for, and the provider issued an opaque access token all the same.
    OpaqueToken,
    /// The access token is for another API than the one asked for.
    WrongAudience,
    /// The access token is from another issuer than the configured one.
    WrongIssuer,
    /// The access token lacks a scope that is needed.
    MissingScope,
    /// The access token expired and there is no refresh token.
    NoRefreshToken,
    /// The provider does not accept this application's credentials.
    ClientRejected,
    /// The provider refuses a request for a reason of its own.
    RefusedByProvider,
    /// The access token cannot be used in a header.
    UnusableToken,
    /// The application uses an API that it did not declare.
    UndeclaredApi,
}

impl Cause {
    /// A stable name for logs and programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AudienceMissing => "audience_missing",
            Self::AudienceUnknown => "audience_unknown",
            Self::RefusedByApi => "refused_by_api",
            Self::OpaqueToken => "opaque_token",
            Self::WrongAudience => "wrong_audience",
            Self::WrongIssuer => "wrong_issuer",
            Self::MissingScope => "missing_scope",
            Self::NoRefreshToken => "no_refresh_token",
            Self::ClientRejected => "client_rejected",
            Self::RefusedByProvider => "refused_by_provider",
            Self::UnusableToken => "unusable_token",
            Self::UndeclaredApi => "undeclared_api",
        }
    }
}

/// A cause in words, and its fix. Contains names and identifiers from the configuration, never a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// For programs.
    pub code: Cause,
    /// What is wrong, a sentence or two.
    pub cause: String,
    /// What to set and where.
    pub fix: String,
}

impl Diagnosis {
    fn new(code: Cause, cause: String, fix: String) -> Self {
        Self { code, cause, fix }
    }

    /// Logs the diagnosis once; whoever handles it at the boundary calls this.
    pub fn log(&self) {
        tracing::error!(code = self.code.as_str(), cause = %self.cause, fix = %self.fix, "misconfiguration");
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.cause, self.fix)
    }
}

/// Whether a provider refuses because it knows no API with the audience: Auth0 in words, RFC 8707 §2 by code.
pub(crate) fn is_unknown_audience(code: &str, description: Option<&str>) -> bool {
    code == "invalid_target"
        || description
            .is_some_and(|text| text.to_ascii_lowercase().starts_with("service not found"))
}

/// At most 200 characters of a text from outside, without control characters.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(200)
        .collect()
}
