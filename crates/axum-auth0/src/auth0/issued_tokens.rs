//! Verifies the tokens of a grant without a session, and revokes those that do not reach their caller.

use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::state::AppState;
use crate::{
    config::{Api, ApiSettings},
    diagnosis::Diagnosis,
    dpop::DpopKey,
    grants::IssuedTokens,
    jwt,
    oauth::{IdTokenChecks, IdTokenError, TokenResponse},
    organization::RequiredOrganization,
    tokens::{AccessToken, CachedToken, TokenError, TokenRequest, UnusedTokens},
};

/// Verified tokens on the way to their caller.
pub(super) struct Delivery<A: Api> {
    tokens: IssuedTokens<A>,
    unused: UnusedTokens,
}

impl<A: Api> Delivery<A> {
    pub(super) fn new(tokens: IssuedTokens<A>, unused: UnusedTokens) -> Self {
        Self { tokens, unused }
    }

    /// Returns the tokens to the caller. Without this, they are revoked.
    pub(super) fn complete(self) -> IssuedTokens<A> {
        self.unused.mark_used();
        self.tokens
    }
}

/// A response of the token endpoint, and what its tokens have to be.
pub(super) struct Response<'a> {
    pub(super) tokens: &'a TokenResponse,
    pub(super) refresh_token: Option<SecretString>,
    pub(super) request: &'a TokenRequest<'a>,
    pub(super) organization: Option<&'a str>,
    /// In seconds since 1970.
    pub(super) requested_at: i64,
}

/// Why tokens cannot be used.
pub(super) enum UnusableTokens {
    Token(TokenError),
    IdToken(IdTokenError),
    InvalidResponse(&'static str),
}

impl From<IdTokenError> for UnusableTokens {
    fn from(error: IdTokenError) -> Self {
        Self::IdToken(error)
    }
}

/// Returns a key that the tokens of a request are bound to; `None` without `DPoP`.
pub(super) fn new_key(state: &AppState) -> Result<Option<DpopKey>, TokenError> {
    state
        .login
        .token_endpoint
        .dpop()
        .new_key()
        .map_err(|error| {
            tracing::error!(%error, "tokens not requested");
            TokenError::ProviderUnavailable { retry_after: None }
        })
}

/// Verifies that the access token is for `A` with its scopes, and the ID token if there is one.
pub(super) async fn verify<A: Api>(
    state: &AppState,
    settings: &Arc<ApiSettings>,
    response: Response<'_>,
) -> Result<IssuedTokens<A>, UnusableTokens> {
    let now = state.clock.unix_seconds();
    let Response {
        tokens,
        refresh_token,
        request,
        organization,
        requested_at,
    } = response;
    let token = CachedToken::verify(tokens, request, &state.config, (requested_at, now))
        .map_err(misconfigured)?;
    // Scopes of OpenID Connect need not be in the access token.
    let missing = token.missing(settings.scope());
    if !missing.is_empty() {
        let expected = request.expectation(&state.config, now);
        return Err(misconfigured(Diagnosis::scope_missing(&expected, missing)));
    }
    let claims = match &tokens.id_token {
        None => None,
        Some(id_token) => {
            let checks = IdTokenChecks {
                nonce: None,
                step_up: None,
                organization: organization
                    .map_or(RequiredOrganization::Optional, RequiredOrganization::Named),
                access_token: &tokens.access_token,
            };
            let verified = state.login.id_tokens.verify(id_token, &checks).await?;
            Some(verified.into_map())
        }
    };
    let actor = actor(&token.token, claims.as_ref())?;
    let signer = state.login.token_endpoint.dpop();
    Ok(IssuedTokens {
        scope: token.scope.clone(),
        expires_at: token.expires_at,
        access_token: AccessToken::new(token, Arc::clone(settings), signer),
        refresh_token,
        claims,
        actor,
    })
}

/// Returns the claim `act` of the access token or of the ID token (RFC 8693 §4.1).
fn actor(
    access_token: &str,
    claims: Option<&Map<String, Value>>,
) -> Result<Option<Map<String, Value>>, UnusableTokens> {
    let of_access_token = jwt::decode_unverified(access_token)
        .ok()
        .and_then(|claims| claims.unverified().get("act").cloned());
    let of_id_token = || claims.and_then(|claims| claims.get("act").cloned());
    match of_access_token.or_else(of_id_token) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(actor)) => Ok(Some(actor)),
        // It must not count as none: the subject would seem to act itself.
        Some(_) => Err(UnusableTokens::InvalidResponse("act is not an object")),
    }
}

fn misconfigured(diagnosis: Diagnosis) -> UnusableTokens {
    diagnosis.log("issued tokens refused");
    UnusableTokens::Token(TokenError::Misconfigured(Box::new(diagnosis)))
}
