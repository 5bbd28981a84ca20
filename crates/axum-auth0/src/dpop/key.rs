//! The key of a login.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::jwt::{KeyGenerationError, SignatureError, SigningKey};

/// The private key of a login, for `ES256`, as it is sealed into its transaction and with its tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DpopKey {
    /// PKCS #8 in Base64. It is parsed when it signs: most requests only compare tokens.
    pkcs8: String,
    /// The thumbprint of the public key (RFC 7638).
    thumbprint: String,
}

impl DpopKey {
    pub(crate) fn generate() -> Result<Self, KeyGenerationError> {
        let (key, pkcs8) = SigningKey::generate_p256()?;
        Ok(Self {
            pkcs8: STANDARD_NO_PAD.encode(pkcs8),
            thumbprint: key.thumbprint(),
        })
    }

    /// Returns the thumbprint: `dpop_jkt` of an authorization request, and `cnf.jkt` of a bound token.
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    pub(super) fn signing_key(&self) -> Result<SigningKey, SignatureError> {
        let pkcs8 = STANDARD_NO_PAD.decode(&self.pkcs8);
        let pkcs8 = pkcs8.map_err(|_| SignatureError)?;
        SigningKey::from_pkcs8(&pkcs8).map_err(|_| SignatureError)
    }
}

impl fmt::Debug for DpopKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DpopKey")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}
