//! Private keys that sign JSON Web Tokens, with ring.

mod pem;
mod public_key;

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, RsaEncoding},
};
use serde_json::{Map, Value};

use super::{Algorithm, thumbprint};

/// A private key that signs JSON Web Tokens. Cheap to clone.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Pair>,
    algorithm: Algorithm,
}

enum Pair {
    Rsa(rsa::KeyPair),
    /// P-256 or P-384.
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// The error for a private key that cannot be used. No variant contains a part of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SigningKeyError {
    /// No PEM block with a private key.
    #[error(
        "is not a private key in PEM (`-----BEGIN PRIVATE KEY-----`); line breaks may be written as \\n"
    )]
    NotPem,
    /// A kind or size of key that cannot sign, or a damaged key.
    #[error(
        "is not a usable private key: RSA of 2048 to 4096 bits, P-256, P-384 or Ed25519 in PKCS #8. \
         `openssl pkcs8 -topk8 -nocrypt` converts other forms"
    )]
    NotUsable,
    /// The key is of another kind than the algorithm needs.
    #[error("is of another kind than the algorithm {0} needs")]
    OtherAlgorithm(Algorithm),
}

/// The error of a signature. Only a failing random number generator can cause it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature could not be made")]
pub struct SignatureError;

/// The error of the generation of a key. Only a failing random number generator can cause it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no key could be generated")]
pub struct KeyGenerationError;

impl SigningKey {
    /// Reads a private key in PEM: PKCS #8, or PKCS #1 for RSA. The characters `\n` count as line breaks if there are no
    /// others, as in an environment variable.
    ///
    /// Without `algorithm`, it follows from the key: `RS256`, `ES256`, `ES384` or `EdDSA`.
    ///
    /// # Errors
    ///
    /// See [`SigningKeyError`].
    pub fn from_pem(pem: &str, algorithm: Option<Algorithm>) -> Result<Self, SigningKeyError> {
        let pair = pem::parse(pem)?;
        let default = pair.default_algorithm();
        let algorithm = algorithm.unwrap_or(default);
        if !pair.supports(algorithm) {
            return Err(SigningKeyError::OtherAlgorithm(algorithm));
        }
        Ok(Self {
            pair: Arc::new(pair),
            algorithm,
        })
    }

    /// Generates a P-256 key, for `ES256`. Returns it with its encoding for [`Self::from_pkcs8`].
    ///
    /// ring generates the key and takes the random numbers from the operating system.
    ///
    /// # Errors
    ///
    /// [`KeyGenerationError`] if the random number generator fails.
    pub fn generate_p256() -> Result<(Self, Vec<u8>), KeyGenerationError> {
        let curve = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new())
            .map_err(|_| KeyGenerationError)?;
        let key = Self::from_pkcs8(pkcs8.as_ref()).map_err(|_| KeyGenerationError)?;
        Ok((key, pkcs8.as_ref().to_vec()))
    }

    /// Reads a private key in PKCS #8, without PEM. The algorithm follows from the key.
    ///
    /// # Errors
    ///
    /// [`SigningKeyError::NotUsable`].
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, SigningKeyError> {
        let pair = pem::pkcs8(der).ok_or(SigningKeyError::NotUsable)?;
        Ok(Self {
            algorithm: pair.default_algorithm(),
            pair: Arc::new(pair),
        })
    }

    /// Returns the algorithm of its signatures.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Returns the public key as a JWK ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), with `alg`, `use`, and its
    /// thumbprint as `kid`.
    pub fn public_jwk(&self) -> Map<String, Value> {
        let mut jwk = self.required_members();
        let thumbprint = thumbprint::of_required_members(&jwk);
        for (name, value) in [
            ("kid", thumbprint.as_str()),
            ("alg", self.algorithm.name()),
            ("use", "sig"),
        ] {
            jwk.insert(name.to_owned(), value.into());
        }
        jwk
    }

    /// Returns the thumbprint of the public key: base64url of its SHA-256
    /// ([RFC 7638](https://www.rfc-editor.org/rfc/rfc7638)).
    pub fn thumbprint(&self) -> String {
        thumbprint::of_required_members(&self.required_members())
    }

    /// Returns the required members of the public key's JWK (RFC 7638 §3.2).
    pub(crate) fn required_members(&self) -> Map<String, Value> {
        public_key::jwk(&self.pair)
    }

    /// Returns `claims` as a signed token in compact form. `header` has the members besides `alg`.
    ///
    /// # Errors
    ///
    /// See [`SignatureError`].
    pub fn sign(
        &self,
        mut header: Map<String, Value>,
        claims: &Map<String, Value>,
    ) -> Result<String, SignatureError> {
        header.insert("alg".to_owned(), self.algorithm.name().into());
        let encode = |members: &Map<String, Value>| {
            serde_json::to_vec(members).map(|json| URL_SAFE_NO_PAD.encode(json))
        };
        let (Ok(header), Ok(claims)) = (encode(&header), encode(claims)) else {
            return Err(SignatureError);
        };
        let message = format!("{header}.{claims}");
        let signature = self.signature(message.as_bytes())?;
        Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Rsa(pair) => {
                let encoding = rsa_encoding(self.algorithm).ok_or(SignatureError)?;
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, message, &mut signature)
                    .map_err(|_| SignatureError)?;
                Ok(signature)
            }
            Pair::Ec(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(|_| SignatureError),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().to_vec()),
        }
    }
}

impl Pair {
    fn default_algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa(_) => Algorithm::Rs256,
            Self::Ec(pair) if public_key::is_p256(pair) => Algorithm::Es256,
            Self::Ec(_) => Algorithm::Es384,
            Self::Ed25519(_) => Algorithm::EdDsa,
        }
    }

    fn supports(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Rsa(_) => rsa_encoding(algorithm).is_some(),
            Self::Ec(_) | Self::Ed25519(_) => algorithm == self.default_algorithm(),
        }
    }
}

fn rsa_encoding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        Algorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
        Algorithm::Ps384 => &signature::RSA_PSS_SHA384,
        Algorithm::Ps512 => &signature::RSA_PSS_SHA512,
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => return None,
    })
}

/// Shows the algorithm only.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
