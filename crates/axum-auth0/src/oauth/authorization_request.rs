//! The authorization request: the URL that a login sends the browser to.

use std::fmt;

use openidconnect::{
    AuthUrl, ClientId, CsrfToken, IssuerUrl, JsonWebKeySet, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, Scope,
    core::{CoreAuthenticationFlow, CoreClient},
};
use url::Url;

use crate::config::{AudienceParameter, Config};

/// An authorization request. The configuration adds the client and the default prompt.
#[derive(Clone, Copy)]
pub struct AuthorizationRequest<'a> {
    /// The callback URL.
    pub redirect_uri: &'a str,
    /// `state`.
    pub state: &'a str,
    /// `nonce`.
    pub nonce: &'a str,
    /// PKCE code verifier, 43 to 128 characters (RFC 7636 §4.1). The URL contains only its hash.
    pub verifier: &'a str,
    /// The requested APIs; see [`requested_audiences`].
    pub audiences: &'a [&'a str],
    /// The requested scopes.
    pub scope: &'a [String],
    /// Parameters that are forwarded unchanged. A `prompt` among them replaces the configured one.
    pub forwarded: &'a [(&'static str, String)],
}

/// Shows the requested values, not the secrets of the login.
impl fmt::Debug for AuthorizationRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("audiences", &self.audiences)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl AuthorizationRequest<'_> {
    /// Returns the request as a URL of `endpoint` (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.3, RFC 8707 §2.1).
    pub fn url(&self, endpoint: &Url, config: &Config) -> Url {
        let (state, nonce) = (self.state.to_owned(), self.nonce.to_owned());
        let verifier = PkceCodeVerifier::new(self.verifier.to_owned());
        // `AUTH0_SCOPE` is used unchanged: openidconnect would add a second `openid`.
        let client = CoreClient::new(
            ClientId::new(config.client_id().to_owned()),
            IssuerUrl::from_url(config.issuer().url().clone()),
            JsonWebKeySet::default(),
        )
        .disable_openid_scope()
        .set_auth_uri(AuthUrl::from_url(endpoint.clone()));
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state),
                move || Nonce::new(nonce),
            )
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .add_scopes(self.scope.iter().cloned().map(Scope::new))
            // Not a `RedirectUrl`, whose parser can fail.
            .add_extra_param("redirect_uri", self.redirect_uri);
        let name = parameter_name(config.audience_parameter());
        for &audience in self.audiences {
            request = request.add_extra_param(name, audience);
        }
        for (name, value) in self.forwarded {
            request = request.add_extra_param(*name, value);
        }
        if let Some(prompt) = config.prompt()
            && !self.forwarded.iter().any(|(name, _)| *name == "prompt")
        {
            request = request.add_extra_param("prompt", prompt);
        }
        request.url().0
    }
}

/// Returns the name of the parameter that requests an API.
pub(super) fn parameter_name(parameter: AudienceParameter) -> &'static str {
    match parameter {
        AudienceParameter::Audience => "audience",
        AudienceParameter::Resource => "resource",
    }
}

/// Returns the APIs that a login requests.
///
/// Auth0 takes one `audience`; its refresh token is valid for other APIs if the application's policy allows them. With
/// `resource` (RFC 8707 §2.1), a login requests all APIs, and each token request names one of them.
pub fn requested_audiences(config: &Config) -> Vec<&str> {
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
