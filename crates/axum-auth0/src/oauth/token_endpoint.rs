//! Requests to the token endpoint: code exchange and refresh (RFC 6749 §3.2).

use std::borrow::Cow;

use http::Response;
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, IssuerUrl,
    JsonWebKeySet, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl, core::CoreClient,
};
use secrecy::ExposeSecret as _;

use super::{
    authorization_request::parameter_name, client_authentication::RegisteredClient,
    error::EndpointError, lenient::CapturingHttpClient, response::EndpointResponse,
    token_response::TokenResponse,
};
use crate::{
    clock::SharedClock,
    config::{AudienceParameter, ClientAuthentication, ClientCredentials, Config},
    http_client::{HttpClient, retry_after},
    provider::Provider,
    random::SharedRandom,
};

/// A client of the token endpoint and the revocation endpoint. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    pub(super) provider: Provider,
    pub(super) http_client: HttpClient,
    clock: SharedClock,
    pub(super) client: RegisteredClient,
    pub(super) audience_parameter: AudienceParameter,
}

impl TokenEndpoint {
    /// Returns a client of the token endpoint of `provider` with the credentials of `config`.
    pub fn new(
        config: &Config,
        provider: Provider,
        http_client: HttpClient,
        (clock, random): (SharedClock, SharedRandom),
    ) -> Self {
        Self {
            provider,
            http_client,
            client: RegisteredClient::new(config, SharedClock::clone(&clock), random),
            clock,
            audience_parameter: config.audience_parameter(),
        }
    }

    /// Exchanges an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    ///
    /// # Errors
    ///
    /// See [`EndpointError`].
    pub(crate) async fn exchange_code(
        &self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        audience: Option<&str>,
    ) -> Result<TokenResponse, EndpointError> {
        let (client, credentials) = self.oauth_client().await?;
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|_| EndpointError::InvalidResponse("the redirect URI is not a URL"))?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_redirect_uri(Cow::Owned(redirect_uri))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        for (name, value) in credentials {
            request = request.add_extra_param(name, value);
        }
        if let (AudienceParameter::Resource, Some(audience)) = (self.audience_parameter, audience) {
            request = request.add_extra_param("resource", audience);
        }
        let http_client = CapturingHttpClient::new(self.http_client.clone());
        let parsed = request.request_async(&http_client).await;
        let response = http_client.captured(parsed)?;
        self.read(&response).tokens
    }

    /// Exchanges a refresh token (RFC 6749 §6) for an access token for `audience`, with `scope` or, if it is empty,
    /// with the scopes that the login was granted.
    pub async fn refresh(
        &self,
        refresh_token: &str,
        audience: Option<&str>,
        scope: &[String],
    ) -> EndpointResponse {
        let (client, credentials) = match self.oauth_client().await {
            Ok(client) => client,
            Err(error) => return EndpointResponse::failed(error),
        };
        let refresh_token = RefreshToken::new(refresh_token.to_owned());
        let mut request = client
            .exchange_refresh_token(&refresh_token)
            .add_scopes(scope.iter().cloned().map(Scope::new));
        for (name, value) in credentials {
            request = request.add_extra_param(name, value);
        }
        if let Some(audience) = audience {
            request = request.add_extra_param(parameter_name(self.audience_parameter), audience);
        }
        let http_client = CapturingHttpClient::new(self.http_client.clone());
        let parsed = request.request_async(&http_client).await;
        match http_client.captured(parsed) {
            Ok(response) => self.read(&response),
            Err(error) => EndpointResponse::failed(error),
        }
    }

    pub(super) fn read<B: AsRef<[u8]>>(&self, response: &Response<B>) -> EndpointResponse {
        EndpointResponse::read(
            response,
            retry_after(response.headers(), self.clock.as_ref()),
        )
    }

    /// Returns a client with a secret, or one without and the parameters that authenticate it with a private key.
    async fn oauth_client(&self) -> Result<(OAuthClient, Parameters), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let token_endpoint =
            metadata
                .token_endpoint
                .clone()
                .ok_or(EndpointError::InvalidResponse(
                    "the provider's metadata has no token endpoint",
                ))?;
        let method = self.client.token_endpoint_method(&metadata);
        let auth_type = match method {
            ClientAuthentication::Post | ClientAuthentication::PrivateKeyJwt => {
                AuthType::RequestBody
            }
            ClientAuthentication::Basic => AuthType::BasicAuth,
        };
        // Without keys: `IdTokenVerifier` validates ID tokens with keys that are cached and rotated.
        let client = CoreClient::new(
            ClientId::new(self.client.id.clone()),
            IssuerUrl::from_url(self.provider.issuer().url().clone()),
            JsonWebKeySet::default(),
        )
        .set_auth_type(auth_type)
        .set_token_uri(TokenUrl::from_url(token_endpoint));
        match &self.client.credentials {
            ClientCredentials::Secret(secret) => {
                let secret = ClientSecret::new(secret.expose_secret().to_owned());
                Ok((client.set_client_secret(secret), Vec::new()))
            }
            ClientCredentials::PrivateKey { .. } => {
                let mut parameters = self.client.parameters(method)?;
                // openidconnect sends it.
                parameters.retain(|(name, _)| *name != "client_id");
                Ok((client, parameters))
            }
        }
    }
}

/// Parameters of a request.
type Parameters = Vec<(&'static str, String)>;

type OAuthClient = CoreClient<
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
>;
