//! Settings of an API, and the verifier that they describe.

use axum_auth0_bearer::{Verifier, clock::SharedClock};

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
/// [`StartError::Verifier`] if issuer or audience cannot be used, or the HTTP client cannot be set up.
pub fn verifier(settings: &Settings, clock: SharedClock) -> Result<Verifier, StartError> {
    let verifier = Verifier::new(&settings.issuer, settings.audience.as_str())?;
    Ok(verifier.clock(clock))
}

#[cfg(test)]
mod tests {
    use axum_auth0_bearer::{VerifierError, clock::SystemClock};

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
        assert!(matches!(
            verifier_of("", "api"),
            Err(StartError::Verifier(VerifierError::Issuer(_)))
        ));
        assert!(matches!(
            verifier_of("tenant.eu.auth0.com", ""),
            Err(StartError::Verifier(VerifierError::Audience(_)))
        ));
    }
}
