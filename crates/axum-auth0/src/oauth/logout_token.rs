//! Validates logout tokens: OpenID Connect Back-Channel Logout 1.0 §2.6, whose step numbers the comments use.

use serde_json::Value;

use super::id_token::{LEEWAY, MAX_AGE_OF_IAT};
use crate::{
    clock::SharedClock,
    config::Config,
    jwt::{Algorithm, ClaimError, Claims, VerifiedJwt},
    provider::{Provider, ProviderError, VerifyError},
};

/// The member of `events` that makes a token a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Maximum length of `sub`, `sid` and `jti`, in bytes.
const MAX_IDENTIFIER: usize = 1_024;

/// Maximum time between `iat` and `exp`, in seconds. It bounds how long a replay has to be detected.
const MAX_LIFETIME: i64 = 86_400;

/// A valid logout token.
#[derive(Clone, Debug)]
pub(crate) struct LogoutToken {
    /// `sub`. At least one of `sub` and `sid` is present.
    pub(crate) subject: Option<String>,
    /// `sid`.
    pub(crate) session: Option<String>,
    /// `jti`.
    pub(crate) id: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
}

/// The reason for rejecting a logout token. No variant contains a value of the token.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogoutTokenError {
    #[error(transparent)]
    Signature(VerifyError),
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error("iss is not the issuer of this application's provider")]
    Issuer,
    #[error("aud does not contain this application")]
    Audience,
    #[error("{0}")]
    Time(&'static str),
    #[error("{0}")]
    Rule(&'static str),
    /// The token may be valid or not.
    #[error("the provider's keys are unavailable: {0}")]
    Unavailable(ProviderError),
}

impl From<VerifyError> for LogoutTokenError {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Unavailable(error) => Self::Unavailable(error),
            error => Self::Signature(error),
        }
    }
}

/// Verifies the logout tokens of one provider for one client.
#[derive(Clone, Debug)]
pub(crate) struct LogoutTokenVerifier {
    provider: Provider,
    client_id: String,
    algorithms: Vec<Algorithm>,
    clock: SharedClock,
}

impl LogoutTokenVerifier {
    pub(crate) fn new(provider: Provider, config: &Config, clock: SharedClock) -> Self {
        Self {
            provider,
            client_id: config.client_id().to_owned(),
            algorithms: config.id_token_algorithms().to_vec(),
            clock,
        }
    }

    /// Verifies a logout token.
    ///
    /// # Errors
    ///
    /// See [`LogoutTokenError`].
    pub(crate) async fn verify(&self, token: &str) -> Result<LogoutToken, LogoutTokenError> {
        // Steps 2 and 3: a signature with a key of the provider, as that of an ID token.
        let jwt = self.provider.verify(token, &self.algorithms).await?;
        check_media_type(&jwt)?;
        let claims = jwt.claims();
        // Step 4: iss, aud, iat and exp as in an ID token.
        if claims.required_string("iss")? != self.provider.issuer().as_str() {
            return Err(LogoutTokenError::Issuer);
        }
        if !claims.audience()?.contains(&self.client_id.as_str()) {
            return Err(LogoutTokenError::Audience);
        }
        let (issued_at, expires_at) = check_times(claims, self.clock.unix_seconds())?;
        check_event(claims)?;
        // Step 5.
        let (subject, session) = (identifier(claims, "sub")?, identifier(claims, "sid")?);
        if subject.is_none() && session.is_none() {
            return Err(LogoutTokenError::Rule("it has neither sub nor sid"));
        }
        // Step 8. Without jti a replay cannot be detected.
        let id = identifier(claims, "jti")?.ok_or(ClaimError::Missing("jti"))?;
        Ok(LogoutToken {
            subject,
            session,
            id,
            issued_at,
            expires_at,
        })
    }
}

/// Refuses other kinds of tokens that are typed (RFC 8725 §3.11). Not all providers type logout tokens.
fn check_media_type(jwt: &VerifiedJwt) -> Result<(), LogoutTokenError> {
    const TYPES: [&str; 3] = ["logout+jwt", "application/logout+jwt", "JWT"];
    let is_other = jwt
        .media_type()
        .is_some_and(|found| !TYPES.iter().any(|known| found.eq_ignore_ascii_case(known)));
    if is_other {
        return Err(LogoutTokenError::Rule("its typ is not logout+jwt"));
    }
    Ok(())
}

/// Returns `iat` and `exp`. `now` is in seconds since 1970.
fn check_times(claims: &Claims, now: i64) -> Result<(i64, i64), LogoutTokenError> {
    let (issued_at, expires_at) = (
        claims.required_numeric_date("iat")?,
        claims.required_numeric_date("exp")?,
    );
    if expires_at <= now - LEEWAY {
        return Err(LogoutTokenError::Time("exp has passed"));
    }
    if issued_at > now + LEEWAY {
        return Err(LogoutTokenError::Time("iat is in the future"));
    }
    if issued_at < now - MAX_AGE_OF_IAT {
        return Err(LogoutTokenError::Time("iat is too long ago"));
    }
    if expires_at - issued_at > MAX_LIFETIME {
        return Err(LogoutTokenError::Time("exp is more than a day after iat"));
    }
    Ok((issued_at, expires_at))
}

/// Checks steps 6 and 7, which ID tokens and access tokens fail.
fn check_event(claims: &Claims) -> Result<(), LogoutTokenError> {
    let event = claims.get("events").and_then(|events| events.get(EVENT));
    if !event.is_some_and(Value::is_object) {
        return Err(LogoutTokenError::Rule(
            "events has no back-channel logout event that is an object",
        ));
    }
    // Present with any value, null included.
    if claims.as_map().contains_key("nonce") {
        return Err(LogoutTokenError::Rule("it has a nonce"));
    }
    Ok(())
}

fn identifier(claims: &Claims, name: &'static str) -> Result<Option<String>, LogoutTokenError> {
    match claims.string(name)? {
        Some(value) if value.len() > MAX_IDENTIFIER => Err(ClaimError::Malformed(name).into()),
        value => Ok(value.map(str::to_owned)),
    }
}
