//! The request of a token exchange.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

use super::TokenType;
use crate::oauth::TOKEN_EXCHANGE;

/// A token of another system that is exchanged for tokens of the provider (RFC 8693); see
/// [`Auth0::exchange_token`](crate::Auth0::exchange_token).
#[derive(Clone)]
pub struct TokenExchange {
    subject: (SecretString, TokenType),
    actor: Option<(SecretString, TokenType)>,
    organization: Option<String>,
    extra_scopes: Vec<String>,
}

impl TokenExchange {
    /// Creates the exchange of `subject_token`, which says for whom the tokens are.
    pub fn new(subject_token: impl Into<SecretString>, subject_token_type: TokenType) -> Self {
        Self {
            subject: (subject_token.into(), subject_token_type),
            actor: None,
            organization: None,
            extra_scopes: Vec::new(),
        }
    }

    /// Adds a token that says who acts for the subject (RFC 8693 §1.1).
    #[must_use]
    pub fn actor(
        mut self,
        actor_token: impl Into<SecretString>,
        actor_token_type: TokenType,
    ) -> Self {
        self.actor = Some((actor_token.into(), actor_token_type));
        self
    }

    /// Requests tokens in the context of an organization (Auth0).
    #[must_use]
    pub fn organization(mut self, organization: impl Into<String>) -> Self {
        self.organization = Some(organization.into());
        self
    }

    /// Requests further scopes besides those of the API: `openid` for an ID token, `offline_access` for a refresh token.
    #[must_use]
    pub fn extra_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.extra_scopes.extend(scopes.into_iter().map(Into::into));
        self
    }

    pub(crate) fn scopes(&self) -> &[String] {
        &self.extra_scopes
    }

    pub(crate) fn requested_organization(&self) -> Option<&str> {
        self.organization.as_deref()
    }

    pub(crate) fn has_actor(&self) -> bool {
        self.actor.is_some()
    }

    /// Returns whether a token is missing.
    pub(crate) fn has_empty_token(&self) -> bool {
        let is_empty =
            |(token, _): &(SecretString, TokenType)| token.expose_secret().trim().is_empty();
        is_empty(&self.subject) || self.actor.as_ref().is_some_and(is_empty)
    }
}

/// The parameters of an exchange.
pub(crate) struct ExchangeRequest<'a> {
    pub(crate) exchange: &'a TokenExchange,
    /// The name of the parameter that names the API, and its value.
    pub(crate) audience: (&'static str, &'a str),
    pub(crate) scope: &'a str,
    pub(crate) requested_token_type: &'static str,
    /// The reason of a session transfer.
    pub(crate) reason: &'a str,
}

impl ExchangeRequest<'_> {
    /// Returns the form. Empty values are not sent.
    pub(crate) fn form(&self) -> Vec<(&'static str, &str)> {
        let TokenExchange {
            subject,
            actor,
            organization,
            ..
        } = self.exchange;
        let mut form = vec![
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject.0.expose_secret()),
            ("subject_token_type", subject.1.as_str()),
            ("requested_token_type", self.requested_token_type),
            self.audience,
            ("scope", self.scope),
            ("reason", self.reason),
        ];
        if let Some((token, kind)) = actor {
            form.push(("actor_token", token.expose_secret()));
            form.push(("actor_token_type", kind.as_str()));
        }
        if let Some(organization) = organization {
            form.push(("organization", organization));
        }
        form
    }
}

/// Does not show the tokens.
impl fmt::Debug for TokenExchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenExchange")
            .field("subject_token_type", &self.subject.1)
            .field(
                "actor_token_type",
                &self.actor.as_ref().map(|(_, kind)| kind),
            )
            .field("organization", &self.organization)
            .field("extra_scopes", &self.extra_scopes)
            .finish_non_exhaustive()
    }
}
