//! A cached access token, verified to match the request.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::token_request::TokenRequest;
use crate::{
    config::{Config, TokenFormat},
    diagnosis::{Diagnosis, TokenFacts, check_binding, inspect},
    dpop::DpopKey,
    jwt,
    oauth::TokenResponse,
};

/// Time in seconds during which a token counts as new, because another refresh would not yield a better one.
const YOUNG_TTL: i64 = 30;

/// An access token of a login, with the request and the properties of the token.
#[derive(Clone, Serialize, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "members of a stored record, each independent of the others"
)]
pub(crate) struct CachedToken {
    pub(crate) audience: String,
    /// The requested scopes. A token requested with another configuration is stale.
    pub(crate) requested: Vec<String>,
    /// The scopes of the token.
    pub(crate) scope: Vec<String>,
    pub(crate) token: String,
    /// Time of the request to the provider, in seconds since 1970. The token was issued then or later.
    pub(crate) obtained_at: i64,
    /// In seconds since 1970. `None` if neither the token nor the response contains it; then the token is used until
    /// the API rejects it.
    pub(crate) expires_at: Option<i64>,
    /// Whether a caller requested another token, as opposed to a refresh because of expiry.
    #[serde(default)]
    pub(crate) on_demand: bool,
    /// Whether the requested scopes differ from those of the configuration.
    #[serde(default)]
    pub(crate) is_extra: bool,
    /// Whether the token had no lifetime when it was issued and was returned once. Another refresh would not yield a
    /// better one.
    #[serde(default)]
    pub(crate) is_spent: bool,
    /// The key that the token is bound to; `None` for a bearer token. It is the login's, unless a version of this crate
    /// without `DPoP` lost that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) dpop_key: Option<DpopKey>,
    /// Whether the token had to be bound to the certificate of this application.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_certificate_bound: bool,
}

impl CachedToken {
    /// Verifies that the access token in `response` is a JWT of this issuer for the requested audience.
    ///
    /// The signature is not checked: the token came from the token endpoint over TLS, and the API checks it.
    /// `requested_at` is the time before the request was sent, `now` the time after the response was read. If the process
    /// was suspended in between, the token may have expired.
    ///
    /// # Errors
    ///
    /// Returns the problem with the token.
    pub(crate) fn verify(
        response: &TokenResponse,
        request: &TokenRequest<'_>,
        config: &Config,
        (requested_at, now): (i64, i64),
    ) -> Result<Self, Diagnosis> {
        let expected = request
            .expectation(config, now)
            .just_issued(requested_at, response.scope.as_deref());
        let facts = inspect(&response.access_token, &expected)?;
        check_certificate(response, request, config)?;
        if let Some(key) = &response.dpop_key {
            check_binding(&response.access_token, key.thumbprint(), &expected)?;
        }
        let expires_at = expiry(&facts, response.expires_in, requested_at);
        Ok(Self {
            audience: request.audience.to_owned(),
            requested: request.scope.clone(),
            scope: facts.scope,
            token: response.access_token.clone(),
            obtained_at: requested_at,
            expires_at,
            on_demand: false,
            is_extra: request.is_extra(),
            is_spent: false,
            dpop_key: response.dpop_key.clone(),
            is_certificate_bound: config.binds_tokens_to_certificate(),
        })
    }

    /// Returns whether this token belongs to `request`. A bearer token from before tokens had to be bound does not.
    pub(crate) fn matches(&self, request: &TokenRequest<'_>) -> bool {
        let is_bound = (self.dpop_key.is_some() || !request.api.dpop)
            && (self.is_certificate_bound || !request.api.certificate_bound);
        is_bound && self.audience == request.audience && self.requested == request.scope
    }

    pub(crate) fn is_valid(&self, now: i64) -> bool {
        self.expires_at.is_none_or(|end| end > now)
    }

    /// Returns whether the token had no lifetime when it was issued. Some providers issue such tokens shortly before
    /// their own session ends. A token that expired in transit had one.
    pub(crate) fn was_issued_expired(&self) -> bool {
        self.expires_at.is_some_and(|end| end <= self.obtained_at)
    }

    /// Returns whether the token is valid, or is kept because it is spent.
    pub(super) fn is_in_use(&self, now: i64) -> bool {
        self.is_valid(now) || self.is_spent
    }

    /// Returns whether the remaining lifetime exceeds `buffer` seconds, or a fifth of the total lifetime if that is
    /// less.
    pub(crate) fn is_fresh(&self, now: i64, buffer: i64) -> bool {
        self.expires_at.is_none_or(|end| {
            let buffer = buffer.min((end - self.obtained_at) / 5);
            end - now > buffer
        })
    }

    /// Returns whether the token was issued during the last 30 seconds.
    pub(super) fn is_young(&self, now: i64) -> bool {
        (0..YOUNG_TTL).contains(&(now - self.obtained_at))
    }

    /// Returns the scopes in `required` that the token lacks.
    pub(crate) fn missing(&self, required: &[String]) -> Vec<String> {
        required
            .iter()
            .filter(|scope| !self.scope.contains(scope))
            .cloned()
            .collect()
    }
}

/// Checks that the token is bound to the certificate that the request presented (RFC 8705 §3.1), if the configuration
/// requires it. Only the API can check an opaque token.
fn check_certificate(
    response: &TokenResponse,
    request: &TokenRequest<'_>,
    config: &Config,
) -> Result<(), Diagnosis> {
    if !config.binds_tokens_to_certificate() || request.api.token_format() == TokenFormat::Opaque {
        return Ok(());
    }
    let claims = jwt::decode_unverified(&response.access_token).ok();
    let bound_to = claims.as_ref().and_then(|claims| {
        let cnf = claims.unverified().as_map().get("cnf")?;
        cnf.get("x5t#S256")?.as_str()
    });
    if bound_to.is_some() && bound_to == response.certificate.as_deref() {
        return Ok(());
    }
    Err(Diagnosis::not_supported(
        "AUTH0_MTLS_BOUND_ACCESS_TOKENS",
        ["access tokens whose cnf names the client certificate (x5t#S256)"],
    ))
}

/// Returns when a token expires by the clock of this server: by its claims or by the response, whichever is earlier.
///
/// If the provider's clock is behind by more than the lifetime, `exp` is in the past although the response grants a
/// lifetime. Then the lifetime counts from the request.
fn expiry(facts: &TokenFacts, expires_in: Option<i64>, requested_at: i64) -> Option<i64> {
    let after_request = |seconds: i64| requested_at.saturating_add(seconds);
    let by_response = expires_in.map(after_request);
    let has_lifetime = expires_in.is_some_and(|seconds| seconds > 0);
    let by_claims = match (facts.issued_at, facts.expires_at) {
        (Some(begin), Some(end)) if has_lifetime && end <= requested_at => {
            Some(after_request(end.saturating_sub(begin)))
        }
        (_, end) => end,
    };
    match (by_claims, by_response) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl fmt::Debug for CachedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedToken")
            .field("audience", &self.audience)
            .field("scope", &self.scope)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
