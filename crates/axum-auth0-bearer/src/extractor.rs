//! The extractor for verified access tokens.

use axum::extract::{FromRef, FromRequestParts};
use http::request::Parts;

use super::{
    error::BearerError, presented_token::AcceptedProof, verified_token::VerifiedToken,
    verifier::Verifier,
};

impl<S> FromRequestParts<S> for VerifiedToken
where
    Verifier: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = BearerError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, BearerError> {
        verified_token(parts, &Verifier::from_ref(state)).await
    }
}

/// Returns the token of a request. A token that a layer has verified with the same settings is not verified again.
pub(super) async fn verified_token(
    parts: &mut Parts,
    verifier: &Verifier,
) -> Result<VerifiedToken, BearerError> {
    if let Some(token) = parts.extensions.get::<VerifiedToken>()
        && token.is_verified_by(&verifier.0)
    {
        return Ok(token.clone());
    }
    let token = verifier.verify_request(parts).await?;
    if let Some(proof) = AcceptedProof::of(parts) {
        parts.extensions.insert(proof);
    }
    parts.extensions.insert(token.clone());
    Ok(token)
}
