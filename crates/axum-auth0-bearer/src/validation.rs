//! Validation of the claims of a token with a verified signature.

use super::{
    actor::Actor,
    claim_names::ClaimNames,
    confirmation::Confirmation,
    error_kind::BearerErrorKind,
    principal::principal_of,
    rejection::Rejection,
    rules::{AccessTokenMarker, ClientInAudience, Nonce, Recipient, Rules, Text},
    token_identity::TokenIdentity,
};
use axum_auth0_core::jwt::{Claims, ScopeClaim, VerifiedJwt};

/// The values and rules that a token is validated against.
pub(super) struct Validation<'verifier> {
    pub(super) rules: &'verifier Rules,
    pub(super) audience: &'verifier str,
    /// The accepted clients; empty if all clients are accepted.
    pub(super) clients: &'verifier [String],
    pub(super) claim_names: &'verifier ClaimNames,
    /// The current time, in seconds since 1970-01-01T00:00:00Z.
    pub(super) now: i64,
    /// Accepted clock skew, in seconds.
    pub(super) leeway: i64,
}

/// Maximum length of a subject, in characters:
/// [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
const MAX_SUBJECT_CHARS: usize = 255;

/// Claims of other kinds of tokens: `at_hash`, `c_hash` and `s_hash` of ID tokens, `events` of logout tokens, `htm` and
/// `htu` of `DPoP` proofs.
const OTHER_TOKEN_CLAIMS: [&str; 6] = ["at_hash", "c_hash", "s_hash", "events", "htm", "htu"];

impl Validation<'_> {
    /// Applies the rules, ordered so that the first violation is the most informative one.
    pub(super) fn validate(&self, token: &VerifiedJwt) -> Result<TokenIdentity, Rejection> {
        let claims = token.claims();
        let media_type = media_type(token);
        self.check_type(&media_type)?;
        self.check_kind(claims, &media_type)?;
        let confirmation = Confirmation::of(claims)?;
        let audiences = self.check_audience(claims)?;
        let client = self.client(claims)?;
        self.check_client(client, &audiences, &media_type)?;
        let expires_at = self.check_times(claims)?;
        let subject = required(claims, &self.rules.subject_claim)?;
        if subject.chars().count() > MAX_SUBJECT_CHARS {
            let name = self.rules.subject_claim.clone();
            let problem = "is longer than 255 characters";
            return Err(Rejection::claim(
                BearerErrorKind::MalformedToken,
                name,
                problem,
            ));
        }
        for name in &self.rules.required_claims {
            // RFC 7519 §4.1.7: `jti` is a string. Other claims may have any type.
            if name == "jti" || !claims.has(name) {
                required(claims, name)?;
            }
        }
        Actor::check(claims)?;
        let scopes = claims.scopes()?;
        Ok(TokenIdentity {
            principal: principal_of(self.rules, claims, subject, client),
            subject: subject.to_owned(),
            client: client.to_owned(),
            scope_claim: scopes.as_ref().map(ScopeClaim::name),
            scopes: scopes.map(|scopes| scopes.to_vec()).unwrap_or_default(),
            expires_at,
            confirmation,
            authorization: self.claim_names.read(claims),
        })
    }

    fn check_type(&self, media_type: &str) -> Result<(), Rejection> {
        if self
            .rules
            .types
            .iter()
            .any(|accepted| accepted == media_type)
        {
            return Ok(());
        }
        let problem = "is not the media type of this provider's access tokens";
        Err(Rejection::header(BearerErrorKind::NotAnAccessToken, "typ", problem).found(media_type))
    }

    /// Rejects ID tokens, logout tokens and `DPoP` proofs.
    fn check_kind(&self, claims: &Claims, media_type: &str) -> Result<(), Rejection> {
        let wrong_kind = |name: Text, problem| {
            Rejection::claim(BearerErrorKind::NotAnAccessToken, name, problem)
        };
        let foreign = OTHER_TOKEN_CLAIMS.into_iter().map(Text::from);
        let nonce = (self.rules.nonce == Nonce::Rejected).then(|| Text::from("nonce"));
        let rejected = self.rules.rejected_claims.iter().cloned();
        if let Some(name) = foreign
            .chain(nonce)
            .chain(rejected)
            .find(|name| claims.has(name))
        {
            return Err(wrong_kind(
                name,
                "is there, which access tokens do not have",
            ));
        }
        // The ID token markers of Keycloak and Cognito, checked for every profile.
        for (name, kind) in [("typ", "ID"), ("token_use", "id")] {
            if claims.get(name).is_some_and(|value| value == kind) {
                return Err(wrong_kind(name.into(), "says that it is an ID token"));
            }
        }
        if let Some(prefix) = &self.rules.rejected_jti_prefix
            && let Some(jti) = text(claims, "jti")
            && jti.starts_with(prefix.as_ref())
        {
            return Err(wrong_kind("jti".into(), "says that it is an ID token"));
        }
        match &self.rules.marker {
            AccessTokenMarker::MediaType if media_type == "at+jwt" => Ok(()),
            AccessTokenMarker::MediaType => Err(Rejection::header(
                BearerErrorKind::NotAnAccessToken,
                "typ",
                "is not at+jwt",
            )),
            AccessTokenMarker::Value(name, value) => match text(claims, name) {
                Some(found) if found == value => Ok(()),
                found => Err(wrong_kind(
                    name.clone(),
                    "does not have the value that marks access tokens",
                )
                .found(found.unwrap_or("(none)"))),
            },
            AccessTokenMarker::Claims(names) => {
                names
                    .iter()
                    .find(|name| !claims.has(name))
                    .map_or(Ok(()), |name| {
                        Err(wrong_kind(
                            name.clone(),
                            "is missing, which marks access tokens",
                        ))
                    })
            }
            AccessTokenMarker::AnyClaim(names) if names.iter().any(|name| claims.has(name)) => {
                Ok(())
            }
            AccessTokenMarker::AnyClaim(names) => Err(wrong_kind(
                names.join(" or ").into(),
                "is missing, which marks access tokens",
            )),
            // `check_client` compares the client with the audience.
            AccessTokenMarker::NotForClient => Ok(()),
        }
    }

    fn check_audience<'claims>(
        &self,
        claims: &'claims Claims,
    ) -> Result<Vec<&'claims str>, Rejection> {
        if self.rules.recipient == Recipient::Client && !claims.has("aud") {
            return Ok(Vec::new());
        }
        let audiences = claims.audience()?;
        if audiences.contains(&self.audience) {
            return Ok(audiences);
        }
        let rejection = Rejection::claim(BearerErrorKind::WrongAudience, "aud", "does not name it");
        Err(rejection.found(&audiences.join(" ")))
    }

    fn client<'claims>(&self, claims: &'claims Claims) -> Result<&'claims str, Rejection> {
        let names = &self.rules.client_claims;
        let with_value = names.iter().find(|name| claims.has(name));
        let without = || {
            names
                .iter()
                .find(|name| claims.as_map().contains_key(name.as_ref()))
        };
        match with_value.or_else(without) {
            Some(name) => required(claims, name),
            None => Err(Rejection::claim(
                BearerErrorKind::MalformedToken,
                names.join(" or "),
                "is missing, which names the client",
            )),
        }
    }

    fn check_client(
        &self,
        client: &str,
        audiences: &[&str],
        media_type: &str,
    ) -> Result<(), Rejection> {
        let by_audience = [self.audience.to_owned()];
        let accepted = match self.rules.recipient {
            Recipient::Client if self.clients.is_empty() => &by_audience,
            Recipient::Client | Recipient::Audience => self.clients,
        };
        if !accepted.is_empty() && !accepted.iter().any(|accepted| accepted == client) {
            let name = self.rules.client_claims.join(" or ");
            let problem = "names a client that this API does not accept";
            return Err(
                Rejection::claim(BearerErrorKind::WrongClient, name, problem).found(client),
            );
        }
        // The audience of an ID token is the client (OpenID Connect Core §2), the audience of an access token is the
        // API. Some providers add the API's identifier to the audiences of ID tokens.
        let is_for_client = audiences.contains(&client);
        let is_client_the_api = client == self.audience && media_type == "at+jwt";
        if is_for_client
            && self.rules.client_in_audience == ClientInAudience::Rejected
            && !is_client_the_api
        {
            let problem = "names the client, as in an ID token";
            return Err(
                Rejection::claim(BearerErrorKind::NotAnAccessToken, "aud", problem).found(client),
            );
        }
        Ok(())
    }

    fn check_times(&self, claims: &Claims) -> Result<i64, Rejection> {
        let expires_at = claims.required_numeric_date("exp")?;
        let issued_at = claims.required_numeric_date("iat")?;
        let not_before = claims.numeric_date("nbf")?;
        if expires_at.saturating_add(self.leeway) <= self.now {
            return Err(Rejection::claim(
                BearerErrorKind::Expired,
                "exp",
                "is in the past",
            ));
        }
        let latest = self.now.saturating_add(self.leeway);
        let early = |name| Rejection::claim(BearerErrorKind::NotYetValid, name, "is in the future");
        if issued_at > latest {
            return Err(early("iat"));
        }
        if not_before.is_some_and(|not_before| not_before > latest) {
            return Err(early("nbf"));
        }
        Ok(expires_at)
    }
}

/// Returns the media type in lower case, without `application/`, which an issuer may omit (RFC 7515 §4.1.9).
fn media_type(token: &VerifiedJwt) -> String {
    let media_type = token.media_type().unwrap_or_default().to_ascii_lowercase();
    match media_type.strip_prefix("application/") {
        // `application/` alone does not count as an absent type.
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => media_type,
    }
}

fn text<'claims>(claims: &'claims Claims, name: &str) -> Option<&'claims str> {
    claims.get(name)?.as_str()
}

fn required<'claims>(claims: &'claims Claims, name: &Text) -> Result<&'claims str, Rejection> {
    let malformed =
        |problem| Rejection::claim(BearerErrorKind::MalformedToken, name.clone(), problem);
    match claims.get(name) {
        Some(value) => value.as_str().ok_or_else(|| malformed("is not a string")),
        None if claims.as_map().contains_key(name.as_ref()) => {
            Err(malformed("is required, but its value is null or empty"))
        }
        None => Err(malformed("is missing")),
    }
}
