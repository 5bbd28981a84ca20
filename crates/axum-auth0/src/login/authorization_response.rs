//! The authorization response: the query of a callback.

use std::{borrow::Cow, collections::HashMap};

use super::error::LoginError;

/// The `error_description` that Keycloak sends if the session of its login page timed out. A second attempt succeeds.
const AUTHENTICATION_EXPIRED: &str = "authentication_expired";

/// The authorization response (RFC 6749 §4.1.2), each parameter at most once.
pub(super) struct AuthorizationResponse<'a> {
    pub(super) state: Cow<'a, str>,
    pub(super) issuer: Option<Cow<'a, str>>,
    pub(super) outcome: Outcome<'a>,
}

pub(super) enum Outcome<'a> {
    Code(Cow<'a, str>),
    Error {
        code: Cow<'a, str>,
        description: Option<Cow<'a, str>>,
    },
}

impl<'a> AuthorizationResponse<'a> {
    /// Parses the query of a callback.
    ///
    /// # Errors
    ///
    /// [`LoginError::MalformedCallback`] if a parameter is missing or repeated.
    pub(super) fn parse(query: &'a str) -> Result<Self, LoginError> {
        let mut given: HashMap<&'static str, Cow<'a, str>> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // Providers add parameters, such as `session_state`.
            let Some(&known) = ["code", "state", "iss", "error", "error_description"]
                .iter()
                .find(|known| **known == name)
            else {
                continue;
            };
            if given.insert(known, value).is_some() {
                return Err(LoginError::MalformedCallback("a parameter is repeated"));
            }
        }
        let mut take = |name| given.remove(name).filter(|value| !value.is_empty());
        let state = take("state").ok_or(LoginError::MalformedCallback("state is missing"))?;
        let issuer = take("iss");
        let description = take("error_description");
        let outcome = match (take("code"), take("error")) {
            (Some(code), None) => Outcome::Code(code),
            (_, Some(code)) => Outcome::Error { code, description },
            (None, None) => return Err(LoginError::MalformedCallback("code is missing")),
        };
        Ok(Self {
            state,
            issuer,
            outcome,
        })
    }

    /// Returns whether the provider's login page timed out: `temporarily_unavailable` with the description
    /// `authentication_expired`.
    pub(super) fn is_expired_authentication(&self) -> bool {
        matches!(
            &self.outcome,
            Outcome::Error { code, description: Some(description) }
                if code == "temporarily_unavailable" && description.trim() == AUTHENTICATION_EXPIRED
        )
    }
}
