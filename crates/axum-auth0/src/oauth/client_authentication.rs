//! Client authentication at the provider's endpoints (RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core 1.0 §9).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::ExposeSecret as _;
use serde_json::{Map, json};

use crate::{
    clock::SharedClock,
    config::{ClientAuthentication, ClientCredentials, Config},
    jwt::{SignatureError, SigningKey},
    provider::Metadata,
    random::{self, SharedRandom},
};

/// `client_assertion_type` (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Lifetime of a client assertion, in seconds. It is used once, at once.
const ASSERTION_LIFETIME: i64 = 60;

/// The client as it is registered at the provider.
#[derive(Clone, Debug)]
pub(super) struct RegisteredClient {
    pub(super) id: String,
    pub(super) credentials: ClientCredentials,
    pub(super) issuer: String,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    /// The configured method; `None` if the metadata decides.
    method: Option<ClientAuthentication>,
}

impl RegisteredClient {
    pub(super) fn new(config: &Config, clock: SharedClock, random: SharedRandom) -> Self {
        Self {
            id: config.client_id().to_owned(),
            credentials: config.client_credentials().clone(),
            issuer: config.issuer().as_str().to_owned(),
            clock,
            random,
            method: config.client_authentication(),
        }
    }

    /// Returns the method for the token endpoint: `client_secret_post` if the provider supports it, like nextjs-auth0;
    /// otherwise `client_secret_basic`, the default of OpenID Connect Discovery 1.0 §3.
    pub(super) fn token_endpoint_method(&self, metadata: &Metadata) -> ClientAuthentication {
        self.method.unwrap_or_else(|| {
            let methods = metadata
                .token_endpoint_auth_methods_supported
                .as_deref()
                .unwrap_or_default();
            if methods
                .iter()
                .any(|method| method == ClientAuthentication::Post.name())
            {
                ClientAuthentication::Post
            } else {
                ClientAuthentication::Basic
            }
        })
    }

    /// Returns the method for the revocation endpoint: that of the token endpoint if
    /// `revocation_endpoint_auth_methods_supported` contains it; `client_secret_basic` if the metadata has no such
    /// member (RFC 8414 §2). A client with a private key or a certificate has no other method.
    pub(super) fn revocation_endpoint_method(&self, metadata: &Metadata) -> ClientAuthentication {
        let method = self.token_endpoint_method(metadata);
        let Some(other) = method.other() else {
            return method;
        };
        let Some(methods) = &metadata.revocation_endpoint_auth_methods_supported else {
            return ClientAuthentication::Basic;
        };
        let supports = |method: ClientAuthentication| {
            methods.iter().any(|supported| supported == method.name())
        };
        if !supports(method) && supports(other) {
            other
        } else {
            method
        }
    }

    /// Returns the parameters of the request body that authenticate the client, and `client_id`.
    ///
    /// # Errors
    ///
    /// If a client assertion cannot be signed.
    pub(super) fn parameters(
        &self,
        method: ClientAuthentication,
    ) -> Result<Vec<(&'static str, String)>, SignatureError> {
        let id = ("client_id", self.id.clone());
        match (method, &self.credentials) {
            (ClientAuthentication::Post, ClientCredentials::Secret(secret)) => {
                let secret = secret.expose_secret().to_owned();
                Ok(vec![id, ("client_secret", secret)])
            }
            (
                ClientAuthentication::PrivateKeyJwt,
                ClientCredentials::PrivateKey { key, id: kid },
            ) => {
                let assertion = self.assertion(key, kid.as_deref())?;
                Ok(vec![
                    id,
                    ("client_assertion_type", ASSERTION_TYPE.to_owned()),
                    ("client_assertion", assertion),
                ])
            }
            // RFC 8705 §2: `client_id` identifies the client, because its certificate need not.
            (ClientAuthentication::Tls, ClientCredentials::Certificate(_)) => Ok(vec![id]),
            _ => Ok(Vec::new()),
        }
    }

    /// Returns the value of `Authorization`, if the method uses it. Identifier and secret are form-encoded (RFC 6749
    /// §2.3.1).
    pub(super) fn authorization(&self, method: ClientAuthentication) -> Option<String> {
        let (ClientAuthentication::Basic, ClientCredentials::Secret(secret)) =
            (method, &self.credentials)
        else {
            return None;
        };
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = format!("{}:{}", encode(&self.id), encode(secret.expose_secret()));
        Some(format!("Basic {}", STANDARD.encode(credentials)))
    }

    /// Returns a client assertion (RFC 7523 §3). Its only audience is the issuer identifier: another server that receives it
    /// cannot use it here.
    fn assertion(&self, key: &SigningKey, kid: Option<&str>) -> Result<String, SignatureError> {
        let now = self.clock.unix_seconds();
        let mut header = Map::new();
        header.insert("typ".to_owned(), "JWT".into());
        if let Some(kid) = kid {
            header.insert("kid".to_owned(), kid.into());
        }
        let members = [
            ("iss", json!(self.id)),
            ("sub", json!(self.id)),
            ("aud", json!(self.issuer)),
            ("jti", json!(random::base64url::<16>(self.random.as_ref()))),
            ("iat", json!(now)),
            ("exp", json!(now + ASSERTION_LIFETIME)),
        ];
        let claims = members.map(|(name, value)| (name.to_owned(), value));
        key.sign(header, &claims.into_iter().collect())
    }
}
