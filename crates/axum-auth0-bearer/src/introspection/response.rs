//! Validation of the claims of an active token (RFC 7662 §2.2).

use std::sync::Arc;

use axum_auth0_core::jwt::{Claims, ScopeClaim};

use crate::{
    actor::Actor,
    confirmation::Confirmation,
    error_kind::BearerErrorKind,
    principal::principal_of,
    rejection::Rejection,
    token_identity::{Principal, TokenIdentity},
    trusted_issuer::TrustedIssuer,
};

/// The values that a response is validated against.
pub(crate) struct IntrospectionResponse<'verifier> {
    pub(crate) trusted: &'verifier TrustedIssuer,
    pub(crate) audience: &'verifier str,
    /// The current time, in seconds since 1970-01-01T00:00:00Z.
    pub(crate) now: i64,
    /// Accepted clock skew, in seconds.
    pub(crate) leeway: i64,
}

/// Values of `token_type`, in lower case, with which a bearer token can be described. `access_token` is not in RFC 6749,
/// but in use.
const BEARER_TYPES: [&str; 2] = ["bearer", "access_token"];

/// The claims with which providers tell the kind of a token, and the values for access tokens, in lower case. The endpoint
/// also answers for refresh tokens (RFC 7662 §2.1).
const KINDS: [(&str, [&str; 3]); 2] = [
    ("token_use", ["access_token", "access", "bearer"]),
    ("typ", ["bearer", "at+jwt", "access_token"]),
];

impl IntrospectionResponse<'_> {
    /// Returns the issuer and the identity.
    pub(crate) fn validate(&self, claims: &Claims) -> Result<(Arc<str>, TokenIdentity), Rejection> {
        let confirmation = Confirmation::of(claims)?;
        check_kind(claims, &confirmation)?;
        let issuer = self.issuer(claims)?;
        self.check_audience(claims)?;
        let client = claims.required_string("client_id")?;
        let accepted = &self.trusted.clients;
        if !accepted.is_empty() && !accepted.iter().any(|accepted| accepted == client) {
            let problem = "names a client that this API does not accept";
            return Err(
                Rejection::claim(BearerErrorKind::WrongClient, "client_id", problem).found(client),
            );
        }
        let expires_at = self.check_times(claims)?;
        Actor::check(claims)?;
        let scopes = claims.scopes()?;
        // A token without a subject is a client's (RFC 7662 §2.2: `sub` is usually the resource owner).
        let (subject, principal) = match claims.string("sub")? {
            Some(subject) => (
                subject,
                principal_of(&self.trusted.rules, claims, subject, client),
            ),
            None => (client, Principal::Client),
        };
        let identity = TokenIdentity {
            subject: subject.to_owned(),
            client: client.to_owned(),
            principal,
            scope_claim: scopes.as_ref().map(ScopeClaim::name),
            scopes: scopes.map(|scopes| scopes.to_vec()).unwrap_or_default(),
            authorization: self.trusted.claim_names.read(claims),
            expires_at,
            confirmation,
        };
        Ok((issuer, identity))
    }

    fn issuer(&self, claims: &Claims) -> Result<Arc<str>, Rejection> {
        match claims.string("iss")? {
            None => Ok(self.trusted.provider.issuer().as_str().into()),
            Some(found) => {
                let mut issuers = self.trusted.token_issuers.iter();
                let issuer = issuers.find(|issuer| issuer.as_ref() == found);
                issuer.cloned().ok_or_else(|| {
                    let problem = "names an issuer that this API does not trust";
                    Rejection::claim(BearerErrorKind::WrongIssuer, "iss", problem).found(found)
                })
            }
        }
    }

    fn check_audience(&self, claims: &Claims) -> Result<(), Rejection> {
        let audience = self.trusted.audience.as_deref().unwrap_or(self.audience);
        let audiences = claims.audience()?;
        if audiences.contains(&audience) {
            return Ok(());
        }
        let rejection = Rejection::claim(BearerErrorKind::WrongAudience, "aud", "does not name it");
        Err(rejection.found(&audiences.join(" ")))
    }

    fn check_times(&self, claims: &Claims) -> Result<i64, Rejection> {
        let expires_at = claims.required_numeric_date("exp")?;
        if expires_at.saturating_add(self.leeway) <= self.now {
            let problem = "is in the past";
            return Err(Rejection::claim(BearerErrorKind::Expired, "exp", problem));
        }
        let latest = self.now.saturating_add(self.leeway);
        for name in ["iat", "nbf"] {
            if claims.numeric_date(name)?.is_some_and(|time| time > latest) {
                let problem = "is in the future";
                return Err(Rejection::claim(
                    BearerErrorKind::NotYetValid,
                    name,
                    problem,
                ));
            }
        }
        Ok(expires_at)
    }
}

fn check_kind(claims: &Claims, confirmation: &Confirmation) -> Result<(), Rejection> {
    let is_one_of = |text: &str, accepted: &[&str]| {
        accepted
            .iter()
            .any(|accepted| text.eq_ignore_ascii_case(accepted))
    };
    // RFC 9449 §6.2.
    let is_bound = |found: &str| confirmation.key.is_some() && found.eq_ignore_ascii_case("dpop");
    if let Some(found) = claims.string("token_type")?
        && !is_one_of(found, &BEARER_TYPES)
        && !is_bound(found)
    {
        let problem = "is not Bearer";
        return Err(
            Rejection::claim(BearerErrorKind::SenderConstrained, "token_type", problem)
                .found(found),
        );
    }
    for (name, accepted) in KINDS {
        if let Some(found) = claims.string(name)?
            && !is_one_of(found, &accepted)
        {
            let problem = "is not that of an access token";
            return Err(
                Rejection::claim(BearerErrorKind::NotAnAccessToken, name, problem).found(found),
            );
        }
    }
    Ok(())
}
