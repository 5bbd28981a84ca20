//! Sends a request to the API, once more with another token if the API refuses the first.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, Method, StatusCode, header};
use tokio::time::{Instant, timeout_at};
use tracing::Span;
use url::Url;

use super::{refusal::Refusal, request_body::ForwardedBody};
use crate::{
    api_client::{ApiError, Challenge, InvalidRequest, map_http_error, map_rejected_token},
    config::{Api, ApiSettings},
    core_dpop::PROOF_HEADER,
    http_client::{Delivery, HttpError, RequestBody, StreamedResponse},
    session::SignedInUser,
    tokens::{AccessToken, TokenError, TokenOptions},
};

/// A request without the access token.
pub(super) struct ApiRequest {
    pub(super) user: SignedInUser,
    pub(super) settings: Arc<ApiSettings>,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: ForwardedBody,
    pub(super) timeout: Duration,
}

impl ApiRequest {
    /// Sends the request, and returns the response when its headers are complete. A 401 that another token may resolve is
    /// never returned.
    pub(super) async fn send<A: Api>(&mut self) -> Result<StreamedResponse, Refusal> {
        let deadline = Instant::now() + self.timeout;
        let mut token = obtain::<A>(&self.user, TokenOptions::default(), deadline).await?;
        let mut is_refreshed = false;
        loop {
            let response = self.attempt(&token, deadline).await?;
            Span::current().record("http.response.status_code", response.status().as_u16());
            if response.status() != StatusCode::UNAUTHORIZED {
                log_missing_scope(&response, &token);
                return Ok(response);
            }
            let challenge = challenge_of(&response, &token);
            if is_refreshed || !challenge.is_invalid_token() {
                return Err(map_rejected_token(&challenge, &token).into());
            }
            let options = TokenOptions::instead_of(&token);
            let other = obtain::<A>(&self.user, options, deadline).await?;
            if other.expose() == token.expose() {
                // The token was issued a moment ago, so another one would also be rejected.
                return Err(map_rejected_token(&challenge, &token).into());
            }
            if !self.may_repeat() {
                return Err(ApiError::TokenRefreshedRetryRequired.into());
            }
            token = other;
            is_refreshed = true;
        }
    }

    /// Returns whether the request can be sent again: a 401 means that it had no effect, but a proxy in front of the API may
    /// not guarantee that.
    fn may_repeat(&self) -> bool {
        let is_idempotent =
            self.method.is_idempotent() || self.headers.contains_key("idempotency-key");
        is_idempotent && self.body.is_repeatable()
    }

    /// Sends the request once, and again if the API asks for a nonce in the proof of a bound token (RFC 9449 §9), whatever
    /// its method is: an API asks before it does anything.
    async fn attempt<A: Api>(
        &mut self,
        token: &AccessToken<A>,
        deadline: Instant,
    ) -> Result<StreamedResponse, Refusal> {
        let response = self.send_once(token, deadline, None).await?;
        let nonce = token.remember_nonce(&self.url, response.headers());
        let is_refused = nonce.is_some() && response.status() == StatusCode::UNAUTHORIZED;
        if !is_refused || !challenge_of(&response, token).asks_for_nonce() {
            return Ok(response);
        }
        if !self.body.is_repeatable() {
            return Err(ApiError::TokenRefreshedRetryRequired.into());
        }
        let response = self.send_once(token, deadline, nonce.as_deref()).await?;
        token.remember_nonce(&self.url, response.headers());
        Ok(response)
    }

    async fn send_once<A: Api>(
        &mut self,
        token: &AccessToken<A>,
        deadline: Instant,
        nonce: Option<&str>,
    ) -> Result<StreamedResponse, Refusal> {
        let request = self.build(token, nonce)?;
        let transport = &self.user.services.transport;
        let sending = async {
            transport
                .streaming_client()
                .await?
                .send_streaming(request)
                .await
        };
        let sent = timeout_at(deadline, sending).await;
        if self.body.is_too_large() {
            return Err(Refusal::TooLarge);
        }
        match sent {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                if let HttpError::Connect { cause, .. } | HttpError::Interrupted { cause, .. } =
                    &error
                {
                    tracing::warn!(cause, "API request failed");
                }
                Err(map_http_error(&error, 0, &self.settings).into())
            }
            Err(_) => Err(ApiError::TimedOut {
                sent: Delivery::Unknown,
            }
            .into()),
        }
    }

    fn build<A: Api>(
        &mut self,
        token: &AccessToken<A>,
        nonce: Option<&str>,
    ) -> Result<http::Request<RequestBody>, ApiError> {
        let uri = self.url.as_str().parse();
        let mut request = http::Request::new(self.body.take());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = uri.map_err(|_| InvalidRequest::Path)?;
        let headers = request.headers_mut();
        headers.clone_from(&self.headers);
        headers.insert(header::AUTHORIZATION, token.authorization()?);
        if let Some(proof) = token.dpop_proof_with_nonce(&self.method, &self.url, nonce)? {
            headers.insert(PROOF_HEADER, proof);
        }
        let transport = &self.user.services.transport;
        transport.write_trace(&self.user.trace, headers);
        Ok(request)
    }
}

fn challenge_of<A: Api>(response: &StreamedResponse, token: &AccessToken<A>) -> Challenge {
    Challenge::of(response.headers(), token.expose(), token.is_dpop_bound())
}

/// Logs a 403 for a scope that the token lacks. The response is that of the API.
fn log_missing_scope<A: Api>(response: &StreamedResponse, token: &AccessToken<A>) {
    if response.status() != StatusCode::FORBIDDEN {
        return;
    }
    let challenge = challenge_of(response, token);
    if let Some(scope) = challenge.missing_scope()
        && let TokenError::Misconfigured(diagnosis) = token.lacks_scope(scope)
    {
        diagnosis.log("API call failed");
    }
}

/// Obtains the user's token before the deadline. A refresh continues after the deadline.
async fn obtain<A: Api>(
    user: &SignedInUser,
    options: TokenOptions,
    deadline: Instant,
) -> Result<AccessToken<A>, ApiError> {
    timeout_at(deadline, user.access_token_with(options))
        .await
        .map_err(|_| ApiError::TimedOut {
            sent: Delivery::NotSent,
        })?
        .map_err(ApiError::from)
}
