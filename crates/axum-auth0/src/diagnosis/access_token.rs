//! Examines an access token.

use super::{Diagnosis, Expectation, audience::not_for, printable};
use crate::{
    config::TokenFormat,
    jwt::{self, ClaimError, TokenKind},
};

/// Clock difference in seconds that is tolerated without a report; the small leeway of RFC 7519 §4.1.4.
const LEEWAY: i64 = 60;

/// The content of a token. Its signature is not verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenFacts {
    /// `iss`; `None` for an opaque token.
    pub issuer: Option<String>,
    /// `aud`; the requested audience if the token is not inspected.
    pub audience: Vec<String>,
    /// `scope` or, if that has no value, `scp`. If the token has neither, the scope of the token response. If the token
    /// is not inspected, the requested scope.
    pub scope: Vec<String>,
    /// `iat`, in seconds since 1970.
    pub issued_at: Option<i64>,
    /// `exp`, in seconds since 1970.
    pub expires_at: Option<i64>,
}

/// Returns the content of `token`, or the reason why it is not as expected.
///
/// The signature is not verified: the API does that ([RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4)),
/// and TLS authenticates a token from the token endpoint.
///
/// # Errors
///
/// Returns a [`Diagnosis`] if the token is not for the expected API, lacks a requested scope, has expired or cannot be
/// read.
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
        Err(Diagnosis::scope_missing(expected, missing))
    }
}

/// Examines a token as [`diagnose`] does, but accepts missing scopes: the granted ones may suffice for other calls.
pub(crate) fn inspect(token: &str, expected: &Expectation<'_>) -> Result<TokenFacts, Diagnosis> {
    let audience = expected
        .api
        .audience
        .as_deref()
        .ok_or_else(|| Diagnosis::AudienceMissing {
            variable: expected.api.audience_variable.clone(),
        })?;
    if expected.api.token_format == TokenFormat::Opaque {
        return Ok(unchecked(expected, audience));
    }
    let Ok(claims) = jwt::decode_unverified(token) else {
        return Err(not_a_jwt(token, expected, audience));
    };
    let claims = claims.unverified();
    let malformed = |error: ClaimError| Diagnosis::MalformedClaim {
        audience: audience.to_owned(),
        claim: error.claim().to_owned(),
    };
    let audiences = match claims.audience() {
        Err(error @ ClaimError::Malformed(_)) => return Err(malformed(error)),
        audiences => audiences.unwrap_or_default(),
    };
    if !audiences.contains(&audience) {
        return Err(not_for(expected, audience, &audiences));
    }
    let issuer = claims.string("iss").map_err(malformed)?;
    if !issuer.is_some_and(|issuer| expected.config.issues_access_tokens(issuer)) {
        return Err(Diagnosis::WrongIssuer {
            found: issuer.map(printable),
            issuer: expected.config.issuer().to_string(),
            token_issuer: expected.config.token_issuer().map(str::to_owned),
        });
    }
    if TokenKind::of(token) == TokenKind::Symmetric {
        return Err(Diagnosis::SymmetricSignature {
            audience: audience.to_owned(),
            variable: expected.api.audience_variable.clone(),
        });
    }
    let scopes = claims.scopes().map_err(malformed)?;
    if expected.is_just_issued() {
        let claim = scopes.as_ref().map_or("(none)", |scopes| scopes.name());
        tracing::debug!(audience, claim, "read the scopes of an access token");
    }
    let facts = TokenFacts {
        issuer: issuer.map(str::to_owned),
        audience: audiences.into_iter().map(str::to_owned).collect(),
        // RFC 6749 §5.1: a response without `scope` grants the requested one.
        scope: scopes.map_or_else(
            || expected.granted.unwrap_or(expected.requested).to_vec(),
            |scopes| scopes.to_vec(),
        ),
        // RFC 7519 §2. A malformed time must not count as absent, which would mean that the token never expires.
        issued_at: claims.numeric_date("iat").map_err(malformed)?,
        expires_at: claims.numeric_date("exp").map_err(malformed)?,
    };
    claims.numeric_date("nbf").map_err(malformed)?;
    in_time(&facts, expected, audience)?;
    Ok(facts)
}

/// Returns the requested properties, for a token that is not inspected. The content of its JWT and the `scope` of the
/// response are ignored.
fn unchecked(expected: &Expectation<'_>, audience: &str) -> TokenFacts {
    TokenFacts {
        audience: vec![audience.to_owned()],
        scope: expected.requested.to_vec(),
        ..TokenFacts::default()
    }
}

/// Returns why a token that is not a JWT differs from the requested one.
fn not_a_jwt(token: &str, expected: &Expectation<'_>, audience: &str) -> Diagnosis {
    let (audience, api) = (audience.to_owned(), expected.api.name.to_owned());
    match TokenKind::of(token) {
        TokenKind::TooLong { bytes } => Diagnosis::TokenTooLong { audience, bytes },
        TokenKind::Encrypted => Diagnosis::EncryptedToken { audience, api },
        TokenKind::Malformed(error) => Diagnosis::MalformedToken { audience, error },
        _ if expected.is_ignored_resource() => Diagnosis::ResourceIgnored { audience },
        _ if expected.login_named_no_api() => Diagnosis::LoginWithoutApi { audience },
        _ => Diagnosis::OpaqueToken {
            audience,
            api,
            parameter: expected.config.audience_parameter(),
        },
    }
}

fn in_time(
    facts: &TokenFacts,
    expected: &Expectation<'_>,
    audience: &str,
) -> Result<(), Diagnosis> {
    let now = expected.now;
    // A token from the token endpoint may have expired in transit, while this process was suspended. It was valid when it
    // was issued.
    let valid_at = expected.requested_at.map_or(now, |at| at.min(now));
    if let Some(end) = facts.expires_at.filter(|end| *end <= valid_at) {
        if !expected.is_just_issued() {
            return Err(Diagnosis::ExpiredToken { seconds: now - end });
        }
        let ahead = facts.issued_at.map(|begin| valid_at - begin);
        return match ahead.filter(|ahead| ahead.abs() > LEEWAY) {
            // Providers do not issue expired tokens, so the clocks differ by more than the token's lifetime.
            Some(ahead) => Err(Diagnosis::ClockSkew { ahead }),
            // Lifetimes can be this short near the end of the provider's session. The token is usable once.
            None if valid_at - end <= LEEWAY => Ok(()),
            None => Err(Diagnosis::IssuedExpired {
                audience: audience.to_owned(),
                seconds: valid_at - end,
            }),
        };
    }
    if let Some(begin) = facts.issued_at.filter(|begin| *begin > now + LEEWAY) {
        // The token is valid; APIs with a correct clock accept it.
        tracing::warn!(
            diagnosis = %Diagnosis::ClockSkew { ahead: now - begin },
            "the access token was issued in the future"
        );
    }
    Ok(())
}
