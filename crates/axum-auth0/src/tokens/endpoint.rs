//! The provider's token endpoint: code exchange, refresh, and the revocation beside it (RFC 6749 §3.2, RFC 7009).

use std::sync::Arc;

use http::{Request, StatusCode, header};
use openidconnect::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, IssuerUrl, JsonWebKeySet,
    PkceCodeVerifier, RedirectUrl, RefreshToken, Scope, TokenUrl, core::CoreClient,
};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::{
    answer::{Answered, Recorder, TokenAnswer, read, says_otherwise},
    endpoint_error::{EndpointError, unreachable_provider},
    provider_backoff::ProviderBackoff,
};
use crate::{
    clock::SharedClock,
    config::{AudienceParameter, ClientAuthentication, Config},
    http_client::{HttpClient, retry_after},
    provider::{Metadata, Provider},
};

/// Talks to the token endpoint in this application's name.
#[derive(Clone, Debug)]
pub(crate) struct TokenEndpoint {
    provider: Provider,
    http_client: HttpClient,
    clock: SharedClock,
    client_id: String,
    client_secret: SecretString,
    authentication: Option<ClientAuthentication>,
    audience_parameter: AudienceParameter,
    backoff: ProviderBackoff,
}

impl TokenEndpoint {
    pub(crate) fn new(
        config: &Config,
        provider: Provider,
        http_client: HttpClient,
        clock: SharedClock,
    ) -> Self {
        Self {
            provider,
            http_client,
            backoff: ProviderBackoff::new(Arc::clone(&clock)),
            clock,
            client_id: config.client_id().to_owned(),
            client_secret: config.client_secret().clone(),
            authentication: config.client_authentication(),
            audience_parameter: config.audience_parameter(),
        }
    }

    /// What this process knows of the provider's failures.
    pub(super) fn backoff(&self) -> &ProviderBackoff {
        &self.backoff
    }

    /// Exchanges an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.5).
    pub(crate) async fn exchange(
        &self,
        code: &str,
        verifier: &str,
        redirect_uri: &str,
        audience: Option<&str>,
    ) -> Result<TokenAnswer, EndpointError> {
        let (client, _) = self.client().await?;
        let redirect_uri = RedirectUrl::new(redirect_uri.to_owned())
            .map_err(|_| EndpointError::InvalidResponse("the redirect URI is no URL"))?;
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_redirect_uri(std::borrow::Cow::Owned(redirect_uri))
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()));
        if let (AudienceParameter::Resource, Some(audience)) = (self.audience_parameter, audience) {
            request = request.add_extra_param("resource", audience);
        }
        let recorder = self.recorder();
        let sent = request.request_async(&recorder).await;
        let tokens = recorder.read(sent).tokens?;
        self.backoff.note_exchange();
        Ok(tokens)
    }

    /// Exchanges a refresh token (RFC 6749 §6) for an access token for `audience`, with `scope` or, where it is empty, what
    /// the login was granted.
    pub(crate) async fn refresh(
        &self,
        refresh_token: &str,
        audience: Option<&str>,
        scope: &[String],
    ) -> Answered {
        let client = match self.client().await {
            Ok((client, _)) => client,
            Err(error) => return Answered::failed(error),
        };
        let refresh_token = RefreshToken::new(refresh_token.to_owned());
        let mut request = client.exchange_refresh_token(&refresh_token);
        if let Some(audience) = audience {
            let name = match self.audience_parameter {
                AudienceParameter::Audience => "audience",
                AudienceParameter::Resource => "resource",
            };
            request = request.add_extra_param(name, audience);
        }
        for word in scope {
            request = request.add_scope(Scope::new(word.clone()));
        }
        let recorder = self.recorder();
        let sent = request.request_async(&recorder).await;
        recorder.read(sent)
    }

    /// Revokes a refresh token (RFC 7009 §2.1).
    ///
    /// Many providers do not say how clients authenticate at this endpoint, and mean the method of the token endpoint. So
    /// where the method that RFC 8414 §2 gives is refused, the other one is tried.
    pub(crate) async fn revoke(&self, refresh_token: &str) -> Result<(), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let Some(endpoint) = &metadata.revocation_endpoint else {
            return Err(EndpointError::NoRevocationEndpoint);
        };
        let method = self.authentication_at_revocation(&metadata);
        let outcome = self.revoke_by(endpoint, refresh_token, method).await;
        match outcome {
            Err(error) if is_about_client(&error) => {
                tracing::debug!(%error, ?method, "the revocation endpoint refused the client authentication method");
                let other = self.revoke_by(endpoint, refresh_token, method.other());
                // The first refusal says more if both are refused.
                other.await.map_err(|_| error)
            }
            outcome => outcome,
        }
    }

    async fn revoke_by(
        &self,
        endpoint: &Url,
        refresh_token: &str,
        method: ClientAuthentication,
    ) -> Result<(), EndpointError> {
        let request = self
            .revocation(endpoint.as_str(), refresh_token, method)
            .map_err(|_| EndpointError::InvalidResponse("the revocation endpoint is no URL"))?;
        let response = self.http_client.send(request).await;
        let response = response.map_err(|error| unreachable_provider(&error))?;
        // RFC 7009 §2.2: the status says it all. But some write an error into a success, and a proxy a page of its own.
        if response.status().is_success() && !says_otherwise(&response) {
            return Ok(());
        }
        let after = retry_after(response.headers(), self.clock.as_ref());
        match read(&response, after).tokens {
            Err(error) => Err(error),
            Ok(_) => Err(EndpointError::InvalidResponse(
                "it is no answer to a revocation",
            )),
        }
    }

    fn revocation(
        &self,
        endpoint: &str,
        refresh_token: &str,
        authentication: ClientAuthentication,
    ) -> Result<Request<Vec<u8>>, http::Error> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("token", refresh_token)
            .append_pair("token_type_hint", "refresh_token");
        let mut request = Request::post(endpoint)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        match authentication {
            ClientAuthentication::Post => {
                form.append_pair("client_id", &self.client_id)
                    .append_pair("client_secret", self.client_secret.expose_secret());
            }
            ClientAuthentication::Basic => {
                request = request.header(header::AUTHORIZATION, self.basic());
            }
        }
        request.body(form.finish().into_bytes())
    }

    /// RFC 6749 §2.3.1: identifier and secret are form-encoded before they are put into Basic credentials.
    fn basic(&self) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let encode =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!(
            "{}:{}",
            encode(&self.client_id),
            encode(self.client_secret.expose_secret())
        );
        format!("Basic {}", STANDARD.encode(pair))
    }

    /// `client_secret_post` where the provider takes it, as Auth0 and nextjs-auth0 have it; Basic otherwise, which is
    /// the default of OpenID Connect Discovery 1.0 §3 for a provider that does not say.
    fn authentication(&self, metadata: &Metadata) -> ClientAuthentication {
        self.authentication.unwrap_or_else(|| {
            let methods = metadata
                .token_endpoint_auth_methods_supported
                .as_deref()
                .unwrap_or_default();
            if methods.iter().any(|method| method == "client_secret_post") {
                ClientAuthentication::Post
            } else {
                ClientAuthentication::Basic
            }
        })
    }

    /// `revocation_endpoint_auth_methods_supported`, which is `client_secret_basic` where it is absent (RFC 8414 §2); the
    /// method of the token endpoint if that is among them.
    fn authentication_at_revocation(&self, metadata: &Metadata) -> ClientAuthentication {
        let at_token_endpoint = self.authentication(metadata);
        match &metadata.revocation_endpoint_auth_methods_supported {
            None => ClientAuthentication::Basic,
            Some(methods) => {
                let takes = |method: ClientAuthentication| {
                    methods.iter().any(|supported| supported == method.name())
                };
                if !takes(at_token_endpoint) && takes(at_token_endpoint.other()) {
                    at_token_endpoint.other()
                } else {
                    at_token_endpoint
                }
            }
        }
    }

    async fn client(&self) -> Result<(TokenClient, Arc<Metadata>), EndpointError> {
        let metadata = self.provider.metadata().await?;
        let token_endpoint =
            metadata
                .token_endpoint
                .as_ref()
                .ok_or(EndpointError::InvalidResponse(
                    "the provider's metadata names no token endpoint",
                ))?;
        let issuer = IssuerUrl::new(self.provider.issuer().as_str().to_owned())
            .map_err(|_| EndpointError::InvalidResponse("the issuer is no URL"))?;
        let auth_type = match self.authentication(&metadata) {
            ClientAuthentication::Post => AuthType::RequestBody,
            ClientAuthentication::Basic => AuthType::BasicAuth,
        };
        // The keys stay empty: ID tokens are verified by `login::id_token`, with keys that are cached and rotated.
        let client = CoreClient::new(
            ClientId::new(self.client_id.clone()),
            issuer,
            JsonWebKeySet::default(),
        )
        .set_client_secret(ClientSecret::new(
            self.client_secret.expose_secret().to_owned(),
        ))
        .set_auth_type(auth_type)
        .set_token_uri(TokenUrl::from_url(token_endpoint.clone()));
        Ok((client, metadata))
    }

    fn recorder(&self) -> Recorder {
        Recorder::new(self.http_client.clone(), Arc::clone(&self.clock))
    }
}

/// Whether it is the client's credentials that are refused, or where they are.
fn is_about_client(error: &EndpointError) -> bool {
    match error {
        EndpointError::Refused { code, .. } => matches!(
            code.as_str(),
            "invalid_client" | "unauthorized_client" | "invalid_request"
        ),
        EndpointError::Rejected { status } => matches!(
            *status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ),
        _ => false,
    }
}

type TokenClient = CoreClient<
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
>;
