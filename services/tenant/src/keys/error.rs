//! The error of signing and encrypting tokens.

use super::jwe::EncryptError;

/// A token cannot be created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error("failed to sign a token: {0}")]
    Sign(#[from] jsonwebtoken::errors::Error),
    #[error("failed to encrypt a token")]
    Encrypt(#[from] EncryptError),
}
