//! Access tokens of the application itself (client credentials, RFC 6749 §4.4), for work without a user. They are kept in
//! memory: another process requests its own.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    cached_token::CachedToken,
    error::TokenError,
    freshness::TokenRequirement,
    grant_response::{GrantAttempt, error_of},
    options::TokenOptions,
    refresh::{Decision, decide, fall_back},
    token_request::TokenRequest,
    token_set::TokenSet,
};
use crate::{
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    oauth::{CLIENT_CREDENTIALS, TokenEndpoint},
};

/// The tokens of the application. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ClientTokens(Arc<Inner>);

struct Inner {
    endpoint: TokenEndpoint,
    config: Arc<Config>,
    clock: SharedClock,
    /// By the name of the API, so their number is bounded by the configuration.
    apis: Mutex<BTreeMap<&'static str, Arc<ApiTokens>>>,
}

/// The tokens for one API.
struct ApiTokens {
    /// Held during a request. Waiters use its result.
    request_lock: tokio::sync::Mutex<()>,
    set: Mutex<TokenSet>,
}

impl ApiTokens {
    fn new() -> Self {
        Self {
            request_lock: tokio::sync::Mutex::default(),
            set: Mutex::new(TokenSet::of_other_grant()),
        }
    }

    fn set(&self) -> MutexGuard<'_, TokenSet> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientTokens {
    pub(crate) fn new(endpoint: TokenEndpoint, config: Arc<Config>, clock: SharedClock) -> Self {
        Self(Arc::new(Inner {
            endpoint,
            config,
            clock,
            apis: Mutex::default(),
        }))
    }

    /// Returns the application's access token for `api`, with the API's scopes and those of `options`.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub(crate) async fn access_token(
        &self,
        api: &ApiSettings,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let request = TokenRequest::of_other_grant(api, &options.extra_scopes)?;
        let tokens = self.tokens_of(api);
        let now = self.0.clock.unix_seconds();
        let (requirement, decision) = {
            let set = tokens.set();
            let buffer = self.0.config.refresh_buffer();
            let requirement = TokenRequirement::of(options, set.find(&request), buffer);
            (requirement, decide(&set, &request, requirement, now))
        };
        let token = if let Decision::UseCached(token) = decision {
            token
        } else {
            match self.request(&tokens, &request, requirement).await {
                Ok(token) => token,
                Err(error) => fall_back(&tokens.set(), &request, requirement, &error, now)
                    .cloned()
                    .ok_or(error)?,
            }
        };
        let required = options.required_scopes.as_deref();
        let missing = token.missing(required.unwrap_or(&request.scope));
        if missing.is_empty() {
            return Ok(token);
        }
        let expected = request.expectation(&self.0.config, now);
        let diagnosis = Diagnosis::scope_missing(&expected, missing);
        diagnosis.log("client token unavailable");
        Err(TokenError::Misconfigured(Box::new(diagnosis)))
    }

    fn tokens_of(&self, api: &ApiSettings) -> Arc<ApiTokens> {
        let mut apis = self.0.apis.lock().unwrap_or_else(PoisonError::into_inner);
        let tokens = apis
            .entry(api.name())
            .or_insert_with(|| Arc::new(ApiTokens::new()));
        Arc::clone(tokens)
    }

    /// Requests a token, one at a time for each API.
    async fn request(
        &self,
        tokens: &ApiTokens,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let _lock = tokens.request_lock.lock().await;
        let requested_at = self.0.clock.unix_seconds();
        // Another caller may have requested it, or failed, while this one waited.
        match decide(&tokens.set(), request, requirement, requested_at) {
            Decision::UseCached(token) | Decision::UseOnce(token) => return Ok(token),
            Decision::Fail(denial) => return Err(error_of(denial)),
            Decision::Refresh => {}
        }
        tracing::debug!(audience = %request.audience, "requesting a client token");
        let (endpoint, config) = (&self.0.endpoint, &self.0.config);
        let key = endpoint.dpop().new_key().map_err(|error| {
            tracing::error!(%error, "client token not requested");
            TokenError::ProviderUnavailable { retry_after: None }
        })?;
        let response = endpoint
            .client_credentials(request.audience, &request.scope, key.as_ref())
            .await;
        let attempt = GrantAttempt {
            grant_type: CLIENT_CREDENTIALS,
            request,
            requirement,
            requested_at,
        };
        let mut set = tokens.set();
        let now = self.0.clock.unix_seconds();
        let (updated, result) = attempt.apply(&response, set.clone(), config, now);
        *set = updated;
        attempt.log_failure(&response, &result);
        result
    }
}

impl fmt::Debug for ClientTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientTokens")
    }
}
