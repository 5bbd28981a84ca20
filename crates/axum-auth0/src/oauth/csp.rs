//! The provider's origins in the Content Security Policy of a page.

use crate::{config::Config, provider::Provider};

/// Returns the origins of the provider that a form can lead to, separated by spaces: the origin of the issuer and, if
/// the metadata was fetched, those of the endpoints for browsers.
pub(crate) fn provider_origins(config: &Config, provider: &Provider) -> String {
    let mut origins = vec![config.issuer().url().origin().ascii_serialization()];
    let metadata = provider.cached_metadata();
    let endpoints = metadata.iter().flat_map(|metadata| {
        [
            &metadata.end_session_endpoint,
            &metadata.authorization_endpoint,
        ]
    });
    for url in endpoints.flatten() {
        let origin = url.origin().ascii_serialization();
        if !origins.contains(&origin) {
            origins.push(origin);
        }
    }
    origins.join(" ")
}

/// Returns the `form-action` of every page. A browser also applies the directive to the redirect after a form
/// submission (CSP Level 3 §6.4.1), and a logout redirects to the provider.
pub(crate) fn form_action(config: &Config, provider: &Provider) -> String {
    format!("'self' {}", provider_origins(config, provider))
}
