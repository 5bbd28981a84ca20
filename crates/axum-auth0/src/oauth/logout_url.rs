//! The URL that ends the session at the provider.

use std::fmt;

use url::Url;

use crate::{
    config::{Config, LogoutParameter, LogoutStrategy},
    provider::{Issuer, Metadata},
};

/// Maximum length of the URL, in bytes; servers and proxies reject longer ones. `id_token_hint` is omitted from a
/// longer URL.
const MAX_URL: usize = 6_000;

/// A logout request to the provider. The configuration adds the client.
#[derive(Clone, Copy)]
pub struct ProviderLogout<'a> {
    /// The URL that the provider redirects to, as registered there.
    pub return_to: Option<&'a str>,
    /// The ID token of the login, sent as `id_token_hint`.
    pub id_token: Option<&'a str>,
    /// The provider's `sid`.
    pub session: Option<&'a str>,
    /// Whether the user is also logged out of the identity provider behind an Auth0 tenant, such as Google.
    pub federated: bool,
}

/// Does not show the ID token.
impl fmt::Debug for ProviderLogout<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderLogout")
            .field("return_to", &self.return_to)
            .field("federated", &self.federated)
            .finish_non_exhaustive()
    }
}

impl ProviderLogout<'_> {
    /// Returns the logout URL, or `None` if the provider has none.
    ///
    /// The URL is the `end_session_endpoint` (OpenID Connect RP-Initiated Logout 1.0 §2). An Auth0 tenant without this
    /// member has `/v2/logout`. With the parameter `logout_uri`, it is `/logout` beside the authorization endpoint, as
    /// at Amazon Cognito.
    pub fn url(&self, config: &Config, metadata: &Metadata) -> Option<Url> {
        let logout = config.logout();
        if logout.strategy == LogoutStrategy::V2 {
            return self.v2(config);
        }
        match (logout.parameter, &metadata.end_session_endpoint) {
            (LogoutParameter::PostLogoutRedirectUri, Some(endpoint)) => {
                Some(self.end_session(endpoint, config))
            }
            (LogoutParameter::PostLogoutRedirectUri, None) => {
                let may_use_v2 =
                    logout.strategy == LogoutStrategy::Auto && has_auth0_form(config.issuer());
                may_use_v2.then(|| self.v2(config))?
            }
            (LogoutParameter::LogoutUri, Some(endpoint)) => {
                Some(self.without_hints(endpoint, config, "logout_uri"))
            }
            (LogoutParameter::LogoutUri, None) => {
                let endpoint = metadata
                    .authorization_endpoint
                    .as_ref()?
                    .join("/logout")
                    .ok()?;
                Some(self.without_hints(&endpoint, config, "logout_uri"))
            }
        }
    }

    fn v2(&self, config: &Config) -> Option<Url> {
        let endpoint = config.issuer().url().join("v2/logout").ok()?;
        let url = self.without_hints(&endpoint, config, "returnTo");
        Some(self.with_federated(url))
    }

    fn with_federated(&self, mut url: Url) -> Url {
        if self.federated {
            url.query_pairs_mut().append_key_only("federated");
        }
        url
    }

    fn end_session(&self, endpoint: &Url, config: &Config) -> Url {
        let with_hints = |id_token: Option<&str>| {
            let mut url = self.without_hints(endpoint, config, "post_logout_redirect_uri");
            let hints = [("logout_hint", self.session), ("id_token_hint", id_token)];
            for (name, value) in hints {
                if let Some(value) = value {
                    url.query_pairs_mut().append_pair(name, value);
                }
            }
            self.with_federated(url)
        };
        let url = with_hints(self.id_token);
        if url.as_str().len() > MAX_URL {
            with_hints(None)
        } else {
            url
        }
    }

    fn without_hints(&self, endpoint: &Url, config: &Config, return_parameter: &str) -> Url {
        let mut url = endpoint.clone();
        url.query_pairs_mut()
            .append_pair("client_id", config.client_id());
        if let Some(return_to) = self.return_to {
            url.query_pairs_mut()
                .append_pair(return_parameter, return_to);
        }
        url
    }
}

/// Returns whether the issuer is a host and a slash, like the issuer of an Auth0 tenant, with or without a custom
/// domain.
fn has_auth0_form(issuer: &Issuer) -> bool {
    issuer.as_str().ends_with('/') && issuer.url().path() == "/"
}
