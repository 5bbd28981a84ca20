//! Checks of [`Settings`] before the tenant opens.

use std::collections::HashSet;

use url::Url;

use super::{MutualTlsSettings, Settings};
use crate::{error::OpenError, loopback::is_loopback};

impl Settings {
    /// Checks that the tenant can run with these settings.
    pub(crate) fn validate(&self) -> Result<(), OpenError> {
        let issuer = &self.issuer;
        if issuer.scheme() != "http" || !issuer.host().is_some_and(|host| is_loopback(&host)) {
            return Err(OpenError::IssuerNotLocal);
        }
        if issuer.path() != "/" || issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(OpenError::IssuerFormat);
        }
        if let Some(MutualTlsSettings { url, .. }) = &self.mutual_tls {
            let is_local = url.host().is_some_and(|host| is_loopback(&host));
            if url.scheme() != "https" || !is_local || url.path() != "/" {
                return Err(OpenError::MutualTlsUrl);
            }
        }
        for application in &self.applications {
            for url in application
                .callback_urls
                .iter()
                .chain(&application.logout_urls)
            {
                if !is_absolute_http_url(url) {
                    return Err(OpenError::Url(url.clone()));
                }
            }
        }
        ensure_unique(self.applications.iter().map(|app| app.client_id.as_str()))?;
        ensure_unique(self.apis.iter().map(|api| api.identifier.as_str()))?;
        if let Some(audience) = &self.default_audience
            && !self.apis.iter().any(|api| api.identifier == *audience)
        {
            return Err(OpenError::DefaultAudience(audience.clone()));
        }
        ensure_unique(self.organizations.iter().map(|found| found.id.as_str()))?;
        ensure_unique(self.organizations.iter().map(|found| found.name.as_str()))?;
        ensure_unique(self.users.iter().map(|user| user.sub.as_str()))?;
        ensure_unique(self.users.iter().map(|user| user.email.as_str()))
    }
}

fn is_absolute_http_url(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Compares without case, as the database compares email addresses.
fn ensure_unique<'a>(identifiers: impl Iterator<Item = &'a str>) -> Result<(), OpenError> {
    let mut seen = HashSet::new();
    for identifier in identifiers {
        if !seen.insert(identifier.to_lowercase()) {
            return Err(OpenError::Duplicate(identifier.to_owned()));
        }
    }
    Ok(())
}
