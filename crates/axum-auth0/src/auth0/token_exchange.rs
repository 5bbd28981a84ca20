//! The exchange of a token of another system.

use std::sync::Arc;

use super::{
    issued_tokens::{self, Response, UnusableTokens},
    state::AppState,
};
use crate::{
    config::{Api, ApiSettings},
    grants::{ExchangeRequest, GrantFailure, IssuedTokens, TokenExchange, TokenExchangeError},
    oauth::{ACCESS_TOKEN_TYPE, IssuedTokenType, TOKEN_EXCHANGE},
    tokens::TokenRequest,
};

/// Exchanges a token for one of `A`, and verifies the response.
pub(super) async fn exchange_external<A: Api>(
    state: &AppState,
    settings: &Arc<ApiSettings>,
    exchange: &TokenExchange,
) -> Result<IssuedTokens<A>, TokenExchangeError> {
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
    Ok(issued_tokens::verify(state, settings, response).await?)
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
