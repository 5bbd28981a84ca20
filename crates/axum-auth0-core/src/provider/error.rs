//! Errors of fetching a provider's metadata and keys.

use std::time::Duration;

use crate::http_client::HttpError;

/// The reason why a provider's metadata or keys are unavailable. The messages are for developers and the log.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The metadata could not be fetched.
    #[error("the provider's metadata could not be fetched: {0}")]
    Discovery(#[source] HttpError),
    /// The issuer in the metadata is not the configured one.
    #[error(
        "AUTH0_DOMAIN names the issuer {configured}, but the provider there calls itself {found}; the two must be equal to the last \
         character. If that is your provider, set AUTH0_DOMAIN={found}"
    )]
    IssuerMismatch {
        /// The configured issuer.
        configured: String,
        /// The issuer in the metadata, truncated.
        found: String,
    },
    /// The metadata lacks a required member, or has an unsafe one.
    #[error("the provider's metadata cannot be used: {0}")]
    Metadata(&'static str),
    /// The keys could not be fetched.
    #[error("the provider's keys could not be fetched: {0}")]
    Keys(#[source] HttpError),
    /// The keys were fetched, but the document is unusable.
    #[error("the provider's keys cannot be used: {0}")]
    KeySet(&'static str),
    /// The program is shutting down.
    #[error("the program stopped while the provider was being asked")]
    Stopped,
}

impl ProviderError {
    /// Returns the value of `Retry-After`, if the provider sent one.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Discovery(error) | Self::Keys(error) => error.retry_after(),
            Self::IssuerMismatch { .. } | Self::Metadata(_) | Self::KeySet(_) | Self::Stopped => {
                None
            }
        }
    }
}
