//! Tokens without a session.

use super::Auth0;
use crate::{
    config::Api,
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
        let apis = &self.state.apis;
        let settings = apis
            .get(A::ENV_PREFIX)
            .inspect_err(|error| apis.log(A::ENV_PREFIX, error))?;
        let token = self
            .state
            .client_tokens
            .access_token(&settings, &options)
            .await?;
        Ok(AccessToken::new(
            token.token.into(),
            settings,
            token.audience,
        ))
    }
}
