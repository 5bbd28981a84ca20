//! What the products API's answers mean. Its texts stay here: the browser gets errors of a closed list.

use super::apis::ProductsApi;
use crate::{AppError, Field, FieldFault, InvalidField, api::products::Products};
use axum_auth0::{AccessToken, outbound::OutboundError};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::WWW_AUTHENTICATE};
use leptos_auth0::{ApiFault, AuthError, Explanation};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Why a call failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// 401: the API does not accept the token.
    TokenRefused { challenge: Option<String> },
    /// 403 `insufficient_scope`: the token lacks this scope.
    ScopeMissing { scope: String },
    /// Anything else.
    Other(AppError),
}

impl Failure {
    /// What it means, given the token that was sent.
    pub(super) fn explained_by(self, token: &AccessToken<ProductsApi>) -> AppError {
        match self {
            Self::TokenRefused { challenge } => token.refused_by_api(challenge.as_deref()).into(),
            Self::ScopeMissing { scope } => token.lacks_scope(&scope).into(),
            Self::Other(error) => error,
        }
    }
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        Self::Other(error)
    }
}

impl From<OutboundError> for Failure {
    fn from(error: OutboundError) -> Self {
        tracing::error!(%error, "the products API");
        Self::Other(AppError::Auth(match error {
            OutboundError::Timeout { .. } => AuthError::ApiUnavailable(ApiFault::TimedOut),
            OutboundError::Setup { .. } => AuthError::Internal,
            OutboundError::InsecureUrl { to } => AuthError::Misconfigured(Explanation {
                code: "api_url_insecure".to_owned(),
                cause: format!(
                    "The products API was not asked: {to} is neither https nor on this machine."
                ),
                fix: "Set PRODUCTS_API_URL to the API's https address, and restart.".to_owned(),
            }),
            _ => AuthError::ApiUnavailable(ApiFault::BadAnswer),
        }))
    }
}

/// Reads a list of products.
pub(super) fn read_answer(body: &Bytes) -> Result<Products, AppError> {
    serde_json::from_slice(body).map_err(|error| {
        tracing::error!(
            line = error.line(),
            column = error.column(),
            "the products API sent something else than products"
        );
        AppError::Auth(AuthError::ApiUnavailable(ApiFault::BadAnswer))
    })
}

/// What an answer that is not a success means.
pub(super) fn read_failure(answer: &Response<Bytes>) -> Failure {
    let status = answer.status();
    let challenge = challenge(answer.headers());
    if status == StatusCode::UNAUTHORIZED {
        return Failure::TokenRefused { challenge };
    }
    if let (StatusCode::FORBIDDEN, Some(scope)) =
        (status, challenge.as_deref().and_then(missing_scope))
    {
        return Failure::ScopeMissing { scope };
    }
    if status.is_server_error() || status.is_redirection() {
        tracing::error!(%status, "the products API");
    } else {
        tracing::info!(%status, "the products API refused a call");
    }
    Failure::Other(match status {
        StatusCode::FORBIDDEN => AuthError::Forbidden.into(),
        StatusCode::NOT_FOUND | StatusCode::GONE => AppError::NotFound,
        StatusCode::CONFLICT => AppError::Conflict,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => refused_fields(answer.body()),
        StatusCode::TOO_MANY_REQUESTS => AppError::TooManyRequests,
        StatusCode::SERVICE_UNAVAILABLE => AuthError::ApiUnavailable(ApiFault::Busy).into(),
        StatusCode::GATEWAY_TIMEOUT => AuthError::ApiUnavailable(ApiFault::TimedOut).into(),
        _ => AuthError::ApiUnavailable(ApiFault::BadAnswer).into(),
    })
}

fn challenge(headers: &HeaderMap) -> Option<String> {
    headers
        .get(WWW_AUTHENTICATE)?
        .to_str()
        .ok()
        .map(str::to_owned)
}

/// The scope that a challenge with `error="insufficient_scope"` asks for (RFC 6750, section 3).
fn missing_scope(challenge: &str) -> Option<String> {
    let insufficient = parameter(challenge, "error") == Some("insufficient_scope");
    insufficient.then(|| parameter(challenge, "scope").unwrap_or_default().to_owned())
}

fn parameter<'c>(challenge: &'c str, name: &str) -> Option<&'c str> {
    challenge.match_indices(name).find_map(|(start, _)| {
        let begins = challenge[..start].ends_with([' ', ',', '\t']);
        let value = challenge[start + name.len()..]
            .strip_prefix("=\"")
            .filter(|_| begins)?;
        value.split_once('"').map(|(value, _)| value)
    })
}

/// The fields that the API refused, by its names for them.
fn refused_fields(body: &Bytes) -> AppError {
    #[derive(Deserialize)]
    struct Refusal {
        fields: Map<String, Value>,
    }
    let fields = serde_json::from_slice::<Refusal>(body)
        .map(|refusal| refusal.fields)
        .unwrap_or_default();
    let invalid: Vec<_> = fields
        .keys()
        .filter_map(|field| match field.as_str() {
            "name" => Some(Field::Name),
            "category" => Some(Field::Category),
            "priceCents" => Some(Field::Price),
            "stock" => Some(Field::Stock),
            _ => None,
        })
        .map(|field| InvalidField {
            field,
            fault: FieldFault::Refused,
        })
        .collect();
    if invalid.is_empty() {
        AuthError::BadRequest.into()
    } else {
        AppError::Invalid(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::{Failure, read_answer, read_failure};
    use crate::{AppError, Field, FieldFault, InvalidField};
    use bytes::Bytes;
    use http::Response;
    use leptos_auth0::{ApiFault, AuthError};

    fn answer(status: u16, challenge: Option<&str>, body: &'static str) -> Response<Bytes> {
        let mut answer = Response::builder().status(status);
        if let Some(challenge) = challenge {
            answer = answer.header("www-authenticate", challenge);
        }
        answer
            .body(Bytes::from_static(body.as_bytes()))
            .expect("an answer of this test")
    }

    #[test]
    fn every_status_has_its_meaning() {
        let api = |fault| AppError::Auth(AuthError::ApiUnavailable(fault));
        for (status, meaning) in [
            (302, api(ApiFault::BadAnswer)),
            (400, AuthError::BadRequest.into()),
            (403, AuthError::Forbidden.into()),
            (404, AppError::NotFound),
            (409, AppError::Conflict),
            (418, api(ApiFault::BadAnswer)),
            (429, AppError::TooManyRequests),
            (500, api(ApiFault::BadAnswer)),
            (502, api(ApiFault::BadAnswer)),
            (503, api(ApiFault::Busy)),
            (504, api(ApiFault::TimedOut)),
        ] {
            assert_eq!(
                read_failure(&answer(status, None, "")),
                Failure::Other(meaning),
                "{status}"
            );
        }
    }

    #[test]
    fn a_refused_token_keeps_the_challenge() {
        let challenge =
            r#"Bearer error="invalid_token", error_description="not issued for this API""#;
        assert_eq!(
            read_failure(&answer(401, Some(challenge), "")),
            Failure::TokenRefused {
                challenge: Some(challenge.to_owned())
            }
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        let challenge = r#"Bearer error="insufficient_scope", scope="write:products""#;
        assert_eq!(
            read_failure(&answer(403, Some(challenge), "")),
            Failure::ScopeMissing {
                scope: "write:products".to_owned()
            }
        );
        let other = r#"Bearer error="other", xscope="write:products""#;
        assert_eq!(
            read_failure(&answer(403, Some(other), "")),
            Failure::Other(AuthError::Forbidden.into())
        );
    }

    #[test]
    fn the_fields_that_the_api_refused_are_marked() {
        let body =
            r#"{"error":"invalid_request","fields":{"priceCents":"too much","currency":"what?"}}"#;
        let invalid = InvalidField {
            field: Field::Price,
            fault: FieldFault::Refused,
        };
        assert_eq!(
            read_failure(&answer(422, None, body)),
            Failure::Other(AppError::Invalid(vec![invalid]))
        );
    }

    #[test]
    fn an_answer_that_is_not_products_is_a_fault_of_the_api() {
        for body in ["", "<html>", "{}", r#"{"owner":1,"products":[]}"#] {
            assert_eq!(
                read_answer(&Bytes::from_static(body.as_bytes())),
                Err(AppError::Auth(AuthError::ApiUnavailable(
                    ApiFault::BadAnswer
                ))),
                "{body}"
            );
        }
    }
}
