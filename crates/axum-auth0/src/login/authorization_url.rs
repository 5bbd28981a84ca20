//! The URL that a login sends the browser to.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::config::{AudienceParameter, Config, routes::CALLBACK_PATH};

/// What one authorization request says beside what the configuration says for all of them.
#[derive(Clone, Copy)]
pub(crate) struct AuthorizationRequest<'a> {
    pub(crate) state: &'a str,
    pub(crate) nonce: &'a str,
    /// The verifier of PKCE, of which the provider sees the hash only.
    pub(crate) verifier: &'a str,
    /// The APIs that it names; see [`audiences`].
    pub(crate) audiences: &'a [&'a str],
    pub(crate) scope: &'a [String],
    /// Parameters that are passed on as they are. A `prompt` here comes in the place of the configured one.
    pub(crate) passed_on: &'a [(&'static str, String)],
}

impl AuthorizationRequest<'_> {
    /// The request as a URL of `endpoint` (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.3, RFC 8707 §2.1).
    pub(crate) fn url(&self, endpoint: &Url, config: &Config) -> Url {
        let mut url = endpoint.clone();
        {
            let mut query = url.query_pairs_mut();
            let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier));
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", config.client_id())
                .append_pair("redirect_uri", &config.site_url(CALLBACK_PATH))
                .append_pair("scope", &self.scope.join(" "))
                .append_pair("state", self.state)
                .append_pair("nonce", self.nonce)
                .append_pair("code_challenge", &challenge)
                .append_pair("code_challenge_method", "S256");
            let name = match config.audience_parameter() {
                AudienceParameter::Audience => "audience",
                AudienceParameter::Resource => "resource",
            };
            for audience in self.audiences {
                query.append_pair(name, audience);
            }
            for (name, value) in self.passed_on {
                query.append_pair(name, value);
            }
            if let Some(prompt) = config.prompt()
                && !self.passed_on.iter().any(|(name, _)| *name == "prompt")
            {
                query.append_pair("prompt", prompt);
            }
        }
        url
    }
}

/// The APIs that a login names. Auth0 takes one; its refresh token is good for others by the application's policy. With
/// RFC 8707 §2.1 the login names all of them, and each token request one of these.
pub(crate) fn audiences(config: &Config) -> Vec<&str> {
    let mut audiences: Vec<&str> = config.audience().into_iter().collect();
    if config.audience_parameter() == AudienceParameter::Resource {
        for audience in config.apis().filter_map(|api| api.audience.as_deref()) {
            if !audiences.contains(&audience) {
                audiences.push(audience);
            }
        }
    }
    audiences
}
