//! The way of one call: a token, an attempt, and whether another one follows.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use tokio::time::{Instant, sleep, timeout, timeout_at};
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
    http_client::{Delivery, HttpError, retry_after},
    session::SignedInUser,
    tokens::{AccessToken, TokenOptions},
};

/// Performs a call.
pub(super) async fn execute<A: Api>(call: ApiCall<A>) -> Result<ApiResponse, ApiError> {
    let (user, limits, scopes) = (call.user, call.limits, call.scopes);
    let request = call.request?;
    // Neither path nor query: they may hold identifiers of persons.
    let span = tracing::info_span!(
        "api_call",
        otel.kind = "client",
        api = A::ENV_PREFIX,
        method = %request.method,
        trace_id = %user.trace,
        attempts = field::Empty,
        status = field::Empty,
    );
    let performing = CallExecution {
        settings: user.services.apis.get(A::ENV_PREFIX)?,
        user,
        limits,
        scopes,
        request,
        is_repeatable: call.is_repeatable,
        deadline: Instant::now() + limits.deadline(),
    };
    async { performing.run::<A>().await.inspect_err(log) }
        .instrument(span)
        .await
}

/// Once for each call, within its span. What has a diagnosis was logged with it.
fn log(error: &ApiError) {
    match error {
        ApiError::Token(_) | ApiError::Refused(_) => {}
        ApiError::Forbidden
        | ApiError::NotFound
        | ApiError::Conflict
        | ApiError::Invalid { .. }
        | ApiError::TokenRefreshedRetryRequired
        | ApiError::InvalidRequest(_) => tracing::info!(%error, "a call of an API was refused"),
        _ => tracing::error!(%error, "a call of an API failed"),
    }
}

/// What to say of a call whose last attempt surely did nothing, while an earlier one may have: nobody may take it for
/// undone. What the API itself answered last is the last word.
fn remembering(doubtful: Option<ApiError>, last: ApiError) -> ApiError {
    let says_nothing = matches!(
        last,
        ApiError::Unreachable
            | ApiError::Token(_)
            | ApiError::TooManyRequests { .. }
            | ApiError::TimedOut {
                sent: Delivery::NotSent
            }
    );
    match doubtful {
        Some(doubtful) if says_nothing => doubtful,
        _ => last,
    }
}

struct CallExecution {
    settings: Arc<ApiSettings>,
    user: SignedInUser,
    limits: Limits,
    scopes: Vec<String>,
    request: Request,
    is_repeatable: bool,
    deadline: Instant,
}

impl CallExecution {
    fn transport(&self) -> &ApiTransport {
        &self.user.services.transport
    }

    async fn run<A: Api>(self) -> Result<ApiResponse, ApiError> {
        let mut token = self.token::<A>(TokenOptions::default()).await?;
        let budget = self.transport().retry_budget(A::ENV_PREFIX);
        if let Some(budget) = budget {
            budget.note_call();
        }
        let mut is_renewed = false;
        let (mut attempts, mut repeats) = (0_u32, 0);
        let mut doubtful = None;
        loop {
            attempts += 1;
            Span::current().record("attempts", attempts);
            let (error, wait) = match self.attempt(&token).await {
                Ok(answer) if answer.status().is_success() => return Ok(ApiResponse::of(answer)),
                Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED => {
                    token = match self.after_refusal(&answer, &token, is_renewed).await {
                        Ok(token) => token,
                        Err(error) => return Err(remembering(doubtful, error)),
                    };
                    is_renewed = true;
                    continue;
                }
                Ok(answer) => {
                    let wait = retry_after(answer.headers(), self.transport().clock().as_ref());
                    (error_mapping::of_answer(&answer, wait, &token), wait)
                }
                Err(error) => (error, None),
            };
            match self.pause_before_next(&error, wait, repeats) {
                Some(pause) if budget.is_some_and(RetryBudget::allows_repeat) => {
                    tracing::debug!(%error, ?pause, "the call is repeated");
                    repeats += 1;
                    if error.sent() == Delivery::Unknown {
                        doubtful = Some(error);
                    }
                    sleep(pause).await;
                }
                _ => return Err(remembering(doubtful, error)),
            }
        }
    }

    /// How long to wait for the next attempt, where one may follow and begins in time.
    fn pause_before_next(
        &self,
        error: &ApiError,
        retry_after: Option<Duration>,
        repeats: u32,
    ) -> Option<Duration> {
        if !self.is_repeatable {
            return None;
        }
        let random = self.transport().random().as_ref();
        retry::pause(error, retry_after, repeats, random)
            .filter(|pause| Instant::now() + *pause < self.deadline)
    }

    /// The person's token, in time. Whoever stops waiting for a refresh does not stop it.
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

    /// Another token after a 401 (RFC 6750 §3.1), once, and only where the call may be made again. A 401 says that nothing
    /// was done; but not everybody in front of an API keeps to that.
    async fn after_refusal<A: Api>(
        &self,
        answer: &Response<Bytes>,
        refused: &AccessToken<A>,
        is_renewed: bool,
    ) -> Result<AccessToken<A>, ApiError> {
        let challenge = Challenge::of(answer.headers(), refused.expose());
        if is_renewed || !challenge.allows_for_another_token() {
            return Err(error_mapping::of_refusal(&challenge, refused));
        }
        let token = self.token(TokenOptions::instead_of(refused)).await?;
        if token.expose() == refused.expose() {
            // It was issued a moment ago: another one would be no better.
            return Err(error_mapping::of_refusal(&challenge, refused));
        }
        if self.is_repeatable {
            Ok(token)
        } else {
            Err(ApiError::TokenRefreshedRetryRequired)
        }
    }

    /// Sends the request once, and reads the whole answer, whatever its status.
    async fn attempt<A: Api>(&self, token: &AccessToken<A>) -> Result<Response<Bytes>, ApiError> {
        let limit = self.limits.max_response_bytes;
        let request = self.request_with(token)?;
        let http_client = self.transport().http_client(limit);
        let sending = async { http_client?.send(request).await };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let answer = match timeout(self.limits.timeout.min(left), sending).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                if let HttpError::Connect { cause, .. } | HttpError::Interrupted { cause, .. } =
                    &error
                {
                    tracing::warn!(cause, "an attempt has no answer");
                }
                return Err(error_mapping::of_failure(&error, limit, &self.settings));
            }
            Err(_) => {
                return Err(ApiError::TimedOut {
                    sent: Delivery::Unknown,
                });
            }
        };
        Span::current().record("status", answer.status().as_u16());
        if answer.body().len() > limit {
            return Err(ApiError::TooLarge { limit });
        }
        Ok(answer)
    }

    fn request_with<A: Api>(
        &self,
        token: &AccessToken<A>,
    ) -> Result<http::Request<Vec<u8>>, ApiError> {
        let mut request = http::Request::new(self.request.body.to_vec());
        *request.method_mut() = self.request.method.clone();
        *request.uri_mut() = self
            .request
            .url
            .as_str()
            .parse()
            .map_err(|_| super::InvalidRequest::Path)?;
        let headers = request.headers_mut();
        headers.clone_from(&self.request.headers);
        headers
            .entry(header::ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        headers.insert(header::AUTHORIZATION, token.authorization()?);
        self.user
            .trace
            .write(headers, self.transport().random().as_ref());
        Ok(request)
    }
}
