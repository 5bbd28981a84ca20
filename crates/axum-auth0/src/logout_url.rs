//! The URL at which the provider ends its own session.

use url::Url;

use crate::{
    config::{Config, LogoutParameter},
    provider::{Issuer, Metadata},
};

/// A longer URL than this is refused somewhere on the way; then the provider gets no `id_token_hint`.
const MAX_URL: usize = 6_000;

/// What a logout at the provider says beside what the configuration says for all of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProviderLogout<'a> {
    /// Where the browser comes back to, as it is registered at the provider.
    pub(crate) return_to: Option<&'a str>,
    pub(crate) id_token: Option<&'a str>,
    /// The provider's `sid`.
    pub(crate) session: Option<&'a str>,
}

impl ProviderLogout<'_> {
    /// The provider's `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0 §2) or, for a provider that announces
    /// none, `/v2/logout` of an Auth0 tenant; with `logout_uri`, `/logout` beside the authorization endpoint, as Amazon
    /// Cognito has it. `None` if the provider has no logout.
    pub(crate) fn url(&self, config: &Config, metadata: &Metadata) -> Option<Url> {
        match (config.logout().parameter, &metadata.end_session_endpoint) {
            (LogoutParameter::PostLogoutRedirectUri, Some(endpoint)) => {
                Some(self.end_session(endpoint, config))
            }
            (LogoutParameter::PostLogoutRedirectUri, None) => {
                let is_auth0 = looks_like_auth0(config.issuer());
                let endpoint = is_auth0.then(|| config.issuer().url().join("v2/logout").ok())??;
                Some(self.plain(&endpoint, config, "returnTo"))
            }
            (LogoutParameter::LogoutUri, Some(endpoint)) => {
                Some(self.plain(endpoint, config, "logout_uri"))
            }
            (LogoutParameter::LogoutUri, None) => {
                let endpoint = metadata
                    .authorization_endpoint
                    .as_ref()?
                    .join("/logout")
                    .ok()?;
                Some(self.plain(&endpoint, config, "logout_uri"))
            }
        }
    }

    fn end_session(&self, endpoint: &Url, config: &Config) -> Url {
        let url = |hint: Option<&str>| {
            let mut url = self.plain(endpoint, config, "post_logout_redirect_uri");
            let hints = [("logout_hint", self.session), ("id_token_hint", hint)];
            for (name, value) in hints {
                if let Some(value) = value {
                    url.query_pairs_mut().append_pair(name, value);
                }
            }
            url
        };
        let whole = url(self.id_token);
        if whole.as_str().len() > MAX_URL {
            url(None)
        } else {
            whole
        }
    }

    /// The client and where to return to, and nothing else.
    fn plain(&self, endpoint: &Url, config: &Config, parameter: &str) -> Url {
        let mut url = endpoint.clone();
        url.query_pairs_mut()
            .append_pair("client_id", config.client_id());
        if let Some(return_to) = self.return_to {
            url.query_pairs_mut().append_pair(parameter, return_to);
        }
        url
    }
}

/// The issuer of an Auth0 tenant is its domain and a slash, on custom domains too; `AUTH0_DOMAIN=tenant.example` says so.
fn looks_like_auth0(issuer: &Issuer) -> bool {
    issuer.as_str().ends_with('/') && issuer.url().path() == "/"
}
