//! Executes a call: obtains a token, sends the request, and decides whether to retry.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Response, StatusCode};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument as _, Span, field};

use super::{
    call::{ApiCall, Request},
    challenge::Challenge,
    error::ApiError,
    error_mapping,
    limits::Limits,
    response::ApiResponse,
    retry,
};
use crate::{
    api_transport::{ApiTransport, RetryBudget},
    config::{Api, ApiSettings},
    diagnosis::Diagnosis,
    http_client::{Delivery, retry_after},
    metrics,
    session::SignedInUser,
    tokens::{AccessToken, TokenError, TokenOptions},
};

impl<A: Api> ApiCall<A> {
    /// Sends the call and returns the response.
    ///
    /// # Errors
    ///
    /// See [`ApiError`]. Every status other than 2xx is an error.
    pub async fn send(self) -> Result<ApiResponse, ApiError> {
        execute(self).await
    }
}

/// Executes a call and logs its failure.
async fn execute<A: Api>(call: ApiCall<A>) -> Result<ApiResponse, ApiError> {
    let (user, limits, scopes) = (call.user, call.limits, call.scopes);
    let request = call.request?;
    // Path and query are omitted because they may contain personal data.
    let span = tracing::info_span!(
        "api_call",
        otel.kind = "client",
        api = A::ENV_PREFIX,
        http.request.method = %request.method,
        trace_id = %user.trace,
        attempts = field::Empty,
        http.response.status_code = field::Empty,
        otel.status_code = field::Empty,
    );
    let execution = CallExecution {
        settings: user.services.apis.of::<A>()?,
        user,
        limits,
        scopes,
        request,
        is_idempotent: call.is_idempotent,
        deadline: Instant::now() + limits.deadline(),
    };
    let start = Instant::now();
    let result = async { execution.run::<A>().await.inspect_err(log) }
        .instrument(span.clone())
        .await;
    if result.is_err() {
        span.record("otel.status_code", "ERROR");
    }
    let labels = [("api", A::ENV_PREFIX), ("result", name_of(&result))];
    metrics::observe(metrics::API_CALLS, &labels, start.elapsed());
    result
}

/// Returns the name of a result in metrics.
fn name_of(result: &Result<ApiResponse, ApiError>) -> &'static str {
    match result {
        Ok(_) => "success",
        Err(ApiError::Token(_)) => "no_token",
        Err(
            ApiError::TimedOut { .. }
            | ApiError::Unreachable
            | ApiError::Interrupted
            | ApiError::TooLarge { .. },
        ) => "no_response",
        Err(_) => "error",
    }
}

/// Logs a failed call once, within its span. A failed token request is already logged.
pub(crate) fn log(error: &ApiError) {
    match error {
        ApiError::Refused(diagnosis) => diagnosis.log("API call failed"),
        ApiError::Token(TokenError::Misconfigured(diagnosis))
            if matches!(
                **diagnosis,
                Diagnosis::UnusableToken { .. } | Diagnosis::InsecureApiUrl { .. }
            ) =>
        {
            diagnosis.log("API call failed");
        }
        ApiError::Token(_) => {}
        ApiError::StepUpRequired(_)
        | ApiError::Forbidden
        | ApiError::NotFound
        | ApiError::Conflict
        | ApiError::Invalid { .. }
        | ApiError::TokenRefreshedRetryRequired
        | ApiError::InvalidRequest(_) => tracing::info!(%error, "API call failed"),
        _ => tracing::error!(%error, "API call failed"),
    }
}

/// Returns the error to report. If the last attempt had no effect but an earlier one may have, returns the ambiguous
/// error of the earlier one, unless the API itself responded to the last attempt.
fn prefer_ambiguous(ambiguous: Option<ApiError>, last: ApiError) -> ApiError {
    let is_without_response = matches!(
        last,
        ApiError::Unreachable
            | ApiError::Token(_)
            | ApiError::TooManyRequests { .. }
            | ApiError::TimedOut {
                sent: Delivery::NotSent
            }
    );
    match ambiguous {
        Some(ambiguous) if is_without_response => ambiguous,
        _ => last,
    }
}

pub(super) struct CallExecution {
    pub(super) settings: Arc<ApiSettings>,
    pub(super) user: SignedInUser,
    pub(super) limits: Limits,
    scopes: Vec<String>,
    pub(super) request: Request,
    is_idempotent: bool,
    pub(super) deadline: Instant,
}

impl CallExecution {
    pub(super) fn transport(&self) -> &ApiTransport {
        &self.user.services.transport
    }

    async fn run<A: Api>(self) -> Result<ApiResponse, ApiError> {
        let mut token = self.token::<A>(TokenOptions::default()).await?;
        let budget = self.transport().retry_budget(A::ENV_PREFIX);
        if let Some(budget) = budget {
            budget.record_call();
        }
        let mut is_refreshed = false;
        let (mut attempts, mut retries) = (0_u32, 0);
        let mut ambiguous_error = None;
        loop {
            attempts += 1;
            Span::current().record("attempts", attempts);
            let (error, wait) = match self.attempt(&token).await {
                Ok(response) if response.status().is_success() => {
                    return Ok(ApiResponse::of(response));
                }
                Ok(response) if response.status() == StatusCode::UNAUTHORIZED => {
                    token = match self
                        .token_after_rejection(&response, &token, is_refreshed)
                        .await
                    {
                        Ok(token) => token,
                        Err(error) => return Err(prefer_ambiguous(ambiguous_error, error)),
                    };
                    is_refreshed = true;
                    continue;
                }
                Ok(response) => {
                    let wait = retry_after(response.headers(), self.transport().clock().as_ref());
                    (error_mapping::map_response(&response, wait, &token), wait)
                }
                Err(error) => (error, None),
            };
            match self.backoff_before_retry(&error, wait, retries) {
                Some(backoff) if budget.is_some_and(RetryBudget::allow_retry) => {
                    tracing::debug!(%error, ?backoff, "retrying the API call");
                    retries += 1;
                    if error.sent() == Delivery::Unknown {
                        ambiguous_error = Some(error);
                    }
                    sleep(backoff).await;
                }
                _ => return Err(prefer_ambiguous(ambiguous_error, error)),
            }
        }
    }

    /// Returns the time to wait before a retry, if a retry is allowed and starts before the deadline.
    fn backoff_before_retry(
        &self,
        error: &ApiError,
        retry_after: Option<Duration>,
        retries: u32,
    ) -> Option<Duration> {
        if !self.is_idempotent {
            return None;
        }
        let random = self.transport().random().as_ref();
        retry::backoff(error, retry_after, retries, random)
            .filter(|backoff| Instant::now() + *backoff < self.deadline)
    }

    /// Obtains the user's token before the deadline. A refresh continues after the deadline.
    async fn token<A: Api>(&self, options: TokenOptions) -> Result<AccessToken<A>, ApiError> {
        let options = TokenOptions {
            extra_scopes: self.scopes.clone(),
            ..options
        };
        timeout_at(self.deadline, self.user.access_token_with(options))
            .await
            .map_err(|_| ApiError::TimedOut {
                sent: Delivery::NotSent,
            })?
            .map_err(ApiError::from)
    }

    /// Obtains another token after a 401 (RFC 6750 §3.1), once. The call is retried only if it is idempotent: a 401
    /// means that it had no effect, but a proxy in front of the API may not guarantee that.
    async fn token_after_rejection<A: Api>(
        &self,
        response: &Response<Bytes>,
        rejected: &AccessToken<A>,
        is_refreshed: bool,
    ) -> Result<AccessToken<A>, ApiError> {
        let challenge = Challenge::of(
            response.headers(),
            rejected.expose(),
            rejected.is_dpop_bound(),
        );
        if is_refreshed || !challenge.is_invalid_token() {
            return Err(error_mapping::map_rejected_token(&challenge, rejected));
        }
        let token = self.token(TokenOptions::instead_of(rejected)).await?;
        if token.expose() == rejected.expose() {
            // The token was issued a moment ago, so another one would also be rejected.
            return Err(error_mapping::map_rejected_token(&challenge, rejected));
        }
        if self.is_idempotent {
            Ok(token)
        } else {
            Err(ApiError::TokenRefreshedRetryRequired)
        }
    }
}
