//! A checked authorization request, and how one is refused.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::prompt::Prompt;
use crate::{pages::error::PageRefusal, refusal::Refusal};

/// An authorization request whose client, callback and parameters are good, with what it will be granted.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuthorizationRequest {
    pub(crate) client_id: String,
    pub(crate) application_name: String,
    pub(crate) redirect_uri: String,
    /// Origins to which the browser may go after a form of this login.
    pub(crate) form_targets: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) code_challenge: Option<String>,
    /// The API that the access token will be for; none: only `/userinfo`.
    pub(crate) audience: Option<String>,
    /// No API was asked for: `audience` is the tenant's default.
    #[serde(default)]
    pub(crate) by_default: bool,
    /// `resource` was sent and means nothing here.
    pub(crate) ignored_resource: bool,
    /// The scopes that are granted, in the order in which they were asked for.
    pub(crate) scopes: Vec<String>,
    /// The scopes that were asked for and that nobody defines.
    pub(crate) dropped_scopes: Vec<String>,
    pub(crate) prompt: Prompt,
    pub(crate) max_age: Option<i64>,
    pub(crate) login_hint: Option<String>,
}

impl AuthorizationRequest {
    /// What was asked for and what it will give, for the live log.
    pub(crate) fn in_words(&self) -> String {
        let mut words = match (&self.audience, self.ignored_resource) {
            (Some(audience), ignored) if self.by_default => format!(
                "{asked} → a JWT for {audience}, the tenant's Default Audience, scopes {scopes}. To get one for another \
                 API, send its identifier as `audience`",
                asked = if ignored {
                    "sent `resource`, which this tenant ignores"
                } else {
                    "asked for no audience"
                },
                scopes = self.scopes.join(" ")
            ),
            (Some(audience), _) => format!(
                "asked for audience {audience} → a JWT for that API, scopes {}",
                self.scopes.join(" ")
            ),
            (None, true) => "sent `resource`, which this tenant ignores (its setting Resource Parameter Compatibility \
                 Profile is off) → an opaque access token that only /userinfo accepts. To get a JWT, send `audience`"
                .to_owned(),
            (None, false) => "asked for no audience → an opaque access token that only /userinfo accepts. To get a \
                 JWT, send `audience`"
                .to_owned(),
        };
        if !self.dropped_scopes.is_empty() {
            words.push_str("; not defined and therefore dropped: ");
            words.push_str(&crate::journal::quoted(&self.dropped_scopes.join(" ")));
        }
        words.push('.');
        words
    }

    /// Whether it gives less than somebody might expect.
    pub(crate) fn is_surprising(&self) -> bool {
        self.audience.is_none() || self.by_default || !self.dropped_scopes.is_empty()
    }
}

/// How an authorization request is refused.
#[derive(Clone, Debug)]
pub(crate) enum Rejection {
    /// By a page of the tenant: there is no callback that may be trusted with an answer (RFC 6749 §4.1.2.1).
    Page(PageRefusal),
    /// By a redirect to the callback.
    Redirect(RedirectRefusal),
}

/// An error that the application's callback receives.
#[derive(Clone, Debug)]
pub(crate) struct RedirectRefusal {
    pub(crate) redirect_uri: String,
    pub(crate) state: Option<String>,
    pub(crate) error: &'static str,
    pub(crate) description: String,
    /// What to do about it, for the live log.
    pub(crate) fix: String,
}

impl From<sqlx::Error> for Rejection {
    fn from(error: sqlx::Error) -> Self {
        Self::Page(error.into())
    }
}

/// A pushed request is refused in JSON, with the same error codes (RFC 9126 §2.3).
impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Page(page) if page.status().is_server_error() => Self::broken(),
            Rejection::Page(page) => Self::invalid_request(page.message().to_owned()),
            Rejection::Redirect(refusal) => {
                Self::new(StatusCode::BAD_REQUEST, refusal.error, refusal.description)
            }
        }
    }
}
