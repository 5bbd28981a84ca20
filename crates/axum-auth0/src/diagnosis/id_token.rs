//! Diagnoses ID tokens by their kind.

use super::Diagnosis;
use crate::jwt::TokenKind;

impl Diagnosis {
    /// Returns why an ID token of this kind cannot be verified; `None` if the kind is not the reason.
    pub(crate) fn of_id_token(kind: TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Symmetric => Some(Self::SymmetricIdToken),
            TokenKind::Encrypted => Some(Self::EncryptedIdToken),
            TokenKind::TooLong { bytes } => Some(Self::IdTokenTooLong { bytes }),
            _ => None,
        }
    }
}
