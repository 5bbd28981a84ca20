//! The keys of APIs whose access tokens are not plain JWTs of the tenant: signed with a secret of the API, or encrypted.
//!
//! They are made at the start and end with the tenant. Such tokens are there to be recognised by who gets them; nobody has to
//! verify or read them.

use std::collections::HashMap;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use serde_json::Value;

use crate::{
    error::OpenError,
    handle::unique,
    jwe::Encryption,
    keys::KeySet,
    refusal::Refusal,
    settings::{ApiSettings, TokenSigning},
};

/// The keys of all APIs, by identifier.
#[derive(Default)]
pub(crate) struct ApiKeys(HashMap<String, OwnKeys>);

#[derive(Default)]
struct OwnKeys {
    secret: Option<EncodingKey>,
    encryption: Option<Encryption>,
}

/// What an API's access tokens look like to the application that gets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) signing: TokenSigning,
    pub(crate) encrypted: bool,
}

impl ApiKeys {
    /// Makes the keys that the APIs need.
    pub(crate) async fn make(apis: &[ApiSettings]) -> Result<Self, OpenError> {
        let mut keys = HashMap::new();
        for api in apis {
            let mut own = OwnKeys::default();
            if api.signing == TokenSigning::Hs256 {
                own.secret = Some(EncodingKey::from_secret(&rand::random::<[u8; 32]>()));
            }
            if api.encrypted {
                own.encryption = Some(make_encryption().await?);
            }
            keys.insert(api.identifier.clone(), own);
        }
        Ok(Self(keys))
    }

    pub(crate) fn form(&self, audience: &str) -> Form {
        let own = self.0.get(audience);
        Form {
            signing: match own {
                Some(own) if own.secret.is_some() => TokenSigning::Hs256,
                _ => TokenSigning::Rs256,
            },
            encrypted: own.is_some_and(|own| own.encryption.is_some()),
        }
    }

    /// The access token for `audience` that says `claims`.
    pub(crate) fn write(
        &self,
        tenant: &KeySet,
        audience: &str,
        claims: &Value,
    ) -> Result<String, Refusal> {
        let own = self.0.get(audience);
        let jwt = match own.and_then(|own| own.secret.as_ref()) {
            // Without `kid`, as at Auth0: a secret is in no key set.
            Some(secret) => jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, secret)?,
            None => tenant.sign("JWT", claims)?,
        };
        match own.and_then(|own| own.encryption.as_ref()) {
            Some(encryption) => Ok(encryption.encrypt(&jwt)?),
            None => Ok(jwt),
        }
    }
}

async fn make_encryption() -> Result<Encryption, OpenError> {
    tokio::task::spawn_blocking(|| {
        RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048)
            .map(|private| Encryption::new(unique(), private.to_public_key()))
    })
    .await
    .map_err(|error| OpenError::SigningKey(error.into()))?
    .map_err(|error| OpenError::SigningKey(error.into()))
}
