//! The rules for ID tokens: OpenID Connect Core 1.0 §3.1.3.7, numbered as there, and §12.2 for refreshed ones.
//!
//! openidconnect's own verifier leaves out `azp`, `at_hash`, the age of `iat` and every leeway; here all rules stand
//! in one place, over a token whose signature was verified with the provider's cached keys.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{
    clock::SharedClock,
    config::Config,
    diagnosis::Diagnosis,
    jwt::{Algorithm, ClaimError, Claims, JwtError, TokenKind, decode_unverified},
    provider::Provider,
};

/// What clocks may differ by, in seconds.
pub(crate) const LEEWAY: i64 = 60;

/// How old an ID token may be when it comes from the token endpoint, in seconds.
pub(crate) const MAX_AGE_OF_IAT: i64 = 600;

/// OpenID Connect Core 1.0 §2: `sub` is at most 255 characters.
const MAX_SUBJECT: usize = 255;

/// Why an ID token is refused. Nothing in it comes from the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokenError {
    /// It is no JWT, or its signature does not hold.
    #[error("the ID token cannot be verified: {0}")]
    Signature(#[from] JwtError),
    /// A claim is missing or malformed.
    #[error("the ID token is malformed: {0}")]
    Claim(#[from] ClaimError),
    /// A rule is broken.
    #[error("the ID token is refused: {0}")]
    Rule(&'static str),
}

/// What a login asked for and its ID token must answer to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expected<'a> {
    pub(crate) nonce: &'a str,
    pub(crate) max_age: Option<u64>,
    pub(crate) organization: Option<&'a str>,
    pub(crate) access_token: &'a str,
}

/// What a refreshed ID token is, compared with the one of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refreshed {
    /// Of the same person at the same provider.
    OfTheSamePerson,
    /// Of another person, provider or client.
    OfAnotherPerson,
}

/// Verifies ID tokens of one provider for one client.
#[derive(Clone, Debug)]
pub(crate) struct IdTokenRules {
    provider: Provider,
    client_id: String,
    /// The APIs that the application asks tokens for.
    audiences: Vec<String>,
    clock: SharedClock,
}

impl IdTokenRules {
    pub(crate) fn new(provider: Provider, config: &Config, clock: SharedClock) -> Self {
        let apis = config.apis().filter_map(|api| api.audience.clone());
        let audiences = apis.chain(config.audience().map(str::to_owned)).collect();
        Self {
            provider,
            client_id: config.client_id().to_owned(),
            audiences,
            clock,
        }
    }

    /// Verifies the ID token of a login and returns its claims.
    pub(crate) async fn verify(
        &self,
        token: &str,
        expected: &Expected<'_>,
    ) -> Result<Claims, IdTokenError> {
        // Rules 6–8: the signature, with an asymmetric algorithm of ours and a key of the provider's.
        let jwt = self.provider.verify(token, Algorithm::ALL).await?;
        let algorithm = jwt.algorithm();
        // A logout token is signed with the same keys for the same audience; it says what it is.
        if jwt
            .media_type()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("logout+jwt"))
            || jwt.claims().has("events")
        {
            return Err(IdTokenError::Rule("it is a logout token"));
        }
        let claims = jwt.into_claims();
        let now = self.clock.unix_seconds();

        // Rule 2: the issuer, exactly.
        if claims.required_string("iss")? != self.provider.issuer().as_str() {
            return Err(IdTokenError::Rule("iss is not the configured issuer"));
        }
        // Rules 3–5: issued to this client. Others beside it must be APIs of our own configuration (some providers put
        // them there), or azp must say that this client asked.
        let audience = claims.audience()?;
        if !audience.contains(&self.client_id.as_str()) {
            return Err(IdTokenError::Rule("aud does not contain the client"));
        }
        let azp = claims.string("azp")?;
        if azp.is_some_and(|azp| azp != self.client_id) {
            return Err(IdTokenError::Rule("azp is another client"));
        }
        let is_known = |other: &&str| {
            *other == self.client_id || self.audiences.iter().any(|known| known == other)
        };
        if azp.is_none() && !audience.iter().all(is_known) {
            return Err(IdTokenError::Rule(
                "aud names others beside the client, and azp is missing",
            ));
        }
        // Rule 9: not expired.
        if claims.required_numeric_date("exp")? <= now - LEEWAY {
            return Err(IdTokenError::Rule("exp has passed"));
        }
        if claims
            .numeric_date("nbf")?
            .is_some_and(|nbf| nbf > now + LEEWAY)
        {
            return Err(IdTokenError::Rule("nbf is in the future"));
        }
        // Rule 10: fresh. It comes straight from the token endpoint, so an old one is a replay.
        let iat = claims.required_numeric_date("iat")?;
        if iat > now + LEEWAY {
            return Err(IdTokenError::Rule("iat is in the future"));
        }
        if iat < now - MAX_AGE_OF_IAT {
            return Err(IdTokenError::Rule("iat is too long ago"));
        }
        // Rule 11: the nonce of this very login.
        if claims.required_string("nonce")? != expected.nonce {
            return Err(IdTokenError::Rule("nonce is not the one of this login"));
        }
        // Rule 13: a recent authentication, where one was asked for.
        if let Some(max_age) = expected.max_age {
            let auth_time = claims.required_numeric_date("auth_time")?;
            let oldest = now.saturating_sub(i64::try_from(max_age).unwrap_or(i64::MAX)) - LEEWAY;
            if auth_time < oldest {
                return Err(IdTokenError::Rule(
                    "auth_time is longer ago than max_age allows",
                ));
            }
        }
        // §2: a subject that can identify somebody.
        if claims.required_string("sub")?.len() > MAX_SUBJECT {
            return Err(IdTokenError::Rule("sub is longer than 255 characters"));
        }
        // §3.1.3.8: the access token beside it, where the provider binds the two.
        if let Some(at_hash) = claims.string("at_hash")?
            && at_hash != access_token_hash(algorithm, expected.access_token)
        {
            return Err(IdTokenError::Rule("at_hash is of another access token"));
        }
        // Auth0, Organizations: the organization that was asked for. Its name may be given instead of its identifier.
        if let Some(organization) = expected.organization {
            let is = |name| claims.get(name).and_then(Value::as_str) == Some(organization);
            if !is("org_id") && !is("org_name") {
                return Err(IdTokenError::Rule(
                    "it is for another organization than the one asked for",
                ));
            }
        }
        Ok(claims)
    }

    /// Whom a refreshed ID token says that it is of: OpenID Connect Core 1.0 §12.2. `iss`, `sub` and `aud` stay, and so
    /// do `auth_time`, `nonce` and `azp` where they are there at all. Nothing is asked of the provider.
    ///
    /// `old` comes from our own sealed store and was verified at login; `new` came from the token endpoint itself. One that
    /// cannot be read here says nothing of another person: it is treated as absent, which §12.2 allows.
    pub(crate) fn compare(&self, old: &str, new: &str) -> Refreshed {
        if TokenKind::of(new).is_unreadable() {
            return Refreshed::OfTheSamePerson;
        }
        let (Ok(old), Ok(new)) = (decode_unverified(old), decode_unverified(new)) else {
            return Refreshed::OfAnotherPerson;
        };
        let (old, new) = (old.unverified(), new.unverified());
        let same_audience = new
            .audience()
            .is_ok_and(|audience| audience.contains(&self.client_id.as_str()));
        let same_authentication = match (old.get("auth_time"), new.get("auth_time")) {
            // As numbers: 1700000000 and 1700000000.0 are the same time.
            (Some(_), Some(_)) => {
                old.numeric_date("auth_time").ok() == new.numeric_date("auth_time").ok()
            }
            // Some add it, and some leave it out.
            _ => true,
        };
        let is_same_if_there = |name| new.get(name).is_none_or(|new| old.get(name) == Some(new));
        let same_client = new
            .get("azp")
            .is_none_or(|azp| azp == self.client_id.as_str());
        if old.get("sub") == new.get("sub")
            && old.get("iss") == new.get("iss")
            && same_audience
            && same_client
            && same_authentication
            && is_same_if_there("nonce")
        {
            Refreshed::OfTheSamePerson
        } else {
            Refreshed::OfAnotherPerson
        }
    }

    /// Whether a refreshed ID token is signed by the provider. Where its keys cannot be had that cannot be found out,
    /// and nobody is logged out for it: the connection to the token endpoint vouches for the token (OpenID Connect Core
    /// 1.0 §3.1.3.7, rule 6).
    pub(crate) async fn is_signed(&self, new: &str) -> bool {
        let diagnosis = Diagnosis::of_id_token(TokenKind::of(new));
        if let Some(diagnosis) = &diagnosis {
            diagnosis.log();
        }
        if TokenKind::of(new).is_unreadable() {
            return true;
        }
        match self.provider.verify(new, Algorithm::ALL).await {
            Ok(_) => true,
            Err(error @ (JwtError::Unavailable(_) | JwtError::UnknownKey)) => {
                tracing::warn!(%error, "a refreshed ID token could not be verified now");
                true
            }
            Err(error) => {
                tracing::error!(%error, "a refreshed ID token is refused");
                false
            }
        }
    }
}

/// OpenID Connect Core 1.0 §3.1.3.6: the left half of the token's hash, with the hash of the signature's algorithm.
fn access_token_hash(algorithm: Algorithm, access_token: &str) -> String {
    let name = algorithm.name();
    let hash: Vec<u8> = if name.ends_with("384") {
        Sha384::digest(access_token).to_vec()
    } else if name.ends_with("512") || name == "EdDSA" {
        Sha512::digest(access_token).to_vec()
    } else {
        Sha256::digest(access_token).to_vec()
    };
    URL_SAFE_NO_PAD.encode(&hash[..hash.len() / 2])
}
