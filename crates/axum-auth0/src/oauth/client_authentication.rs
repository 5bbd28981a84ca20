//! Client authentication at the provider's endpoints (RFC 6749 §2.3, OpenID Connect Core 1.0 §9).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    config::{ClientAuthentication, Config},
    provider::Metadata,
};

/// The client as it is registered at the provider.
#[derive(Clone, Debug)]
pub(super) struct RegisteredClient {
    pub(super) id: String,
    pub(super) secret: SecretString,
    /// The configured method; `None` if the metadata decides.
    method: Option<ClientAuthentication>,
}

impl RegisteredClient {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            id: config.client_id().to_owned(),
            secret: config.client_secret().clone(),
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
    /// member (RFC 8414 §2).
    pub(super) fn revocation_endpoint_method(&self, metadata: &Metadata) -> ClientAuthentication {
        let Some(methods) = &metadata.revocation_endpoint_auth_methods_supported else {
            return ClientAuthentication::Basic;
        };
        let supports = |method: ClientAuthentication| {
            methods.iter().any(|supported| supported == method.name())
        };
        let method = self.token_endpoint_method(metadata);
        if !supports(method) && supports(method.other()) {
            method.other()
        } else {
            method
        }
    }

    /// Returns the value of `Authorization`. Identifier and secret are form-encoded (RFC 6749 §2.3.1).
    pub(super) fn basic_credentials(&self) -> String {
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let credentials = format!(
            "{}:{}",
            encode(&self.id),
            encode(self.secret.expose_secret())
        );
        format!("Basic {}", STANDARD.encode(credentials))
    }
}
