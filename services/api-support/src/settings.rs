//! Settings of an API, and the verifier that they describe.

use axum_auth0_bearer::{
    Verifier,
    clock::SharedClock,
    http_client::{HttpClient, HttpClientOptions, HttpError},
    provider::{Issuer, IssuerError, Provider},
};

use crate::Database;

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

/// Why an API does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The issuer names no provider.
    #[error("the issuer cannot be used: {0}")]
    Issuer(#[from] IssuerError),
    /// The audience is missing or malformed.
    #[error(
        "the audience is {0}; set it to this API's identifier, for example https://api.example.com"
    )]
    Audience(&'static str),
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    HttpClient(#[from] HttpError),
    /// The folder of the database cannot be created.
    #[error("the folder of the database cannot be created: {0}")]
    Folder(#[source] std::io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] sqlx::Error),
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
