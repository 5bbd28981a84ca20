//! The exchange of a token of another system.

use std::sync::Arc;

use super::{
    issued_tokens::{self, Delivery, Response, UnusableTokens},
    state::AppState,
};
use crate::{
    config::{Api, ApiSettings},
    grants::{ExchangeRequest, GrantFailure, IssuedTokens, TokenExchange, TokenExchangeError},
    oauth::{ACCESS_TOKEN_TYPE, IssuedTokenType, TOKEN_EXCHANGE},
    tasks::Work,
    tokens::{TokenError, TokenRequest},
};

/// Exchanges a token for one of `A`, and verifies the response. Runs in a task: if the caller is dropped, or the response is
/// refused, the tokens are revoked.
pub(super) async fn exchange_external<A: Api>(
    state: &AppState,
    settings: Arc<ApiSettings>,
    exchange: TokenExchange,
) -> Result<IssuedTokens<A>, TokenExchangeError> {
    let state = state.clone();
    let tasks = state.tasks.clone();
    let task = tasks.spawn(Work::Refresh, async move {
        exchange_and_verify(&state, &settings, &exchange).await
    });
    match task.await {
        Ok(delivery) => Ok(delivery?.complete()),
        Err(error) => {
            tracing::error!(%error, "token exchange panicked");
            Err(TokenError::ProviderUnavailable { retry_after: None }.into())
        }
    }
}

async fn exchange_and_verify<A: Api>(
    state: &AppState,
    settings: &Arc<ApiSettings>,
    exchange: &TokenExchange,
) -> Result<Delivery<A>, TokenExchangeError> {
    if exchange.has_empty_token() {
        return Err(TokenExchangeError::EmptyToken);
    }
    let request = TokenRequest::of_other_grant(settings, exchange.scopes())?;
    let endpoint = &state.login.token_endpoint;
    let scope = request.scope.join(" ");
    let issued = IssuedTokenType::of_access_token(settings.token_format());
    let form = ExchangeRequest {
        exchange,
        audience: (endpoint.audience_parameter_name(), request.audience),
        scope: &scope,
        requested_token_type: ACCESS_TOKEN_TYPE,
        reason: "",
    };
    let requested_at = state.clock.unix_seconds();
    let key = issued_tokens::new_key(state)?;
    let response = endpoint
        .exchange_token(&form.form(), issued, key.as_ref())
        .await;
    let unused = state.tokens.unused(&response, None);
    let tokens = response.tokens.map_err(|error| {
        let audience = Some((request.audience, settings.audience_variable()));
        GrantFailure::of(&error, TOKEN_EXCHANGE, audience)
    })?;
    let response = Response {
        tokens: &tokens,
        refresh_token: response.refresh_token,
        request: &request,
        organization: exchange.requested_organization(),
        requested_at,
    };
    let tokens = issued_tokens::verify(state, settings, response).await?;
    Ok(Delivery::new(tokens, unused))
}

impl From<UnusableTokens> for TokenExchangeError {
    fn from(error: UnusableTokens) -> Self {
        match error {
            UnusableTokens::Token(error) => Self::Token(error),
            UnusableTokens::IdToken(error) => Self::IdToken(Arc::new(error)),
            UnusableTokens::InvalidResponse(problem) => Self::InvalidResponse(problem),
        }
    }
}
