//! Access tokens for another API in exchange for that of the login (RFC 8693), on behalf of the user.
//!
//! They are sealed and stored with the login, and end with it. No refresh token is involved, so replicas need no lease: at worst
//! two of them exchange at once.

use std::sync::Arc;

use super::{
    access::Tokens,
    cached_token::CachedToken,
    error::TokenError,
    freshness::TokenRequirement,
    grant_response::{GrantAttempt, error_of},
    login_snapshot::LoginSnapshot,
    options::TokenOptions,
    refresh::{Decision, Refresher, decide, fall_back},
    token_request::TokenRequest,
    token_set::TokenSet,
};
use crate::{
    config::ApiSettings,
    diagnosis::Diagnosis,
    oauth::{ACCESS_TOKEN_TYPE, EndpointResponse, IssuedTokenType, TOKEN_EXCHANGE},
    store::{CasOutcome, LoginId},
};

impl Tokens {
    /// Returns an access token of `login` for `api`, in exchange for the one for `login_api`.
    ///
    /// # Errors
    ///
    /// See [`TokenError`].
    pub(crate) async fn exchanged_token(
        &self,
        login: &LoginSnapshot,
        login_api: &Arc<ApiSettings>,
        api: &ApiSettings,
        options: &TokenOptions,
    ) -> Result<CachedToken, TokenError> {
        let request = TokenRequest::of_other_grant(api, &options.extra_scopes)?;
        let refresher = &self.0;
        let now = refresher.clock.unix_seconds();
        let set = match login.tokens(&refresher.sets.keys, now) {
            Some(set) => exchanged(set),
            None => exchanged(&refresher.sets.load(login.id()).await?.1),
        };
        let buffer = refresher.config.refresh_buffer();
        let requirement = TokenRequirement::of(options, set.find(&request), buffer);
        let token = if let Decision::UseCached(token) = decide(&set, &request, requirement, now) {
            token
        } else {
            // Obtained first, because a refresh takes the same lock.
            let default = TokenOptions::default();
            let subject = self.access_token(login, login_api, &default).await?;
            let exchange = refresher.exchange(login.id(), &subject, &request, requirement);
            match exchange.await {
                Ok(token) => token,
                Err(error) => fall_back(&set, &request, requirement, &error, now)
                    .cloned()
                    .ok_or(error)?,
            }
        };
        let required = options.required_scopes.as_deref();
        let missing = token.missing(required.unwrap_or(&request.scope));
        if missing.is_empty() {
            return Ok(token);
        }
        let expected = request.expectation(&refresher.config, now);
        let diagnosis = Diagnosis::scope_missing(&expected, missing);
        diagnosis.log("exchanged token unavailable");
        Err(TokenError::Misconfigured(Box::new(diagnosis)))
    }
}

/// Returns the exchanged tokens of a login.
fn exchanged(set: &TokenSet) -> TokenSet {
    match &set.exchanged {
        Some(exchanged) => (**exchanged).clone(),
        None => TokenSet::of_other_grant(),
    }
}

impl Refresher {
    /// Exchanges `subject`, one at a time for each login in this process, and stores the result.
    async fn exchange(
        &self,
        login: LoginId,
        subject: &CachedToken,
        request: &TokenRequest<'_>,
        requirement: TokenRequirement,
    ) -> Result<CachedToken, TokenError> {
        let in_flight = self.in_flight.of(login);
        let _guard = in_flight.lock().await;
        let (_, set) = self.sets.load(login).await?;
        let requested_at = self.clock.unix_seconds();
        // Another caller may have exchanged it, or failed, while this one waited.
        match decide(&exchanged(&set), request, requirement, requested_at) {
            Decision::UseCached(token) | Decision::UseOnce(token) => return Ok(token),
            Decision::Fail(denial) => return Err(error_of(denial)),
            Decision::Refresh => {}
        }
        let response = self.send_exchange(subject, request).await;
        let attempt = GrantAttempt {
            grant_type: TOKEN_EXCHANGE,
            request,
            requirement,
            requested_at,
        };
        let result = self.store_exchange(login, &attempt, &response).await?;
        attempt.log_failure(&response, &result);
        result
    }

    /// The new token is bound to the key of the one that it is exchanged for.
    async fn send_exchange(
        &self,
        subject: &CachedToken,
        request: &TokenRequest<'_>,
    ) -> EndpointResponse {
        let scope = request.scope.join(" ");
        let issued = IssuedTokenType::of_access_token(request.api.token_format());
        let form = [
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject.token.as_str()),
            ("subject_token_type", ACCESS_TOKEN_TYPE),
            ("requested_token_type", ACCESS_TOKEN_TYPE),
            (self.endpoint.audience_parameter_name(), request.audience),
            ("scope", scope.as_str()),
        ];
        let key = subject.dpop_key.as_ref();
        self.endpoint.exchange_token(&form, issued, key).await
    }

    /// Stores the outcome of a response by compare-and-swap. Returns the result for the caller, unless the login has ended.
    async fn store_exchange(
        &self,
        login: LoginId,
        attempt: &GrantAttempt<'_>,
        response: &EndpointResponse,
    ) -> Result<Result<CachedToken, TokenError>, TokenError> {
        loop {
            let (record, mut set) = self.sets.load(login).await?;
            let now = self.clock.unix_seconds();
            let (updated, result) = attempt.apply(response, exchanged(&set), &self.config, now);
            set.exchanged = Some(Box::new(updated));
            match self.sets.save(&record, &set).await? {
                CasOutcome::Swapped => return Ok(result),
                CasOutcome::Missing => return Err(TokenError::SignInRequired),
                CasOutcome::Conflict => {}
            }
        }
    }
}
