//! What the FAPI 2.0 Security Profile requires of a provider, as far as its metadata says it. `config/fapi.rs` has the rest.

use crate::{
    config::{ClientCredentials, Config, FAPI_ALGORITHMS},
    diagnosis::Diagnosis,
    jwt::Algorithm,
    provider::Metadata,
};

const SETTING: &str = "AUTH0_FAPI2";

/// Checks the metadata if `AUTH0_FAPI2` is true. It can change, so every login checks it.
///
/// # Errors
///
/// A diagnosis with everything that is missing.
pub(crate) fn check_profile(config: &Config, metadata: &Metadata) -> Result<(), Diagnosis> {
    if !config.fapi2() {
        return Ok(());
    }
    let missing = missing_for_fapi2(config, metadata);
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Diagnosis::not_supported(SETTING, missing))
    }
}

/// Returns what the metadata lacks for the FAPI 2.0 Security Profile with the credentials of `config`.
pub fn missing_for_fapi2(config: &Config, metadata: &Metadata) -> Vec<&'static str> {
    let lists = |list: Option<&[String]>, names: &[&str]| {
        list.unwrap_or_default()
            .iter()
            .any(|listed| names.contains(&listed.as_str()))
    };
    let algorithms = FAPI_ALGORITHMS.map(Algorithm::name);
    let methods: &[&str] = match config.client_credentials() {
        ClientCredentials::Certificate(_) => &["tls_client_auth", "self_signed_tls_client_auth"],
        _ => &["private_key_jwt"],
    };
    let constrains_tokens = if config.binds_tokens_to_certificate() {
        metadata.tls_client_certificate_bound_access_tokens
    } else {
        lists(
            metadata.dpop_signing_alg_values_supported.as_deref(),
            &algorithms,
        )
    };
    let requirements = [
        (
            metadata.authorization_response_iss_parameter_supported,
            "iss in authorization responses (authorization_response_iss_parameter_supported, RFC 9207)",
        ),
        (
            metadata.pushed_authorization_request_endpoint.is_some(),
            "pushed authorization requests (pushed_authorization_request_endpoint, RFC 9126)",
        ),
        (
            lists(
                metadata.code_challenge_methods_supported.as_deref(),
                &["S256"],
            ),
            "PKCE with S256 (code_challenge_methods_supported, RFC 7636)",
        ),
        (
            lists(
                metadata.token_endpoint_auth_methods_supported.as_deref(),
                methods,
            ),
            "the client authentication of this configuration (token_endpoint_auth_methods_supported)",
        ),
        (
            constrains_tokens,
            "sender-constrained access tokens (dpop_signing_alg_values_supported, RFC 9449, or \
             tls_client_certificate_bound_access_tokens, RFC 8705)",
        ),
        (
            lists(
                Some(&metadata.id_token_signing_alg_values_supported),
                &algorithms,
            ),
            "ID tokens with PS256, ES256 or EdDSA (id_token_signing_alg_values_supported)",
        ),
    ];
    requirements
        .into_iter()
        .filter(|(is_met, _)| !is_met)
        .map(|(_, what)| what)
        .collect()
}
