//! Grants that need a login.

use super::SignedInUser;
use crate::{
    config::Api,
    diagnosis::Diagnosis,
    grants::{
        ConnectionToken, ConnectionTokenError, ExchangeRequest, GrantFailure, SessionTransferToken,
        TokenExchange, TokenExchangeError, TokenType, is_well_formed,
    },
    oauth::{SESSION_TRANSFER_TYPE, TOKEN_EXCHANGE},
    tokens::{AccessToken, FEDERATED_CONNECTION, TokenError, TokenOptions},
};

impl SignedInUser {
    /// Returns an access token for the API `A` on behalf of this user, in exchange for the user's access token for the API
    /// of the login (RFC 8693).
    ///
    /// [`Self::access_token`] uses the refresh token instead and needs no further grant. An exchange is for providers whose
    /// refresh tokens are not valid for `A`, and for APIs that have to see who acts for the user (`act`). The token is checked
    /// like any other, stored sealed with the login, and exchanged again before it expires.
    ///
    /// # Errors
    ///
    /// See [`TokenError`]. [`TokenError::Misconfigured`] carries a diagnosis.
    pub async fn exchange_token<A: Api>(&self) -> Result<AccessToken<A>, TokenError> {
        self.exchange_token_with(TokenOptions::default()).await
    }

    /// Like [`Self::exchange_token`], with options.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub async fn exchange_token_with<A: Api>(
        &self,
        options: TokenOptions,
    ) -> Result<AccessToken<A>, TokenError> {
        self.reject_head()?;
        let apis = &self.services.apis;
        let settings = apis.of::<A>()?;
        let tokens = &self.services.tokens;
        let login_api = tokens
            .login_audience()
            .and_then(|audience| apis.with_audience(audience))
            .ok_or_else(login_without_api)?;
        let token = tokens
            .exchanged_token(&self.login, &login_api, &settings, &options)
            .await?;
        Ok(AccessToken::new(token, settings, &self.services.dpop))
    }

    /// Returns this user's access token of another service, such as Google, which the provider keeps for the connection (Auth0's
    /// Token Vault). The application never sees the refresh token of the service.
    ///
    /// The token is stored sealed with the login and exchanged again before it expires. `login_hint` names one of several
    /// accounts of the user at the service.
    ///
    /// # Errors
    ///
    /// [`ConnectionTokenError::NotConnected`] if the user has not connected the service; see [`ConnectionTokenError`].
    pub async fn access_token_for_connection(
        &self,
        connection: &str,
        login_hint: Option<&str>,
    ) -> Result<ConnectionToken, ConnectionTokenError> {
        self.reject_head()?;
        if !is_well_formed(connection) || !login_hint.is_none_or(is_well_formed) {
            return Err(ConnectionTokenError::InvalidConnection);
        }
        let tokens = &self.services.tokens;
        let token = tokens
            .connection_token(&self.login, connection, login_hint)
            .await
            .map_err(|error| GrantFailure::of_subject_token(error, FEDERATED_CONNECTION))?;
        Ok(ConnectionToken {
            token: token.token.into(),
            connection: token.connection,
            scope: token.scope,
            expires_at: token.expires_at,
        })
    }

    /// Returns a token with which the browser of this user starts a session at another site, without another login (Auth0's Native to
    /// Web SSO). The other site passes it to the provider; at this crate's login route with `AUTH0_ACCEPT_SESSION_TRANSFER=true`.
    ///
    /// ```no_run
    /// # use axum::response::Redirect;
    /// # use axum_auth0::{SignedInUser, TokenExchangeError};
    /// async fn shop(user: SignedInUser) -> Result<Redirect, TokenExchangeError> {
    ///     let token = user.session_transfer_token(None).await?;
    ///     let url = token.login_url("https://shop.example.com/auth/login");
    ///     Ok(Redirect::to(url.as_ref().map_or("/", |url| url.as_str())))
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`TokenExchangeError`].
    pub async fn session_transfer_token(
        &self,
        organization: Option<&str>,
    ) -> Result<SessionTransferToken, TokenExchangeError> {
        self.reject_head()?;
        let tokens = &self.services.tokens;
        let issued = tokens
            .session_transfer(&self.login, organization)
            .await
            .map_err(|error| GrantFailure::of_subject_token(error, TOKEN_EXCHANGE))?;
        Ok(SessionTransferToken::new(issued))
    }

    /// Returns a token with which this user starts a session at another site as the user of `exchange`, for example to help a customer
    /// (`requestSessionTransferToken` of nextjs-auth0). This user is the actor, unless `exchange` names another; `reason` is for the
    /// provider's log.
    ///
    /// Check that this user may do that. The provider's Action decides as well.
    ///
    /// # Errors
    ///
    /// See [`TokenExchangeError`].
    pub async fn session_transfer_token_for(
        &self,
        exchange: TokenExchange,
        reason: Option<&str>,
    ) -> Result<SessionTransferToken, TokenExchangeError> {
        self.reject_head()?;
        if exchange.has_empty_token() {
            return Err(TokenExchangeError::EmptyToken);
        }
        let tokens = &self.services.tokens;
        let exchange = if exchange.has_actor() {
            exchange
        } else {
            let actor = tokens.actor_token(&self.login).await?;
            let actor = actor.ok_or(TokenExchangeError::ActorUnavailable)?;
            exchange.actor(actor, TokenType::ID_TOKEN)
        };
        let scope = exchange.scopes().join(" ");
        let audience = tokens.session_transfer_audience();
        let request = ExchangeRequest {
            exchange: &exchange,
            audience: ("audience", &audience),
            scope: &scope,
            requested_token_type: SESSION_TRANSFER_TYPE,
            reason: reason.unwrap_or_default(),
        };
        let issued = tokens
            .delegated_session_transfer(&request.form())
            .await
            .map_err(|error| GrantFailure::of(&error, TOKEN_EXCHANGE, None))?;
        Ok(SessionTransferToken::new(issued))
    }
}

fn login_without_api() -> TokenError {
    let diagnosis = Diagnosis::AudienceMissing {
        variable: "AUTH0_AUDIENCE".to_owned(),
    };
    diagnosis.log("exchanged token unavailable");
    TokenError::Misconfigured(Box::new(diagnosis))
}
