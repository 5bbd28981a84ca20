//! The extractor for verified access tokens.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::{error::BearerError, verified_token::VerifiedToken, verifier::Verifier};

impl<S> FromRequestParts<S> for VerifiedToken
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerError> {
        Verifier::from_ref(state)
            .verify_headers(&parts.headers)
            .await
    }
}
