//! What makes a signed JWT an access token for this API: [RFC 9068 §4](https://www.rfc-editor.org/rfc/rfc9068#section-4), and what Auth0
//! does where it differs.

use super::{error::Reason, token::Caller};
use crate::jwt::{ClaimError, Claims, VerifiedJwt};

/// Which access tokens are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// Auth0's access tokens, in both of its token dialects: `typ` is `JWT` or `at+jwt`, the client is in `azp` or `client_id`, `jti` may
    /// be absent.
    #[default]
    Auth0,
    /// RFC 9068 to the letter: `typ` is `at+jwt`, and `client_id` and `jti` are there.
    Rfc9068,
}

/// What a token is checked against.
pub(super) struct Expected<'verifier> {
    pub(super) issuer: &'verifier str,
    pub(super) audience: &'verifier str,
    pub(super) profile: Profile,
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
    pub(super) expires_at: i64,
}

/// No subject is longer: [OpenID Connect Core §2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken).
const LONGEST_SUBJECT: usize = 255;

impl Expected<'_> {
    /// The rules, in an order in which the first that fails explains most.
    pub(super) fn check(&self, token: &VerifiedJwt) -> Result<Identity, Reason> {
        let claims = token.claims();
        self.check_type(token)?;
        self.check_issuer(claims)?;
        let audiences = self.check_audience(claims)?;
        let client = self.client(claims)?;
        // An ID token's audience is the client (OpenID Connect Core §2), an access token's is the API. Some providers put the API's
        // identifier beside the client's into ID tokens.
        if client != self.audience && audiences.contains(&client) {
            return Err(Reason::NotAnAccessToken);
        }
        let expires_at = self.check_times(claims)?;
        let subject = claims.required_string("sub").map_err(malformed)?;
        if subject.chars().count() > LONGEST_SUBJECT {
            return Err(Reason::MalformedToken);
        }
        if self.profile == Profile::Rfc9068 {
            claims.required_string("jti").map_err(malformed)?;
        }
        Ok(Identity {
            caller: caller(claims, subject, client),
            subject: subject.to_owned(),
            client: client.to_owned(),
            scopes: scopes(claims),
            expires_at,
        })
    }

    /// `typ`, and the claims that only other kinds of token have.
    fn check_type(&self, token: &VerifiedJwt) -> Result<(), Reason> {
        let media_type = token.media_type().unwrap_or_default();
        let media_type = media_type
            .get(.."application/".len())
            .filter(|prefix| prefix.eq_ignore_ascii_case("application/"))
            .map_or(media_type, |prefix| {
                media_type.get(prefix.len()..).unwrap_or_default()
            });
        let accepted = media_type.eq_ignore_ascii_case("at+jwt")
            || (self.profile == Profile::Auth0 && media_type.eq_ignore_ascii_case("jwt"));
        // nonce and the hashes are of ID tokens, events of logout tokens, the next two of DPoP proofs.
        let foreign = [
            "nonce", "at_hash", "c_hash", "s_hash", "events", "htm", "htu",
        ];
        if !accepted || foreign.iter().any(|claim| token.claims().has(claim)) {
            return Err(Reason::NotAnAccessToken);
        }
        // RFC 8705 §3, RFC 9449 §7: accepting it without the proof would undo the binding.
        if token.claims().has("cnf") {
            Err(Reason::BoundToAKey)
        } else {
            Ok(())
        }
    }

    fn check_issuer(&self, claims: &Claims) -> Result<(), Reason> {
        let issuer = claims.required_string("iss").map_err(malformed)?;
        if issuer == self.issuer {
            Ok(())
        } else {
            Err(Reason::WrongIssuer)
        }
    }

    fn check_audience<'claims>(
        &self,
        claims: &'claims Claims,
    ) -> Result<Vec<&'claims str>, Reason> {
        let audiences = claims.audience().map_err(malformed)?;
        if audiences.contains(&self.audience) {
            return Ok(audiences);
        }
        // What was sent instead is what a developer needs to know, and an audience is no secret.
        let sent: String = audiences.join(" ").chars().take(200).collect();
        tracing::info!(
            expected = self.audience,
            sent,
            "an access token for another API was sent; the application must ask for a token with the audience of this API \
             (AUTH0_AUDIENCE of the application)"
        );
        Err(Reason::WrongAudience)
    }

    fn client<'claims>(&self, claims: &'claims Claims) -> Result<&'claims str, Reason> {
        match (claims.string("client_id").map_err(malformed)?, self.profile) {
            (Some(client), _) if !client.is_empty() => Ok(client),
            (None, Profile::Auth0) => claims.required_string("azp").map_err(malformed),
            _ => Err(Reason::MalformedToken),
        }
    }

    fn check_times(&self, claims: &Claims) -> Result<i64, Reason> {
        let expires_at = claims.required_numeric_date("exp").map_err(malformed)?;
        let issued_at = claims.required_numeric_date("iat").map_err(malformed)?;
        let not_before = claims.numeric_date("nbf").map_err(malformed)?;
        if expires_at.saturating_add(self.leeway) <= self.now {
            return Err(Reason::Expired);
        }
        let latest = self.now.saturating_add(self.leeway);
        if issued_at > latest || not_before.is_some_and(|not_before| not_before > latest) {
            return Err(Reason::NotYetValid);
        }
        Ok(expires_at)
    }
}

fn malformed(_: ClaimError) -> Reason {
    Reason::MalformedToken
}

/// A client-credentials token has the client itself for its subject (RFC 9068 §2.2); Auth0 writes `CLIENT@clients`, and names the grant.
fn caller(claims: &Claims, subject: &str, client: &str) -> Caller {
    let is_the_client = subject == client || subject.strip_suffix("@clients") == Some(client);
    let by_grant = claims
        .get("gty")
        .is_some_and(|grant| grant == "client-credentials");
    if is_the_client || by_grant {
        Caller::Application
    } else {
        Caller::User
    }
}

/// RFC 8693 §4.2: one string with spaces between. Anything else grants nothing.
fn scopes(claims: &Claims) -> Vec<String> {
    let scopes = claims.string("scope").ok().flatten().unwrap_or_default();
    scopes
        .split(' ')
        .filter(|scope| !scope.is_empty())
        .map(str::to_owned)
        .collect()
}
