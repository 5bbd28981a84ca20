//! The check of a token whose signature is verified.

use super::{
    reason::Reason,
    refusal::Refusal,
    rules::{ClientInAudience, Mark, Nonce, Principal, Recipient, Rules, Text},
    token::Caller,
};
use axum_auth0_core::jwt::{Claims, ScopeClaim, VerifiedJwt};

/// What a token is checked against.
pub(super) struct Expected<'verifier> {
    pub(super) rules: &'verifier Rules,
    pub(super) audience: &'verifier str,
    /// The only clients that are served; empty if all are.
    pub(super) clients: &'verifier [String],
    /// Seconds since 1970.
    pub(super) now: i64,
    /// How far clocks may differ, in seconds.
    pub(super) leeway: i64,
}

/// What a good token says about its bearer.
#[derive(Debug)]
pub(super) struct Identity {
    pub(super) subject: String,
    pub(super) client: String,
    pub(super) caller: Caller,
    pub(super) scopes: Vec<String>,
    /// The claim that the scopes were read from.
    pub(super) scope_claim: Option<&'static str>,
    pub(super) expires_at: i64,
}

/// No subject is longer: [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
const MAX_SUBJECT: usize = 255;

/// `at_hash` and its siblings are of ID tokens, `events` of logout tokens, the last two of `DPoP` proofs.
const FOREIGN_CLAIMS: [&str; 6] = ["at_hash", "c_hash", "s_hash", "events", "htm", "htu"];

impl Expected<'_> {
    /// Checks the rules, in an order in which the first that fails explains most.
    pub(super) fn check(&self, token: &VerifiedJwt) -> Result<Identity, Refusal> {
        let claims = token.claims();
        let media_type = media_type(token);
        self.check_type(&media_type)?;
        self.check_kind(claims, &media_type)?;
        // RFC 8705 §3, RFC 9449 §7: accepting it without the proof would undo the binding.
        if claims.has("cnf") {
            return Err(Refusal::claim(Reason::SenderConstrained, "cnf", "is there"));
        }
        let audiences = self.check_audience(claims)?;
        let client = self.client(claims)?;
        self.check_client(client, &audiences, &media_type)?;
        let expires_at = self.check_times(claims)?;
        let subject = required(claims, &self.rules.subject_claim)?;
        if subject.chars().count() > MAX_SUBJECT {
            let name = self.rules.subject_claim.clone();
            let problem = "is longer than 255 characters";
            return Err(Refusal::claim(Reason::MalformedToken, name, problem));
        }
        for name in &self.rules.required_claims {
            // RFC 7519 §4.1.7: `jti` is a string. Others may be of any type.
            if name == "jti" || !claims.has(name) {
                required(claims, name)?;
            }
        }
        let scopes = claims.scopes()?;
        Ok(Identity {
            caller: self.caller(claims, subject, client),
            subject: subject.to_owned(),
            client: client.to_owned(),
            scope_claim: scopes.as_ref().map(ScopeClaim::name),
            scopes: scopes.map(|scopes| scopes.to_vec()).unwrap_or_default(),
            expires_at,
        })
    }

    fn check_type(&self, media_type: &str) -> Result<(), Refusal> {
        if self
            .rules
            .types
            .iter()
            .any(|accepted| accepted == media_type)
        {
            return Ok(());
        }
        let problem = "is not the media type of this provider's access tokens";
        Err(Refusal::header(Reason::NotAnAccessToken, "typ", problem).found(media_type))
    }

    /// Whether it is an access token at all, and not an ID token, a logout token or a proof.
    fn check_kind(&self, claims: &Claims, media_type: &str) -> Result<(), Refusal> {
        let not_one = |name: Text, problem| Refusal::claim(Reason::NotAnAccessToken, name, problem);
        let foreign = FOREIGN_CLAIMS.into_iter().map(Text::from);
        let nonce = (self.rules.nonce == Nonce::Refused).then(|| Text::from("nonce"));
        let refused = self.rules.refused_claims.iter().cloned();
        if let Some(name) = foreign
            .chain(nonce)
            .chain(refused)
            .find(|name| claims.has(name))
        {
            return Err(not_one(name, "is there, which access tokens do not have"));
        }
        // What Keycloak and Cognito call their ID tokens, whatever the profile.
        for (name, kind) in [("typ", "ID"), ("token_use", "id")] {
            if claims.get(name).is_some_and(|value| value == kind) {
                return Err(not_one(name.into(), "says that it is an ID token"));
            }
        }
        if let Some(prefix) = &self.rules.refused_jti_prefix
            && let Some(jti) = text(claims, "jti")
            && jti.starts_with(prefix.as_ref())
        {
            return Err(not_one("jti".into(), "says that it is an ID token"));
        }
        match &self.rules.mark {
            Mark::Type if media_type == "at+jwt" => Ok(()),
            Mark::Type => Err(Refusal::header(
                Reason::NotAnAccessToken,
                "typ",
                "is not at+jwt",
            )),
            Mark::Value(name, value) => match text(claims, name) {
                Some(found) if found == value => Ok(()),
                found => Err(not_one(
                    name.clone(),
                    "does not have the value that marks access tokens",
                )
                .found(found.unwrap_or("(none)"))),
            },
            Mark::Claims(names) => {
                names
                    .iter()
                    .find(|name| !claims.has(name))
                    .map_or(Ok(()), |name| {
                        Err(not_one(
                            name.clone(),
                            "is missing, which marks access tokens",
                        ))
                    })
            }
            Mark::AnyClaim(names) if names.iter().any(|name| claims.has(name)) => Ok(()),
            Mark::AnyClaim(names) => Err(not_one(
                names.join(" or ").into(),
                "is missing, which marks access tokens",
            )),
            // Where the audience is checked.
            Mark::NotForClient => Ok(()),
        }
    }

    fn check_audience<'claims>(
        &self,
        claims: &'claims Claims,
    ) -> Result<Vec<&'claims str>, Refusal> {
        if self.rules.recipient == Recipient::Client && !claims.has("aud") {
            return Ok(Vec::new());
        }
        let audiences = claims.audience()?;
        if audiences.contains(&self.audience) {
            return Ok(audiences);
        }
        let refusal = Refusal::claim(Reason::WrongAudience, "aud", "does not name it");
        Err(refusal.found(&audiences.join(" ")))
    }

    fn client<'claims>(&self, claims: &'claims Claims) -> Result<&'claims str, Refusal> {
        let names = &self.rules.client_claims;
        let with_value = names.iter().find(|name| claims.has(name));
        let without = || {
            names
                .iter()
                .find(|name| claims.as_map().contains_key(name.as_ref()))
        };
        match with_value.or_else(without) {
            Some(name) => required(claims, name),
            None => Err(Refusal::claim(
                Reason::MalformedToken,
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
    ) -> Result<(), Refusal> {
        let by_audience = [self.audience.to_owned()];
        let served = match self.rules.recipient {
            Recipient::Client if self.clients.is_empty() => &by_audience,
            Recipient::Client | Recipient::Audience => self.clients,
        };
        if !served.is_empty() && !served.iter().any(|served| served == client) {
            let name = self.rules.client_claims.join(" or ");
            let problem = "names an application that is not in the list of this API";
            return Err(Refusal::claim(Reason::WrongClient, name, problem).found(client));
        }
        // An ID token's audience is the client (OpenID Connect Core §2), an access token's is the API. Some providers put
        // the API's identifier beside the client's into ID tokens.
        let is_for_client = audiences.contains(&client);
        let is_client_the_api = client == self.audience && media_type == "at+jwt";
        if is_for_client
            && self.rules.client_in_audience == ClientInAudience::Refused
            && !is_client_the_api
        {
            let problem = "names the client, as in an ID token";
            return Err(Refusal::claim(Reason::NotAnAccessToken, "aud", problem).found(client));
        }
        Ok(())
    }

    fn check_times(&self, claims: &Claims) -> Result<i64, Refusal> {
        let expires_at = claims.required_numeric_date("exp")?;
        let issued_at = claims.required_numeric_date("iat")?;
        let not_before = claims.numeric_date("nbf")?;
        if expires_at.saturating_add(self.leeway) <= self.now {
            return Err(Refusal::claim(Reason::Expired, "exp", "is in the past"));
        }
        let latest = self.now.saturating_add(self.leeway);
        let early = |name| Refusal::claim(Reason::NotYetValid, name, "is in the future");
        if issued_at > latest {
            return Err(early("iat"));
        }
        if not_before.is_some_and(|not_before| not_before > latest) {
            return Err(early("nbf"));
        }
        Ok(expires_at)
    }

    /// A client-credentials token has the client itself for its subject (RFC 9068 §2.2); Auth0 writes `CLIENT@clients`, and
    /// names the grant.
    fn caller(&self, claims: &Claims, subject: &str, client: &str) -> Caller {
        let is_the_client = subject == client || subject.strip_suffix("@clients") == Some(client);
        let by_grant = text(claims, "gty") == Some("client-credentials");
        let by_profile = self.rules.applications.iter().any(|sign| match sign {
            Principal::Lacks(name) => !claims.has(name),
            Principal::Has(name, value) => text(claims, name) == Some(value.as_ref()),
            Principal::ServiceAccount(name) => text(claims, name)
                .and_then(|name| name.strip_prefix("service-account-"))
                .is_some_and(|account| account.eq_ignore_ascii_case(client)),
        });
        if is_the_client || by_grant || by_profile {
            Caller::Application
        } else {
            Caller::User
        }
    }
}

/// The media type in lower case, without `application/`, which RFC 7515 §4.1.9 lets an issuer leave out.
fn media_type(token: &VerifiedJwt) -> String {
    let media_type = token.media_type().unwrap_or_default().to_ascii_lowercase();
    match media_type.strip_prefix("application/") {
        // A bare prefix is a type that nothing has, and not the absence of one.
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => media_type,
    }
}

fn text<'claims>(claims: &'claims Claims, name: &str) -> Option<&'claims str> {
    claims.get(name)?.as_str()
}

fn required<'claims>(claims: &'claims Claims, name: &Text) -> Result<&'claims str, Refusal> {
    let malformed = |problem| Refusal::claim(Reason::MalformedToken, name.clone(), problem);
    match claims.get(name) {
        Some(value) => value.as_str().ok_or_else(|| malformed("is not a string")),
        None if claims.as_map().contains_key(name.as_ref()) => {
            Err(malformed("is required, but its value is null or empty"))
        }
        None => Err(malformed("is missing")),
    }
}
