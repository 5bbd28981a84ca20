//! Validates ID tokens: OpenID Connect Core 1.0 §3.1.3.7, whose rule numbers the comments use, and §12.2 for refreshed
//! tokens.
//!
//! openidconnect's verifier does not check `azp`, `at_hash` and the age of `iat`, and has no leeway. This module
//! contains all rules, and applies them to a token whose signature was verified with the provider's cached keys.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use crate::{
    clock::SharedClock,
    config::Config,
    jwt::{Algorithm, ClaimError, Claims, TokenKind, VerifiedJwt, decode_unverified},
    organization::{Organization, RequiredOrganization, UnmetOrganization, is_token_of},
    provider::{Provider, VerifyError},
    step_up::{Authentication, StepUp, UnmetStepUp},
};

/// Clock leeway, in seconds.
pub const LEEWAY: i64 = 60;

/// Maximum age of `iat` in an ID token from the token endpoint, in seconds.
pub const MAX_AGE_OF_IAT: i64 = 600;

/// How long before the end of the session at the provider the session here ends, in seconds.
const SESSION_EXPIRY_MARGIN: i64 = 30;

/// Maximum length of `sub`, in bytes (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;

/// The reason for rejecting an ID token. No variant contains a value of the token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdTokenError {
    /// The token is not a JWT, or its signature is invalid.
    #[error("the ID token cannot be verified: {0}")]
    Signature(#[from] VerifyError),
    /// A claim is missing or malformed.
    #[error("the ID token is malformed: {0}")]
    Claim(#[from] ClaimError),
    /// The token violates a rule.
    #[error("the ID token is refused: {0}")]
    Rule(&'static str),
    /// The token does not prove the recent or strong login that was requested.
    #[error("the ID token is refused: {0}")]
    StepUp(UnmetStepUp),
    /// The token is not for the organization that was asked for.
    #[error("the ID token is refused: {0}")]
    Organization(UnmetOrganization),
}

/// The values of a login that its ID token must match.
#[derive(Clone, Default)]
pub(crate) struct IdTokenChecks<'a> {
    /// `None` for a grant without an authorization request.
    pub(crate) nonce: Option<&'a str>,
    /// What the login requires of the user's authentication.
    pub(crate) step_up: Option<&'a StepUp>,
    pub(crate) organization: RequiredOrganization<'a>,
    pub(crate) access_token: &'a str,
}

/// Verifies the ID tokens of one provider for one client.
#[derive(Clone, Debug)]
pub(crate) struct IdTokenVerifier {
    provider: Provider,
    client_id: String,
    algorithms: Vec<Algorithm>,
    /// The audiences of the configured APIs.
    audiences: Vec<String>,
    clock: SharedClock,
}

impl IdTokenVerifier {
    pub(crate) fn new(provider: Provider, config: &Config, clock: SharedClock) -> Self {
        let apis = config.apis().filter_map(|api| api.audience.clone());
        let audiences = apis.chain(config.audience().map(str::to_owned)).collect();
        Self {
            provider,
            client_id: config.client_id().to_owned(),
            algorithms: config.id_token_algorithms().to_vec(),
            audiences,
            clock,
        }
    }

    /// Verifies the ID token of a login and returns its claims.
    ///
    /// # Errors
    ///
    /// See [`IdTokenError`].
    pub(crate) async fn verify(
        &self,
        token: &str,
        checks: &IdTokenChecks<'_>,
    ) -> Result<Claims, IdTokenError> {
        // Rules 6–8: an asymmetric signature with a key of the provider.
        let jwt = self.provider.verify(token, &self.algorithms).await?;
        if is_logout_token(&jwt) {
            return Err(IdTokenError::Rule("it is a logout token"));
        }
        let algorithm = jwt.algorithm();
        let claims = jwt.into_claims();
        // Rule 2.
        if claims.required_string("iss")? != self.provider.issuer().as_str() {
            return Err(IdTokenError::Rule("iss is not the configured issuer"));
        }
        self.check_audience(&claims)?;
        let now = self.clock.unix_seconds();
        check_times(&claims, now)?;
        // Rules 12 and 13.
        if let Some(step_up) = checks.step_up
            && let Some(unmet) = step_up.unmet_by(&Authentication::of(&claims), now)
        {
            return Err(IdTokenError::StepUp(unmet));
        }
        // A session that has already ended would lead back to the login at once.
        if provider_end(&claims)?.is_some_and(|end| end <= now) {
            return Err(IdTokenError::Rule("session_expiry has passed"));
        }
        // Rule 11.
        if let Some(nonce) = checks.nonce
            && claims.required_string("nonce")? != nonce
        {
            return Err(IdTokenError::Rule("nonce is not the one of this login"));
        }
        if claims.required_string("sub")?.len() > MAX_SUBJECT {
            return Err(IdTokenError::Rule("sub is longer than 255 characters"));
        }
        // §3.1.3.8.
        if let Some(at_hash) = claims.string("at_hash")?
            && at_hash != access_token_hash(algorithm, checks.access_token)
        {
            return Err(IdTokenError::Rule("at_hash is of another access token"));
        }
        let organization = Organization::of(&claims);
        if let Some(unmet) = checks.organization.unmet_by(organization.as_ref()) {
            return Err(IdTokenError::Organization(unmet));
        }
        let organization = organization.as_ref().map(Organization::id);
        if !is_token_of(organization, checks.access_token) {
            let unmet = UnmetOrganization::OtherInAccessToken;
            return Err(IdTokenError::Organization(unmet));
        }
        Ok(claims)
    }

    /// Checks rules 3–5: the token is for this client. Other audiences must be configured APIs, which some providers
    /// add, or `azp` must be this client.
    fn check_audience(&self, claims: &Claims) -> Result<(), IdTokenError> {
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
        Ok(())
    }

    /// Verifies the signature of a refreshed ID token.
    ///
    /// # Errors
    ///
    /// See [`VerifyError`].
    pub(crate) async fn verify_signature(&self, token: &str) -> Result<(), VerifyError> {
        self.provider
            .verify(token, &self.algorithms)
            .await
            .map(drop)
    }

    /// Returns whether a refreshed ID token is of the same user and login as the previous one (OpenID Connect Core 1.0
    /// §12.2): `iss`, `sub` and `aud` are equal, and `auth_time`, `nonce` and `azp` are equal or absent. The organization
    /// (`org_id`) is equal as well. Sends no request.
    ///
    /// `old` is from the sealed token set and was verified at login; `new` is from the token endpoint. A token that is
    /// encrypted, too long or otherwise unreadable is treated as absent, which §12.2 allows.
    pub(crate) fn is_same_user(&self, old: &str, new: &str) -> bool {
        if TokenKind::of(new).is_unreadable() {
            return true;
        }
        let (Ok(old), Ok(new)) = (decode_unverified(old), decode_unverified(new)) else {
            return false;
        };
        let (old, new) = (old.unverified(), new.unverified());
        let same_audience = new
            .audience()
            .is_ok_and(|audience| audience.contains(&self.client_id.as_str()));
        let same_authentication = match (old.get("auth_time"), new.get("auth_time")) {
            // Compared as numbers: 1700000000 and 1700000000.0 are equal.
            (Some(_), Some(_)) => {
                old.numeric_date("auth_time").ok() == new.numeric_date("auth_time").ok()
            }
            // Some providers include it in only one of the two tokens.
            _ => true,
        };
        let same_nonce = new
            .get("nonce")
            .is_none_or(|nonce| old.get("nonce") == Some(nonce));
        let same_client = new
            .get("azp")
            .is_none_or(|azp| azp == self.client_id.as_str());
        old.get("sub") == new.get("sub")
            && old.get("iss") == new.get("iss")
            && same_audience
            && same_client
            && same_authentication
            && same_nonce
            && old.get("org_id") == new.get("org_id")
    }
}

/// Returns when the session has to end according to the provider, in seconds since 1970: shortly before `session_expiry`
/// (IPSIE SL1). `None` if the provider sets no end.
///
/// # Errors
///
/// If the claim is not a number.
pub(crate) fn provider_end(claims: &Claims) -> Result<Option<i64>, ClaimError> {
    let end = claims.numeric_date("session_expiry")?;
    Ok(end.map(|end| end - SESSION_EXPIRY_MARGIN))
}

/// Returns whether a token is a logout token, which has the keys and the audience of an ID token.
fn is_logout_token(jwt: &VerifiedJwt) -> bool {
    jwt.media_type()
        .is_some_and(|kind| kind.eq_ignore_ascii_case("logout+jwt"))
        || jwt.claims().has("events")
}

/// Checks rules 9 and 10. `now` is in seconds since 1970.
fn check_times(claims: &Claims, now: i64) -> Result<(), IdTokenError> {
    if claims.required_numeric_date("exp")? <= now - LEEWAY {
        return Err(IdTokenError::Rule("exp has passed"));
    }
    if claims
        .numeric_date("nbf")?
        .is_some_and(|nbf| nbf > now + LEEWAY)
    {
        return Err(IdTokenError::Rule("nbf is in the future"));
    }
    // The token comes directly from the token endpoint, so an old one is a replay.
    let iat = claims.required_numeric_date("iat")?;
    if iat > now + LEEWAY {
        return Err(IdTokenError::Rule("iat is in the future"));
    }
    if iat < now - MAX_AGE_OF_IAT {
        return Err(IdTokenError::Rule("iat is too long ago"));
    }
    Ok(())
}

/// Returns the left half of the hash of the access token, with the hash of the signature's algorithm (OpenID Connect
/// Core 1.0 §3.1.3.6).
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
