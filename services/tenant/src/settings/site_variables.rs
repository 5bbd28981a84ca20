//! The variables of a site that logs in at the tenant.

use secrecy::ExposeSecret as _;
use url::Url;

use super::Settings;
use crate::opaque_id::random_secret;

impl Settings {
    /// Returns the environment variables of the site at `app_base_url`: it is the first application, and calls the first
    /// API. `AUTH0_SECRET` is random and differs in each call.
    pub fn site_variables(&self, app_base_url: &Url) -> Vec<(&'static str, String)> {
        let mut variables = vec![("AUTH0_DOMAIN", self.issuer.to_string())];
        if let Some(application) = self.applications.first() {
            let secret = application.client_secret.expose_secret();
            variables.push(("AUTH0_CLIENT_ID", application.client_id.clone()));
            // An application with a public key or a certificate has the private key instead.
            let has_credential =
                !application.public_keys.is_empty() || !application.client_certificates.is_empty();
            if !has_credential {
                variables.push(("AUTH0_CLIENT_SECRET", secret.to_owned()));
            }
        }
        variables.push(("AUTH0_SECRET", random_secret()));
        let base = app_base_url.as_str().trim_end_matches('/');
        variables.push(("APP_BASE_URL", base.to_owned()));
        if let Some(api) = self.apis.first() {
            variables.push(("AUTH0_AUDIENCE", api.identifier.clone()));
        }
        variables
    }
}
