//! What the kind of an ID token says.

use super::Diagnosis;
use crate::jwt::TokenKind;

impl Diagnosis {
    /// Returns why an ID token of this kind cannot be verified; `None` if its kind is not the reason.
    pub(crate) fn of_id_token(kind: TokenKind) -> Option<Self> {
        match kind {
            TokenKind::Symmetric => Some(Self::SymmetricIdToken),
            TokenKind::Encrypted => Some(Self::EncryptedIdToken),
            TokenKind::TooLong { bytes } => Some(Self::IdTokenTooLong { bytes }),
            _ => None,
        }
    }
}
