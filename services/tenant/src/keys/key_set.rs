//! The RSA keys that sign ID tokens, access tokens and logout tokens: one current and one previous key.
//!
//! The `rsa` crate has a timing side channel in private-key operations (RUSTSEC-2023-0071). The tenant listens on loopback only.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rsa::{
    RsaPrivateKey,
    pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _},
    traits::PublicKeyParts as _,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::error::SignError;
use crate::{
    error::OpenError,
    opaque_id::random_id,
    settings::SigningAlgorithm,
    store::{Store, signing_keys, signing_keys::StoredKey},
};

/// The current and the previous key.
pub(crate) struct KeySet {
    current: Key,
    previous: Option<Key>,
    algorithm: SigningAlgorithm,
}

struct Key {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Value,
}

impl KeySet {
    /// Loads the keys, or generates the first key.
    pub(crate) async fn open(
        store: &Store,
        algorithm: SigningAlgorithm,
    ) -> Result<Self, OpenError> {
        let mut connection = store.connection().await?;
        let current = signing_keys::current(&mut connection).await?;
        let previous = signing_keys::previous(&mut connection).await?;
        drop(connection);
        match current {
            Some(current) => Ok(Self {
                current: Key::load(&current)?,
                previous: previous.as_ref().map(Key::load).transpose()?,
                algorithm,
            }),
            None => Self::rotate(store, algorithm).await,
        }
    }

    /// Generates a new current key. Tokens of the previous key remain verifiable.
    pub(crate) async fn rotate(
        store: &Store,
        algorithm: SigningAlgorithm,
    ) -> Result<Self, OpenError> {
        let generated = tokio::task::spawn_blocking(generate)
            .await
            .map_err(|error| OpenError::SigningKey(error.into()))??;
        let mut transaction = store.begin().await?;
        signing_keys::rotate(&mut transaction, &generated).await?;
        let previous = signing_keys::previous(&mut transaction).await?;
        transaction.commit().await?;
        Ok(Self {
            current: Key::load(&generated)?,
            previous: previous.as_ref().map(Key::load).transpose()?,
            algorithm,
        })
    }

    /// Signs `claims` with the current key. `typ` is the header parameter: `JWT` or `logout+jwt`.
    pub(crate) fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SignError> {
        let mut header = Header::new(match self.algorithm {
            SigningAlgorithm::Rs256 => Algorithm::RS256,
            SigningAlgorithm::Ps256 => Algorithm::PS256,
        });
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.current.kid.clone());
        Ok(jsonwebtoken::encode(
            &header,
            claims,
            &self.current.encoding,
        )?)
    }

    /// Returns the claims of a JWT if one of the keys signed it. Does not check times.
    pub(crate) fn verify_signature(&self, jwt: &str) -> Option<Map<String, Value>> {
        let kid = jsonwebtoken::decode_header(jwt).ok()?.kid?;
        let key = std::iter::once(&self.current)
            .chain(&self.previous)
            .find(|key| key.kid == kid)?;
        // Both, because the keys remain if a restart changes the algorithm.
        let mut validation = Validation::new(Algorithm::RS256);
        validation.algorithms.push(Algorithm::PS256);
        validation.required_spec_claims.clear();
        // Callers compare times with the tenant's clock, and an `id_token_hint` is valid after it has expired.
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode(jwt, &key.decoding, &validation)
            .ok()
            .map(|token| token.claims)
    }

    /// Returns the JSON Web Key Set (RFC 7517 §5).
    pub(crate) fn jwks(&self) -> Value {
        let keys: Vec<Value> = std::iter::once(&self.current)
            .chain(&self.previous)
            .map(|key| {
                let mut jwk = key.jwk.clone();
                jwk["alg"] = json!(self.algorithm.name());
                jwk
            })
            .collect();
        json!({ "keys": keys })
    }
}

impl Key {
    fn load(stored: &StoredKey) -> Result<Self, OpenError> {
        let private = RsaPrivateKey::from_pkcs1_der(&stored.pkcs1_der)
            .map_err(|error| OpenError::SigningKey(error.into()))?;
        let n = URL_SAFE_NO_PAD.encode(private.n().to_bytes_be());
        let e = URL_SAFE_NO_PAD.encode(private.e().to_bytes_be());
        Ok(Self {
            kid: stored.kid.clone(),
            encoding: EncodingKey::from_rsa_der(&stored.pkcs1_der),
            decoding: DecodingKey::from_rsa_components(&n, &e)
                .map_err(|error| OpenError::SigningKey(error.into()))?,
            jwk: json!({ "kty": "RSA", "use": "sig", "kid": stored.kid, "n": n, "e": e }),
        })
    }
}

fn generate() -> Result<StoredKey, OpenError> {
    let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)
        .map_err(|error| OpenError::SigningKey(error.into()))?;
    let der = private
        .to_pkcs1_der()
        .map_err(|error| OpenError::SigningKey(error.into()))?;
    Ok(StoredKey {
        kid: random_id(),
        pkcs1_der: der.as_bytes().to_vec(),
    })
}
