//! Signs proofs.

use std::fmt;

use http::Method;
use serde_json::{Map, Value, json};
use url::Url;

use super::{MEDIA_TYPE, access_token_hash, target_uri};
use crate::jwt::{SignatureError, SigningKey};

/// The claims of a proof (RFC 9449 §4.2). Each request needs a proof of its own.
#[derive(Clone, Copy)]
pub struct ProofClaims<'a> {
    /// `jti`: unique for each proof, with at least 96 random bits.
    pub id: &'a str,
    /// `htm`: the method of the request.
    pub method: &'a Method,
    /// `htu`: the URL of the request. Its query and fragment are left out.
    pub url: &'a Url,
    /// `iat`, in seconds since 1970-01-01T00:00:00Z.
    pub issued_at: i64,
    /// The access token of the request, for `ath`.
    pub access_token: Option<&'a str>,
    /// `nonce`: the last one that the server sent.
    pub nonce: Option<&'a str>,
}

impl ProofClaims<'_> {
    /// Signs the proof.
    ///
    /// # Errors
    /// [`SignatureError`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, SignatureError> {
        let mut header = Map::new();
        header.insert("typ".to_owned(), MEDIA_TYPE.into());
        header.insert("jwk".to_owned(), Value::Object(key.required_members()));
        let mut claims = Map::from_iter([
            ("jti".to_owned(), json!(self.id)),
            ("htm".to_owned(), json!(self.method.as_str())),
            ("htu".to_owned(), json!(target_uri(self.url).as_str())),
            ("iat".to_owned(), json!(self.issued_at)),
        ]);
        if let Some(token) = self.access_token {
            claims.insert("ath".to_owned(), access_token_hash(token).into());
        }
        if let Some(nonce) = self.nonce {
            claims.insert("nonce".to_owned(), nonce.into());
        }
        key.sign(header, &claims)
    }
}

/// Does not show the access token.
impl fmt::Debug for ProofClaims<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProofClaims")
            .field("method", &self.method)
            .field("issued_at", &self.issued_at)
            .finish_non_exhaustive()
    }
}
