//! What the token endpoint answers, read with patience for what real providers write.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{Response, StatusCode};
use openidconnect::{
    AsyncHttpClient, HttpRequest, HttpResponse, OAuth2TokenResponse as _, RequestTokenError,
    core::{CoreErrorResponseType, CoreTokenResponse, CoreTokenType},
};
use serde_json::Value;

use crate::{
    clock::SharedClock,
    outbound::{Outbound, OutboundError, Sent, retry_after},
    provider::ProviderError,
};

/// What the token endpoint answered, as far as it concerns us.
#[derive(Clone)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) scope: Option<Vec<String>>,
    /// Seconds.
    pub(crate) expires_in: Option<i64>,
}

impl fmt::Debug for TokenAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenAnswer")
            .field("scope", &self.scope)
            .field("expires_in", &self.expires_in)
            .field("refreshable", &self.refresh_token.is_some())
            .finish_non_exhaustive()
    }
}

/// Why the token endpoint gave no tokens.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum EndpointError {
    /// An error of RFC 6749 §5.2, or a refusal in the provider's own manner.
    #[error("the provider refused: {code}")]
    Refused {
        code: String,
        description: Option<String>,
    },
    /// Down, overloaded, or out of reach.
    #[error("the provider does not answer")]
    Unavailable {
        retry_after: Option<Duration>,
        fate: Fate,
    },
    /// An answer that is no token response.
    #[error("the provider's answer cannot be understood: {0}")]
    Unintelligible(&'static str),
}

/// What became of a request that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It had no effect: it never arrived, or was turned away.
    NoEffect,
    /// Nobody knows: no answer in time, or an answer that says nothing.
    Unknown,
    /// The connection was lost after it was sent. Nobody knows either, but it was quick to show.
    ConnectionLost,
}

impl EndpointError {
    /// Whether the refresh token may have been used up all the same.
    pub(crate) fn is_unsettled(&self) -> bool {
        match self {
            Self::Refused { .. } => false,
            Self::Unavailable { fate, .. } => *fate != Fate::NoEffect,
            Self::Unintelligible(_) => true,
        }
    }
}

impl From<ProviderError> for EndpointError {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "provider");
        Self::Unavailable {
            retry_after: None,
            fate: Fate::NoEffect,
        }
    }
}

/// Mends what some providers write and openidconnect cannot read: `expires_in` as a string or out of range, `scope`
/// as an array, empty or null optional members. The ID token is taken out: openidconnect would read its claims here and
/// now, and refuse the whole answer for an `updated_at` that is a string, as Auth0 writes it.
fn tidy(body: &[u8]) -> Option<(Vec<u8>, Option<String>)> {
    let mut answer: Value = serde_json::from_slice(body).ok()?;
    let members = answer.as_object_mut()?;
    if let Some(expires_in) = members.get("expires_in") {
        let seconds = match expires_in {
            Value::Number(number) => number.as_u64().or_else(|| {
                // Cutting the fraction off is meant; the range is checked below.
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a saturating cast"
                )]
                number
                    .as_f64()
                    .filter(|seconds| *seconds >= 0.0)
                    .map(|seconds| seconds as u64)
            }),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        // More than ten years is no lifetime but a mistake: as if it had not been said.
        match seconds.filter(|seconds| *seconds <= 315_360_000) {
            Some(seconds) => members.insert("expires_in".to_owned(), seconds.into()),
            None => members.remove("expires_in"),
        };
    }
    if let Some(Value::Array(words)) = members.get("scope") {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        let joined = words.join(" ");
        members.insert("scope".to_owned(), joined.into());
    }
    let id_token = match members.remove("id_token") {
        Some(Value::String(token)) if !token.is_empty() => Some(token),
        _ => None,
    };
    for optional in ["refresh_token", "scope"] {
        if members
            .get(optional)
            .is_some_and(|value| value.is_null() || value.as_str() == Some(""))
        {
            members.remove(optional);
        }
    }
    Some((serde_json::to_vec(&answer).ok()?, id_token))
}

/// What openidconnect does not see of an answer, or does not keep.
#[derive(Clone)]
struct Seen {
    status: StatusCode,
    retry_after: Option<Duration>,
    id_token: Option<String>,
}

/// The bounded client as openidconnect wants it, which notes what [`Seen`] says.
pub(super) struct Recorder {
    outbound: Outbound,
    clock: SharedClock,
    seen: Arc<Mutex<Option<Seen>>>,
}

impl<'c> AsyncHttpClient<'c> for Recorder {
    type Error = OutboundError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutboundError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        let (outbound, clock, seen) = (
            self.outbound.clone(),
            Arc::clone(&self.clock),
            Arc::clone(&self.seen),
        );
        Box::pin(async move {
            let response = outbound.send(request).await?;
            let after = retry_after(response.headers(), clock.as_ref());
            let (mut parts, body) = response.into_parts();
            let (body, id_token) = tidy(&body).unwrap_or_else(|| (body.to_vec(), None));
            *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen {
                status: parts.status,
                retry_after: after,
                id_token,
            });
            if parts.status.is_success() {
                // Some answer 201; openidconnect takes 200 only.
                parts.status = StatusCode::OK;
            }
            Ok(Response::from_parts(parts, body))
        })
    }
}

impl Recorder {
    pub(super) fn new(outbound: Outbound, clock: SharedClock) -> Self {
        Self {
            outbound,
            clock,
            seen: Arc::default(),
        }
    }

    pub(super) fn judge(
        &self,
        answer: Result<
            CoreTokenResponse,
            RequestTokenError<
                OutboundError,
                openidconnect::StandardErrorResponse<CoreErrorResponseType>,
            >,
        >,
    ) -> Result<TokenAnswer, EndpointError> {
        let seen = self
            .seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        match (answer, seen) {
            // RFC 6749 §7.1: a token of a type that we do not understand must not be used.
            (Ok(answer), _) if *answer.token_type() != CoreTokenType::Bearer => Err(
                EndpointError::Unintelligible("the access token is no bearer token"),
            ),
            (Ok(answer), seen) => Ok(TokenAnswer {
                access_token: answer.access_token().secret().clone(),
                refresh_token: answer.refresh_token().map(|token| token.secret().clone()),
                id_token: seen.and_then(|seen| seen.id_token),
                scope: answer
                    .scopes()
                    .map(|scopes| scopes.iter().map(|scope| scope.to_string()).collect()),
                expires_in: answer
                    .expires_in()
                    .and_then(|life| i64::try_from(life.as_secs()).ok()),
            }),
            (_, Some(seen))
                if seen.status.is_server_error()
                    || seen.status == StatusCode::TOO_MANY_REQUESTS =>
            {
                let turned_away = matches!(
                    seen.status,
                    StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS
                );
                Err(EndpointError::Unavailable {
                    retry_after: seen.retry_after,
                    fate: if turned_away {
                        Fate::NoEffect
                    } else {
                        Fate::Unknown
                    },
                })
            }
            (Err(RequestTokenError::ServerResponse(error)), _) => {
                let code = error.error().as_ref().to_owned();
                if code == "temporarily_unavailable" {
                    return Err(EndpointError::Unavailable {
                        retry_after: None,
                        fate: Fate::NoEffect,
                    });
                }
                Err(EndpointError::Refused {
                    code,
                    description: error.error_description().cloned(),
                })
            }
            (Err(RequestTokenError::Request(error)), _) => Err(unreachable_provider(&error)),
            (Err(_), Some(seen)) if seen.status.is_client_error() => Err(EndpointError::Refused {
                code: format!("status {}", seen.status.as_u16()),
                description: None,
            }),
            // The error itself is dropped: it may carry the body, and so a token.
            (Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)), _) => Err(
                EndpointError::Unintelligible("the token endpoint's answer is no token response"),
            ),
        }
    }
}

pub(super) fn unreachable_provider(error: &OutboundError) -> EndpointError {
    tracing::warn!(%error, "the provider cannot be reached");
    let fate = match (error.sent(), error) {
        (Sent::No, _) => Fate::NoEffect,
        (Sent::Maybe, OutboundError::Interrupted { .. }) => Fate::ConnectionLost,
        (Sent::Maybe, _) => Fate::Unknown,
    };
    EndpointError::Unavailable {
        retry_after: None,
        fate,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    /// The members of `answer` after tidying, and the ID token.
    fn tidied(answer: &Value) -> (Value, Option<String>) {
        let (body, id_token) = tidy(answer.to_string().as_bytes()).unwrap();
        (serde_json::from_slice(&body).unwrap(), id_token)
    }

    #[test]
    fn a_lifetime_is_read_however_it_is_written_and_nonsense_is_as_if_unsaid() {
        for (written, read) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(3600.9), Some(3600)),
            (json!(-1), None),
            (json!(1e18), None),
            (json!("soon"), None),
            (json!(null), None),
        ] {
            let (answer, _) = tidied(&json!({ "expires_in": written }));
            assert_eq!(
                answer.get("expires_in").and_then(Value::as_u64),
                read,
                "{written}"
            );
        }
    }

    #[test]
    fn a_scope_may_be_an_array_and_empty_members_are_left_out() {
        let (answer, id_token) = tidied(&json!({
            "scope": ["a", "b"],
            "refresh_token": "",
            "id_token": "x.y.z",
        }));
        assert_eq!(answer, json!({ "scope": "a b" }));
        assert_eq!(id_token.as_deref(), Some("x.y.z"));
        let (answer, id_token) = tidied(&json!({ "scope": null, "id_token": null }));
        assert_eq!((answer, id_token), (json!({}), None));
    }

    #[test]
    fn what_is_no_json_object_is_left_as_it_is() {
        assert!(tidy(b"<html>").is_none());
        assert!(tidy(b"[]").is_none());
    }
}
