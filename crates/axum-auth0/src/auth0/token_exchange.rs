//! The exchange of a token of another system.

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::state::AppState;
use crate::{
    config::ApiSettings,
    diagnosis::Diagnosis,
    grants::{ExchangeRequest, GrantFailure, TokenExchange, TokenExchangeError},
    jwt,
    oauth::{IdTokenChecks, IssuedTokenType, TOKEN_EXCHANGE},
    tokens::{CachedToken, TokenError, TokenRequest},
};

/// The verified result of an exchange.
pub(super) struct Exchanged {
    pub(super) token: CachedToken,
    pub(super) refresh_token: Option<SecretString>,
    pub(super) claims: Option<Map<String, Value>>,
    pub(super) actor: Option<Map<String, Value>>,
}

/// Exchanges a token for one of `api`, and verifies the response.
pub(super) async fn exchange_external(
    state: &AppState,
    api: &ApiSettings,
    exchange: &TokenExchange,
) -> Result<Exchanged, TokenExchangeError> {
    if exchange.has_empty_token() {
        return Err(TokenExchangeError::EmptyToken);
    }
    let request = TokenRequest::of_other_grant(api, exchange.scopes())?;
    let endpoint = &state.login.token_endpoint;
    let scope = request.scope.join(" ");
    let issued = IssuedTokenType::of_access_token(api.token_format());
    let form = ExchangeRequest {
        exchange,
        audience: (endpoint.audience_parameter_name(), request.audience),
        scope: &scope,
    };
    let requested_at = state.clock.unix_seconds();
    let key = endpoint.dpop().new_key().map_err(|error| {
        tracing::error!(%error, "token exchange not started");
        TokenError::ProviderUnavailable { retry_after: None }
    })?;
    let response = endpoint
        .exchange_token(&form.form(), issued, key.as_ref())
        .await;
    let now = state.clock.unix_seconds();
    let tokens = response.tokens.map_err(|error| {
        let audience = Some((request.audience, api.audience_variable()));
        GrantFailure::of(&error, TOKEN_EXCHANGE, audience)
    })?;
    let token = CachedToken::verify(&tokens, &request, &state.config, (requested_at, now))
        .map_err(misconfigured)?;
    // Scopes of OpenID Connect need not be in the access token.
    let missing = token.missing(api.scope());
    if !missing.is_empty() {
        let expected = request.expectation(&state.config, now);
        return Err(misconfigured(Diagnosis::scope_missing(&expected, missing)).into());
    }
    let claims = match &tokens.id_token {
        None => None,
        Some(id_token) => {
            let checks = IdTokenChecks {
                nonce: None,
                step_up: None,
                organization: exchange.requested_organization(),
                access_token: &tokens.access_token,
            };
            let verified = state.login.id_tokens.verify(id_token, &checks).await?;
            Some(verified.into_map())
        }
    };
    let of_access_token = jwt::decode_unverified(&token.token)
        .ok()
        .and_then(|claims| claims.unverified().get("act").cloned());
    let of_id_token = || {
        claims
            .as_ref()
            .and_then(|claims| claims.get("act").cloned())
    };
    let actor = match of_access_token.or_else(of_id_token) {
        None | Some(Value::Null) => None,
        Some(Value::Object(actor)) => Some(actor),
        // It must not count as none: the subject would seem to act itself.
        Some(_) => return Err(TokenExchangeError::InvalidResponse("act is not an object")),
    };
    Ok(Exchanged {
        token,
        refresh_token: response.refresh_token,
        claims,
        actor,
    })
}

fn misconfigured(diagnosis: Diagnosis) -> TokenError {
    diagnosis.log("token exchange failed");
    TokenError::Misconfigured(Box::new(diagnosis))
}
