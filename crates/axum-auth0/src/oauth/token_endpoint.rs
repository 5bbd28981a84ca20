//! Requests to the token endpoint: code exchange and refresh (RFC 6749 §3.2).

use std::borrow::Cow;

use bytes::Bytes;
use http::Response;
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, IssuerUrl,
    JsonWebKeySet, PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl, core::CoreClient,
};
use secrecy::ExposeSecret as _;

use super::{
    authorization_request::parameter_name,
    client_authentication::RegisteredClient,
    client_endpoint::{ClientEndpoint, Connection},
    error::EndpointError,
    lenient::CapturingHttpClient,
    mtls::{MtlsCertificate, MtlsClient},
    proofs::Proofs,
    response::EndpointResponse,
};
use crate::{
    clock::SharedClock,
    config::{AudienceParameter, ClientAuthentication, ClientCredentials, Config},
    dpop::{DpopKey, DpopSigner},
    http_client::{HttpClient, retry_after},
    provider::{Metadata, Provider},
    random::SharedRandom,
};

/// A client of the token endpoint and the revocation endpoint. Cheap to clone.
#[derive(Clone, Debug)]
pub struct TokenEndpoint {
    pub(super) provider: Provider,
    pub(super) http_client: HttpClient,
    clock: SharedClock,
    dpop: DpopSigner,
    pub(super) client: RegisteredClient,
    pub(super) audience_parameter: AudienceParameter,
    mtls: Option<MtlsClient>,
}

impl TokenEndpoint {
    /// Returns a client of the token endpoint of `provider` with the credentials of `config`.
    pub fn new(
        config: &Config,
        provider: Provider,
        http_client: HttpClient,
        (clock, random): (SharedClock, SharedRandom),
    ) -> Self {
        let certificate = MtlsCertificate::of(config, SharedClock::clone(&clock));
        Self {
            provider,
            mtls: certificate.map(|certificate| MtlsClient::new(certificate, http_client.clone())),
            http_client,
            dpop: DpopSigner::new(
                config,
                SharedClock::clone(&clock),
                SharedRandom::clone(&random),
            ),
            client: RegisteredClient::new(config, SharedClock::clone(&clock), random),
            clock,
            audience_parameter: config.audience_parameter(),
        }
    }

    /// Returns what signs the proofs of its requests.
    pub(crate) fn dpop(&self) -> &DpopSigner {
        &self.dpop
    }

    /// Returns the client certificate, if it authenticates the application.
    pub(crate) fn certificate(&self) -> Option<&MtlsCertificate> {
        self.mtls.as_ref().map(MtlsClient::certificate)
    }

    /// Returns the connection to an endpoint; `None` if the metadata has no such endpoint.
    ///
    /// # Errors
    ///
    /// See [`Connection::to`].
    pub(crate) async fn connection(
        &self,
        metadata: &Metadata,
        endpoint: ClientEndpoint,
    ) -> Result<Option<Connection>, EndpointError> {
        Connection::to(endpoint, metadata, &self.http_client, self.mtls.as_ref()).await
    }

    /// Exchanges an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5), with a proof of `key` (RFC 9449 §5).
    pub(crate) async fn exchange_code(
        &self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        audience: Option<&str>,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let mut proofs = Proofs::new(&self.dpop, key);
        loop {
            let sent = self.send_code(code, verifier, redirect_uri, audience, &proofs);
            let (connection, response) = match sent.await {
                Ok(sent) => sent,
                Err(error) => return EndpointResponse::failed(error),
            };
            if !proofs.needs_retry(&connection.url, &response) {
                let read = self.read_bound(&response, key);
                return read.with_certificate(connection.thumbprint);
            }
        }
    }

    async fn send_code(
        &self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        audience: Option<&str>,
        proofs: &Proofs<'_>,
    ) -> Result<(Connection, Response<Bytes>), EndpointError> {
        let (client, connection, credentials) = self.oauth_client().await?;
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
        let http_client = CapturingHttpClient::new(connection.http_client.clone())
            .with_proof(proofs.next(&connection.url)?);
        let parsed = request.request_async(&http_client).await;
        Ok((connection, http_client.captured(parsed)?))
    }

    /// Exchanges a refresh token (RFC 6749 §6) for an access token for `audience`, with `scope` or, if it is empty,
    /// with the scopes that the login was granted.
    pub async fn refresh(
        &self,
        refresh_token: &str,
        audience: Option<&str>,
        scope: &[String],
    ) -> EndpointResponse {
        self.refresh_bound(refresh_token, audience, scope, None)
            .await
    }

    /// Exchanges a refresh token as [`Self::refresh`] does, with a proof of `key` (RFC 9449 §5).
    pub(crate) async fn refresh_bound(
        &self,
        refresh_token: &str,
        audience: Option<&str>,
        scope: &[String],
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        let mut proofs = Proofs::new(&self.dpop, key);
        loop {
            let sent = self.send_refresh(refresh_token, audience, scope, &proofs);
            let (connection, response) = match sent.await {
                Ok(sent) => sent,
                Err(error) => return EndpointResponse::failed(error),
            };
            if !proofs.needs_retry(&connection.url, &response) {
                let read = self.read_bound(&response, key);
                return read.with_certificate(connection.thumbprint);
            }
        }
    }

    async fn send_refresh(
        &self,
        refresh_token: &str,
        audience: Option<&str>,
        scope: &[String],
        proofs: &Proofs<'_>,
    ) -> Result<(Connection, Response<Bytes>), EndpointError> {
        let (client, connection, credentials) = self.oauth_client().await?;
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
        let http_client = CapturingHttpClient::new(connection.http_client.clone())
            .with_proof(proofs.next(&connection.url)?);
        let parsed = request.request_async(&http_client).await;
        Ok((connection, http_client.captured(parsed)?))
    }

    pub(super) fn read<B: AsRef<[u8]>>(&self, response: &Response<B>) -> EndpointResponse {
        self.read_bound(response, None)
    }

    /// Reads the response to a request with a proof of `key`.
    pub(super) fn read_bound<B: AsRef<[u8]>>(
        &self,
        response: &Response<B>,
        key: Option<&DpopKey>,
    ) -> EndpointResponse {
        EndpointResponse::read(
            response,
            retry_after(response.headers(), self.clock.as_ref()),
            key,
        )
    }

    /// Returns a client with a secret, or one without and the parameters that authenticate it with a private key; and the
    /// connection to the token endpoint.
    async fn oauth_client(&self) -> Result<(OAuthClient, Connection, Parameters), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let connection = self
            .connection(&metadata, ClientEndpoint::Token)
            .await?
            .ok_or(EndpointError::InvalidResponse(
                "the provider's metadata has no token endpoint",
            ))?;
        let method = self.client.token_endpoint_method(&metadata);
        let auth_type = match method {
            ClientAuthentication::Post
            | ClientAuthentication::PrivateKeyJwt
            | ClientAuthentication::Tls => AuthType::RequestBody,
            ClientAuthentication::Basic => AuthType::BasicAuth,
        };
        // Without keys: `IdTokenVerifier` validates ID tokens with keys that are cached and rotated.
        let client = CoreClient::new(
            ClientId::new(self.client.id.clone()),
            IssuerUrl::from_url(self.provider.issuer().url().clone()),
            JsonWebKeySet::default(),
        )
        .set_auth_type(auth_type)
        .set_token_uri(TokenUrl::from_url(connection.url.clone()));
        match &self.client.credentials {
            ClientCredentials::Secret(secret) => {
                let secret = ClientSecret::new(secret.expose_secret().to_owned());
                Ok((client.set_client_secret(secret), connection, Vec::new()))
            }
            ClientCredentials::PrivateKey { .. } | ClientCredentials::Certificate(_) => {
                let mut parameters = self.client.parameters(method)?;
                // openidconnect sends it.
                parameters.retain(|(name, _)| *name != "client_id");
                Ok((client, connection, parameters))
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
