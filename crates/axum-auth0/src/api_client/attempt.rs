//! One attempt of a call: the request with its token, and the response.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use tokio::time::{Instant, timeout};
use tracing::Span;

use super::{challenge::Challenge, error::ApiError, error_mapping, execute::CallExecution};
use crate::{
    config::Api,
    core_dpop::PROOF_HEADER,
    http_client::{Delivery, HttpError},
    tokens::AccessToken,
};

impl CallExecution {
    /// Sends the request once and reads the response, regardless of its status.
    ///
    /// If the API asks for a nonce in the proof of a bound token, the request is sent again, once (RFC 9449 §9), whatever
    /// its method is: an API asks before it does anything, and no other request could ever have the nonce.
    pub(super) async fn attempt<A: Api>(
        &self,
        token: &AccessToken<A>,
    ) -> Result<Response<Bytes>, ApiError> {
        let response = self.send_once(token, None).await?;
        let nonce = token.remember_nonce(&self.request.url, response.headers());
        if nonce.is_none() || response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let challenge = Challenge::of(response.headers(), token.expose(), true);
        if !challenge.asks_for_nonce() {
            return Ok(response);
        }
        // With the nonce of this response, and not one that another call received meanwhile.
        let response = self.send_once(token, nonce.as_deref()).await?;
        token.remember_nonce(&self.request.url, response.headers());
        Ok(response)
    }

    async fn send_once<A: Api>(
        &self,
        token: &AccessToken<A>,
        nonce: Option<&str>,
    ) -> Result<Response<Bytes>, ApiError> {
        let limit = self.limits.max_response_bytes;
        let request = self.build_request(token, nonce)?;
        let sending = async {
            self.transport()
                .http_client(limit)
                .await?
                .send(request)
                .await
        };
        let left = self.deadline.saturating_duration_since(Instant::now());
        let response = match timeout(self.limits.timeout.min(left), sending).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                if let HttpError::Connect { cause, .. } | HttpError::Interrupted { cause, .. } =
                    &error
                {
                    tracing::warn!(cause, "API request failed");
                }
                return Err(error_mapping::map_http_error(&error, limit, &self.settings));
            }
            Err(_) => {
                return Err(ApiError::TimedOut {
                    sent: Delivery::Unknown,
                });
            }
        };
        Span::current().record("http.response.status_code", response.status().as_u16());
        if response.body().len() > limit {
            return Err(ApiError::TooLarge { limit });
        }
        Ok(response)
    }

    fn build_request<A: Api>(
        &self,
        token: &AccessToken<A>,
        nonce: Option<&str>,
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
        let proof = token.dpop_proof_with_nonce(&self.request.method, &self.request.url, nonce)?;
        if let Some(proof) = proof {
            headers.insert(PROOF_HEADER, proof);
        }
        self.transport().write_trace(&self.user.trace, headers);
        Ok(request)
    }
}
