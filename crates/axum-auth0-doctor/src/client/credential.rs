//! What authenticates the application: a secret, a private key or a certificate.

use axum_auth0::{
    config::{ClientCredentials, Config},
    jwt::SigningKey,
    random::{self, SharedRandom},
};

/// Returns the configuration with credentials that the provider must reject. A certificate that it does not know could fail the
/// TLS handshake already, so the client is another one there.
pub(super) fn with_wrong(config: &Config, random: &SharedRandom) -> Config {
    let text = || random::base64url::<32>(random.as_ref());
    match config.client_credentials() {
        ClientCredentials::Secret(_) => config.clone().with_client_secret(text().into()),
        ClientCredentials::PrivateKey { .. } => match SigningKey::generate_p256() {
            Ok((key, _)) => config.clone().with_private_key(key),
            Err(_) => config.clone().with_client_id(text()),
        },
        _ => config.clone().with_client_id(text()),
    }
}

/// Returns what [`with_wrong`] has instead of the configured credentials.
pub(super) fn wrong(config: &Config) -> &'static str {
    match config.client_credentials() {
        ClientCredentials::Secret(_) => "a deliberately wrong secret",
        ClientCredentials::PrivateKey { .. } => "a private key that is not registered",
        _ => "an application that does not exist",
    }
}

/// Returns what authenticates the application, as a noun.
pub(super) fn noun(config: &Config) -> &'static str {
    match config.client_credentials() {
        ClientCredentials::Secret(_) => "secret",
        ClientCredentials::PrivateKey { .. } => "private key",
        _ => "certificate",
    }
}

/// Returns what to do if the provider rejects a private key or a certificate.
pub(super) fn fix_of_key(config: &Config) -> Option<String> {
    let (method, key) = match config.client_credentials() {
        ClientCredentials::Secret(_) => return None,
        ClientCredentials::PrivateKey { .. } => (
            "Private Key JWT",
            "the public key of AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
        ),
        _ => (
            "mTLS",
            "the certificate of AUTH0_MTLS_CERTIFICATE_FILE, or its subject,",
        ),
    };
    Some(format!(
        "Register {key} for the application {} (Auth0 dashboard > Applications > your application > Credentials > {method}), and \
         compare AUTH0_CLIENT_ID and AUTH0_DOMAIN with its Settings.",
        config.client_id()
    ))
}
