//! Tokens without a session.

use super::{Auth0, token_exchange::exchange_external};
use crate::{
    config::Api,
    grants::{IssuedTokens, TokenExchange, TokenExchangeError},
    tokens::{AccessToken, TokenError, TokenOptions},
};

impl Auth0 {
    /// Returns an access token of the application itself for the API `A` (client credentials, RFC 6749 §4.4), for jobs
    /// and other work without a user. It works from the start, without a session.
    ///
    /// The token is checked like that of a user, cached in memory and requested again before it expires, once for all
    /// callers.
    ///
    /// ```no_run
    /// # use axum_auth0::{Api, Auth0, TokenError};
    /// struct ProductsApi;
    ///
    /// impl Api for ProductsApi {
    ///     const ENV_PREFIX: &'static str = "PRODUCTS";
    ///     const SCOPES: &'static [&'static str] = &["read:products"];
    /// }
    ///
    /// # async fn job(auth0: Auth0) -> Result<(), TokenError> {
    /// let token = auth0.client_token::<ProductsApi>().await?;
    /// // Send `token.authorization()?` to a URL below `token.base_url()`.
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`TokenError`]. [`TokenError::Misconfigured`] carries a diagnosis.
    pub async fn client_token<A: Api>(&self) -> Result<AccessToken<A>, TokenError> {
        self.client_token_with(TokenOptions::default()).await
    }

    /// Like [`Self::client_token`], with options.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn client_token_with<A: Api>(
        &self,
        options: TokenOptions,
    ) -> Result<AccessToken<A>, TokenError> {
        let settings = self.state.apis.of::<A>()?;
        let token = self
            .state
            .client_tokens
            .access_token(&settings, &options)
            .await?;
        let signer = self.state.login.token_endpoint.dpop();
        Ok(AccessToken::new(token, settings, signer))
    }

    /// Exchanges a token of another system for tokens of the provider (RFC 8693), with an access token for the API `A`. No session
    /// is created or changed, and nothing is cached.
    ///
    /// At Auth0, the type of the subject token selects a Custom Token Exchange profile, whose Action verifies the token.
    ///
    /// ```no_run
    /// # use axum_auth0::{Api, Auth0, TokenExchange, TokenExchangeError, TokenType};
    /// # struct ProductsApi;
    /// # impl Api for ProductsApi {
    /// #     const ENV_PREFIX: &'static str = "PRODUCTS";
    /// #     const SCOPES: &'static [&'static str] = &["read:products"];
    /// # }
    /// # async fn migrate(auth0: Auth0, legacy_session: String) -> Result<(), Box<dyn std::error::Error>> {
    /// let kind = TokenType::custom("urn:example:legacy-session")?;
    /// let exchange = TokenExchange::new(legacy_session, kind).extra_scopes(["openid"]);
    /// let tokens = auth0.exchange_token::<ProductsApi>(exchange).await?;
    /// let user = tokens.claims().and_then(|claims| claims.get("sub"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`TokenExchangeError`].
    pub async fn exchange_token<A: Api>(
        &self,
        exchange: TokenExchange,
    ) -> Result<IssuedTokens<A>, TokenExchangeError> {
        let settings = self.state.apis.of::<A>()?;
        exchange_external(&self.state, settings, exchange).await
    }
}
