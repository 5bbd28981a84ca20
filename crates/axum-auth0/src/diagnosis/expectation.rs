//! What a token should be, and whether it is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::Diagnosis;
use crate::{
    config::{ApiSettings, AudienceParameter, Config, TokenFormat},
    jwt::{self, Claims},
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
    /// `aud`; for an opaque token the audience that was asked for.
    pub audience: Vec<String>,
    /// `scope`, or `scp`; or what the token response said.
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
    let Ok(claims) = jwt::peek(token) else {
        return opaque(token, expected, audience);
    };
    let claims = claims.unverified();
    let audiences = claims.audience().unwrap_or_default();
    if !audiences.contains(&audience) {
        return Err(Diagnosis::not_for(expected, audience, &audiences));
    }
    let issuer = claims.string("iss").ok().flatten();
    if issuer != Some(expected.config.issuer.as_str()) {
        return Err(Diagnosis::wrong_issuer(
            expected.config.issuer.as_str(),
            issuer.unwrap_or("(none)"),
        ));
    }
    if is_symmetric(token) {
        return Err(Diagnosis::symmetric_signature(expected.api, audience));
    }
    let facts = TokenFacts {
        issuer: issuer.map(str::to_owned),
        audience: audiences.into_iter().map(str::to_owned).collect(),
        // RFC 6749 §5.1: an answer without `scope` grants what was asked for.
        scope: scope_claim(claims).unwrap_or_else(|| {
            expected
                .answered_scope
                .unwrap_or(expected.requested)
                .to_vec()
        }),
        issued_at: claims.numeric_date("iat").ok().flatten(),
        expires_at: claims.numeric_date("exp").ok().flatten(),
    };
    in_time(&facts, expected)?;
    Ok(facts)
}

fn opaque(
    token: &str,
    expected: &Expectation<'_>,
    audience: &str,
) -> Result<TokenFacts, Diagnosis> {
    if expected.api.token_format == TokenFormat::Opaque {
        return Ok(TokenFacts {
            audience: vec![audience.to_owned()],
            scope: expected
                .answered_scope
                .unwrap_or(expected.requested)
                .to_vec(),
            ..TokenFacts::default()
        });
    }
    let is_encrypted = token.split('.').count() == 5;
    Err(if is_encrypted {
        Diagnosis::encrypted_token(expected.api, audience)
    } else if is_ignored_resource(expected.config) {
        Diagnosis::resource_ignored(audience)
    } else {
        Diagnosis::opaque_token(expected, audience)
    })
}

/// Whether Auth0 is asked in a way that it does not listen to.
pub(super) fn is_ignored_resource(config: &Config) -> bool {
    config.audience_parameter == AudienceParameter::Resource && config.issuer.is_like_auth0()
}

fn in_time(facts: &TokenFacts, expected: &Expectation<'_>) -> Result<(), Diagnosis> {
    let now = expected.now;
    if let Some(end) = facts.expires_at.filter(|end| *end <= now) {
        return Err(match facts.issued_at {
            // Nobody issues tokens that have ended: the clocks differ by more than the token's life.
            Some(begin) if expected.just_issued => Diagnosis::clock_skew(now - begin),
            _ => Diagnosis::expired_token(now - end),
        });
    }
    if let Some(begin) = facts.issued_at.filter(|begin| *begin > now + LEEWAY) {
        // The token is good all the same; APIs with the right time accept it.
        tracing::warn!(
            diagnosis = %Diagnosis::clock_skew(now - begin),
            "the access token was issued in the future"
        );
    }
    Ok(())
}

/// Whether the header names a signature that is made and checked with the same secret (RFC 7518 §3.2).
fn is_symmetric(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    URL_SAFE_NO_PAD
        .decode(header)
        .ok()
        .and_then(|json| serde_json::from_slice::<Value>(&json).ok())
        .and_then(|header| {
            let algorithm = header.get("alg")?.as_str()?;
            Some(algorithm.starts_with("HS"))
        })
        .unwrap_or(false)
}

/// `scope` as a string (RFC 9068 §2.2.3) or, as some providers have it, an array; or Microsoft's `scp`.
fn scope_claim(claims: &Claims) -> Option<Vec<String>> {
    match claims.get("scope").or_else(|| claims.get("scp"))? {
        Value::String(words) => Some(words.split_whitespace().map(str::to_owned).collect()),
        Value::Array(words) => Some(
            words
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}
