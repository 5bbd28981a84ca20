//! What a token should be, and whether it is.

use super::Diagnosis;
use crate::{
    config::{ApiSettings, AudienceParameter, Config, TokenFormat},
    jwt::{self, ClaimError, TokenKind},
};

/// By how many seconds clocks may differ before it is worth a word; what RFC 7519 §4.1.4 calls a small leeway.
const LEEWAY: i64 = 60;

/// What an access token should be: one for this API, as the configuration asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Expectation<'a> {
    config: &'a Config,
    api: &'a ApiSettings,
    requested: &'a [String],
    answered_scope: Option<&'a [String]>,
    just_issued: bool,
    now: i64,
}

/// What a token says of itself. Its signature was not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenFacts {
    /// `iss`; `None` for an opaque token.
    pub issuer: Option<String>,
    /// `aud`; for a token that is not looked at the audience that was asked for.
    pub audience: Vec<String>,
    /// `scope` or, if that has no value, `scp`; or what the token response said; for a token that is not looked at what was
    /// asked for.
    pub scope: Vec<String>,
    /// `iat`, in seconds since 1970.
    pub issued_at: Option<i64>,
    /// `exp`, in seconds since 1970.
    pub expires_at: Option<i64>,
}

impl<'a> Expectation<'a> {
    /// A token for `api` with the scopes of its configuration. `now` is in seconds since 1970.
    pub fn new(config: &'a Config, api: &'a ApiSettings, now: i64) -> Self {
        Self {
            config,
            api,
            requested: &api.scope,
            answered_scope: None,
            just_issued: false,
            now,
        }
    }

    /// The scopes that were asked for, where they are not those of the configuration.
    #[must_use]
    pub fn requested(mut self, scopes: &'a [String]) -> Self {
        self.requested = scopes;
        self
    }

    /// The token came from the token endpoint this moment, whose answer named this scope.
    #[must_use]
    pub(crate) fn just_issued(mut self, answered_scope: Option<&'a [String]>) -> Self {
        self.just_issued = true;
        self.answered_scope = answered_scope;
        self
    }

    /// Whether the token came from the token endpoint this moment.
    pub(super) fn is_just_issued(&self) -> bool {
        self.just_issued
    }

    pub(crate) fn config(&self) -> &'a Config {
        self.config
    }

    pub(crate) fn api(&self) -> &'a ApiSettings {
        self.api
    }

    pub(crate) fn scopes(&self) -> &'a [String] {
        self.requested
    }
}

/// Says what `token` is, or why it is not what is expected: the one place that judges access tokens, for those that
/// were just issued, for those that an API refused, for the development pages and for programs.
///
/// The signature is not checked: that is the API's part (RFC 9068 §4), and a token from the token endpoint is vouched
/// for by TLS.
///
/// # Errors
///
/// The [`Diagnosis`]: what is wrong with the token and what to set where.
pub fn diagnose(token: &str, expected: &Expectation<'_>) -> Result<TokenFacts, Diagnosis> {
    let facts = inspect(token, expected)?;
    let missing: Vec<String> = expected
        .requested
        .iter()
        .filter(|scope| !facts.scope.contains(scope))
        .cloned()
        .collect();
    if missing.is_empty() {
        Ok(facts)
    } else {
        Err(Diagnosis::scope_missing(expected, &missing))
    }
}

/// As [`diagnose`], but a token with fewer scopes is good: it may do for other calls.
pub(crate) fn inspect(token: &str, expected: &Expectation<'_>) -> Result<TokenFacts, Diagnosis> {
    let audience = expected
        .api
        .audience
        .as_deref()
        .ok_or_else(|| Diagnosis::audience_missing(&expected.api.audience_variable))?;
    if expected.api.token_format == TokenFormat::Opaque {
        return Ok(unchecked(expected, audience));
    }
    let Ok(claims) = jwt::decode_unverified(token) else {
        return Err(opaque(token, expected, audience));
    };
    let claims = claims.unverified();
    let malformed = |error: ClaimError| Diagnosis::malformed_claim(audience, error);
    let audiences = match claims.audience() {
        Err(error @ ClaimError::Malformed(_)) => return Err(malformed(error)),
        audiences => audiences.unwrap_or_default(),
    };
    if !audiences.contains(&audience) {
        return Err(Diagnosis::not_for(expected, audience, &audiences));
    }
    let issuer = claims.string("iss").map_err(malformed)?;
    if !issuer.is_some_and(|issuer| expected.config.issues_access_tokens(issuer)) {
        return Err(Diagnosis::wrong_issuer(
            expected.config,
            issuer.unwrap_or("(none)"),
        ));
    }
    if TokenKind::of(token) == TokenKind::Symmetric {
        return Err(Diagnosis::symmetric_signature(expected.api, audience));
    }
    let scopes = claims.scopes().map_err(malformed)?;
    if expected.just_issued {
        let claim = scopes.as_ref().map_or("(none)", |scopes| scopes.name());
        tracing::debug!(audience, claim, "read the scopes of an access token");
    }
    let facts = TokenFacts {
        issuer: issuer.map(str::to_owned),
        audience: audiences.into_iter().map(str::to_owned).collect(),
        // RFC 6749 §5.1: an answer without `scope` grants what was asked for.
        scope: scopes.map_or_else(
            || {
                expected
                    .answered_scope
                    .unwrap_or(expected.requested)
                    .to_vec()
            },
            |scopes| scopes.to_vec(),
        ),
        // RFC 7519 §2. What cannot be read is not the same as absent: it would mean "never expires".
        issued_at: claims.numeric_date("iat").map_err(malformed)?,
        expires_at: claims.numeric_date("exp").map_err(malformed)?,
    };
    claims.numeric_date("nbf").map_err(malformed)?;
    in_time(&facts, expected, audience)?;
    Ok(facts)
}

/// What is taken for granted of a token that is not looked at: that it is what was asked for. What a provider writes into
/// its JWTs, or as `scope` into the response, is no obstacle then.
fn unchecked(expected: &Expectation<'_>, audience: &str) -> TokenFacts {
    TokenFacts {
        audience: vec![audience.to_owned()],
        scope: expected.requested.to_vec(),
        ..TokenFacts::default()
    }
}

/// Why a token that is no JWT is not what was asked for.
fn opaque(token: &str, expected: &Expectation<'_>, audience: &str) -> Diagnosis {
    match TokenKind::of(token) {
        TokenKind::TooLong { bytes } => Diagnosis::access_token_too_long(audience, bytes),
        TokenKind::Encrypted => Diagnosis::encrypted_token(expected.api, audience),
        TokenKind::Malformed(error) => Diagnosis::malformed_access_token(audience, error),
        _ if is_ignored_resource(expected.config) => Diagnosis::resource_ignored(audience),
        _ => Diagnosis::opaque_token(expected, audience),
    }
}

/// Whether Auth0 is asked in a way that it does not listen to.
pub(super) fn is_ignored_resource(config: &Config) -> bool {
    config.audience_parameter() == AudienceParameter::Resource && config.issuer().has_auth0_form()
}

fn in_time(
    facts: &TokenFacts,
    expected: &Expectation<'_>,
    audience: &str,
) -> Result<(), Diagnosis> {
    let now = expected.now;
    if let Some(end) = facts.expires_at.filter(|end| *end <= now) {
        if !expected.just_issued {
            return Err(Diagnosis::expired_token(now - end));
        }
        let ahead = facts.issued_at.map(|begin| now - begin);
        return match ahead.filter(|ahead| ahead.abs() > LEEWAY) {
            // Nobody issues tokens that have ended: the clocks differ by more than the token's life.
            Some(ahead) => Err(Diagnosis::clock_skew(ahead)),
            // As short-lived as this near the end of the provider's own session: good for one use.
            None if now - end <= LEEWAY => Ok(()),
            None => Err(Diagnosis::issued_expired(audience, now - end)),
        };
    }
    if let Some(begin) = facts.issued_at.filter(|begin| *begin > now + LEEWAY) {
        // The token is good; APIs with the right time accept it.
        tracing::warn!(
            diagnosis = %Diagnosis::clock_skew(now - begin),
            "the access token was issued in the future"
        );
    }
    Ok(())
}
