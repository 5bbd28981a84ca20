//! Settings of an API, and the verifier that they describe.

use axum_auth0_bearer::{
    Verifier,
    clock::SharedClock,
    http_client::{HttpClient, HttpClientOptions},
    provider::{Issuer, Provider},
};

use crate::{database::Database, start_error::StartError};

/// What an API needs to know to start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Issuer of the accepted tokens: a tenant's domain, or the issuer URL of another provider.
    pub issuer: String,
    /// This API's identifier. Tokens must be issued for exactly this audience.
    pub audience: String,
    /// Where the rows are stored.
    pub database: Database,
}

/// Returns the verifier of the access tokens that `settings` describes.
///
/// # Errors
/// [`StartError`] if issuer or audience cannot be used, or the HTTP client cannot be set up.
pub fn verifier(settings: &Settings, clock: SharedClock) -> Result<Verifier, StartError> {
    let issuer = Issuer::parse(&settings.issuer)?;
    check_audience(&settings.audience)?;
    let http_client = HttpClient::new(HttpClientOptions::default())?;
    let provider = Provider::new(issuer, http_client, clock);
    Ok(Verifier::new(provider, settings.audience.as_str()))
}

fn check_audience(audience: &str) -> Result<(), StartError> {
    if audience.is_empty() {
        return Err(StartError::Audience("missing"));
    }
    if audience
        .chars()
        .any(|character| character.is_whitespace() || character.is_control())
    {
        return Err(StartError::Audience(
            "not an identifier, because it contains spaces or control characters",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum_auth0_bearer::clock::SystemClock;

    use super::*;

    fn verifier_of(issuer: &str, audience: &str) -> Result<Verifier, StartError> {
        let settings = Settings {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            database: Database::Memory,
        };
        verifier(&settings, SystemClock::shared())
    }

    #[test]
    fn invalid_settings_are_rejected() {
        assert!(matches!(verifier_of("", "api"), Err(StartError::Issuer(_))));
        assert!(matches!(
            verifier_of("tenant.eu.auth0.com", ""),
            Err(StartError::Audience(_))
        ));
    }
}
