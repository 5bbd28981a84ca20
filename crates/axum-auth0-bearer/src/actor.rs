//! The party that acts for the subject of a token (RFC 8693 §4.1).

use axum_auth0_core::jwt::Claims;
use serde_json::{Map, Value};

use super::{error_kind::BearerErrorKind, rejection::Rejection};

/// The party that acts for the subject of a token, from the claim `act`
/// ([RFC 8693 §4.1](https://www.rfc-editor.org/rfc/rfc8693#section-4.1)): an application or a member of staff who calls the
/// API in the name of the user.
#[derive(Clone, Copy, Debug)]
pub struct Actor<'token>(&'token Map<String, Value>);

impl<'token> Actor<'token> {
    /// The claim.
    pub(super) const CLAIM: &'static str = "act";

    /// Returns the actor, if the value is an object as the RFC requires.
    pub(super) fn of(value: &'token Value) -> Option<Self> {
        value.as_object().map(Self)
    }

    /// Rejects a malformed actor. It must not count as none, because then the subject would seem to act itself.
    pub(super) fn check(claims: &Claims) -> Result<(), Rejection> {
        match claims.get(Self::CLAIM) {
            Some(act) if Actor::of(act).is_none() => Err(Rejection::claim(
                BearerErrorKind::MalformedToken,
                Self::CLAIM,
                "is not an object",
            )),
            _ => Ok(()),
        }
    }

    /// Returns `sub` of the actor.
    pub fn subject(&self) -> Option<&'token str> {
        self.claim("sub")?.as_str()
    }

    /// Returns `iss` of the actor.
    pub fn issuer(&self) -> Option<&'token str> {
        self.claim("iss")?.as_str()
    }

    /// Returns a claim about the actor.
    pub fn claim(&self, name: &str) -> Option<&'token Value> {
        self.0.get(name)
    }

    /// Returns the prior actor, for a token that was exchanged several times. Prior actors are information only: they must
    /// not decide about access (RFC 8693 §4.1).
    pub fn prior(&self) -> Option<Self> {
        Self::of(self.claim(Self::CLAIM)?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_current_actor_is_the_outermost_one() {
        let act = json!({
            "sub": "https://service16.example.com", "iss": "https://issuer.example.com",
            "act": { "sub": "https://service77.example.com" },
        });
        let actor = Actor::of(&act).unwrap();
        assert_eq!(actor.subject(), Some("https://service16.example.com"));
        assert_eq!(actor.issuer(), Some("https://issuer.example.com"));
        let prior = actor.prior().unwrap();
        assert_eq!(prior.subject(), Some("https://service77.example.com"));
        assert!(prior.issuer().is_none() && prior.prior().is_none());
    }

    #[test]
    fn an_actor_is_an_object() {
        for act in [json!("service"), json!(["service"]), json!(5)] {
            assert!(Actor::of(&act).is_none(), "{act}");
        }
    }
}
