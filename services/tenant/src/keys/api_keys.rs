//! Keys of APIs whose access tokens are signed with a secret of the API, or encrypted.
//!
//! Each start of the tenant generates new keys. They are never exported: nothing needs to verify or decrypt these tokens.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use serde_json::Value;

use super::{error::SignError, jwe::Encrypter, key_set::KeySet};
use crate::{
    error::OpenError,
    opaque_id::random_id,
    settings::{ApiSettings, TokenSigning},
};

/// The keys of all APIs, by identifier.
#[derive(Default)]
pub(crate) struct ApiKeys(HashMap<String, ApiKey>);

#[derive(Default)]
struct ApiKey {
    secret: Option<EncodingKey>,
    encrypter: Option<Encrypter>,
    opaque: bool,
}

/// The format of an API's access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TokenFormat {
    pub(crate) signing: TokenSigning,
    pub(crate) encrypted: bool,
    pub(crate) opaque: bool,
}

impl ApiKeys {
    /// Generates the keys that the APIs need.
    pub(crate) async fn generate(apis: &[ApiSettings]) -> Result<Self, OpenError> {
        let mut keys = HashMap::new();
        for api in apis {
            let mut key = ApiKey {
                opaque: api.opaque,
                ..ApiKey::default()
            };
            if api.signing == TokenSigning::Hs256 {
                let secret = EncodingKey::from_secret(&rand::random::<[u8; 32]>());
                key.secret = Some(secret.expect("a secret of 32 bytes is not empty"));
            }
            if api.encrypted {
                key.encrypter = Some(generate_encrypter().await?);
            }
            keys.insert(api.identifier.clone(), key);
        }
        Ok(Self(keys))
    }

    /// Returns the format of the access tokens for `audience`.
    pub(crate) fn format(&self, audience: &str) -> TokenFormat {
        let key = self.0.get(audience);
        TokenFormat {
            signing: match key {
                Some(key) if key.secret.is_some() => TokenSigning::Hs256,
                _ => TokenSigning::Rs256,
            },
            encrypted: key.is_some_and(|key| key.encrypter.is_some()),
            opaque: key.is_some_and(|key| key.opaque),
        }
    }

    /// Creates an access token for `audience` with `claims`; `tenant_keys` sign it if the API has no secret.
    pub(crate) fn sign_access_token(
        &self,
        tenant_keys: &KeySet,
        audience: &str,
        claims: &Value,
    ) -> Result<String, SignError> {
        let key = self.0.get(audience);
        let jwt = match key.and_then(|key| key.secret.as_ref()) {
            // Like Auth0, without `kid`: the secret is not in the key set.
            Some(secret) => jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, secret)?,
            None => tenant_keys.sign("JWT", claims)?,
        };
        match key.and_then(|key| key.encrypter.as_ref()) {
            Some(encrypter) => Ok(encrypter.encrypt(&jwt)?),
            None => Ok(jwt),
        }
    }
}

async fn generate_encrypter() -> Result<Encrypter, OpenError> {
    tokio::task::spawn_blocking(|| {
        RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)
            .map(|private| Encrypter::new(random_id(), private.to_public_key()))
    })
    .await
    .map_err(|error| OpenError::SigningKey(error.into()))?
    .map_err(|error| OpenError::SigningKey(error.into()))
}
