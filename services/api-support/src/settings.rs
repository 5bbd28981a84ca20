//! Settings of an API, and the verifier that they describe.

use axum_auth0_bearer::{Dpop, ResourceMetadata, Verifier, clock::SharedClock};
use url::Url;

use crate::{database::Database, start_error::StartError};

/// What an API needs to know to start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Issuer of the accepted tokens: a tenant's domain, or the issuer URL of another provider.
    pub issuer: String,
    /// This API's identifier. Tokens must be issued for exactly this audience.
    pub audience: String,
    /// The URL that clients call the API by. With it, the API serves its metadata (RFC 9728), and accepts access tokens that
    /// are bound to a key (RFC 9449) besides bearer tokens.
    pub public_url: Option<String>,
    /// Where the rows are stored.
    pub database: Database,
}

/// Returns the verifier of the access tokens that `settings` describes.
///
/// - `name`, `scopes`: for the metadata.
///
/// # Errors
/// [`StartError::Verifier`] if issuer, audience or URL cannot be used, or the HTTP client cannot be set up.
pub fn verifier(
    settings: &Settings,
    name: &str,
    scopes: &[&str],
    clock: SharedClock,
) -> Result<Verifier, StartError> {
    let verifier = Verifier::new(&settings.issuer, settings.audience.as_str())?.clock(clock);
    let Some(url) = &settings.public_url else {
        return Ok(verifier);
    };
    let metadata = ResourceMetadata::new(url.as_str())?
        .scopes_supported(scopes.iter().copied())
        .resource_name(name);
    // Proofs name the URL of a request. Its path is the one that the API sees, so the rest is the origin.
    let origin = Url::parse(url).map(|url| url.origin().ascii_serialization());
    let dpop = Dpop::new(&origin.unwrap_or_default())?;
    Ok(verifier.resource_metadata(metadata).dpop(dpop))
}

#[cfg(test)]
mod tests {
    use axum_auth0_bearer::{VerifierError, clock::SystemClock};

    use super::*;

    fn verifier_of(
        issuer: &str,
        audience: &str,
        public_url: Option<&str>,
    ) -> Result<Verifier, StartError> {
        let settings = Settings {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            public_url: public_url.map(str::to_owned),
            database: Database::Memory,
        };
        verifier(&settings, "API", &["read"], SystemClock::shared())
    }

    #[test]
    fn invalid_settings_are_rejected() {
        assert!(matches!(
            verifier_of("", "api", None),
            Err(StartError::Verifier(VerifierError::Issuer(_)))
        ));
        assert!(matches!(
            verifier_of("tenant.eu.auth0.com", "", None),
            Err(StartError::Verifier(VerifierError::Audience(_)))
        ));
        let url = Some("http://api.example.com");
        assert!(matches!(
            verifier_of("tenant.eu.auth0.com", "api", url),
            Err(StartError::Verifier(VerifierError::ResourceUrl(_)))
        ));
    }
}
