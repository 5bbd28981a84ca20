//! The parameters of a login, typed.

use std::fmt;

use crate::{config::Routes, return_to::ReturnTo, step_up::StepUp};

/// The parameters of a login, as the login route accepts them ([`LOGIN_PARAMETERS`](crate::LOGIN_PARAMETERS)).
///
/// ```
/// use axum_auth0::{LoginOptions, ReturnTo, Routes};
///
/// let options = LoginOptions::new().sign_up().login_hint("alice@example.com");
/// assert_eq!(
///     options.url(&Routes::default(), &ReturnTo::home()),
///     "/auth/login?returnTo=%2F&screen_hint=signup&login_hint=alice%40example.com"
/// );
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct LoginOptions(Vec<(&'static str, String)>);

/// What the provider asks the user for (OpenID Connect Core 1.0 §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prompt {
    /// `login`: to log in, also with a session.
    Login,
    /// `consent`: to authorize the application.
    Consent,
    /// `select_account`: to select an account.
    SelectAccount,
    /// `create`: to register (Initiating User Registration via OpenID Connect 1.0).
    Create,
}

impl Prompt {
    fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
            Self::Create => "create",
        }
    }
}

impl LoginOptions {
    /// Returns the options of a login without parameters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens the registration first: `screen_hint=signup` (Auth0). At other providers, use [`Prompt::Create`].
    pub fn sign_up(self) -> Self {
        self.with("screen_hint", "signup")
    }

    /// Sets `prompt`. It replaces `AUTH0_PROMPT`.
    pub fn prompt(self, prompt: Prompt) -> Self {
        self.with("prompt", prompt.as_str())
    }

    /// Sets the user name or e-mail address to fill in.
    pub fn login_hint(self, hint: impl Into<String>) -> Self {
        self.with("login_hint", hint)
    }

    /// Sets the identity provider or user database, such as `google-oauth2` (Auth0).
    pub fn connection(self, connection: impl Into<String>) -> Self {
        self.with("connection", connection)
    }

    /// Sets the organization: an identifier (`org_…`) or a name. The ID token must confirm it (Auth0).
    pub fn organization(self, organization: impl Into<String>) -> Self {
        self.with("organization", organization)
    }

    /// Sets the ticket of an invitation to [`Self::organization`] (Auth0).
    pub fn invitation(self, ticket: impl Into<String>) -> Self {
        self.with("invitation", ticket)
    }

    /// Sets the preferred languages, separated by spaces.
    pub fn ui_locales(self, languages: impl Into<String>) -> Self {
        self.with("ui_locales", languages)
    }

    /// Requires a recent or a strong login.
    pub fn step_up(self, step_up: &StepUp) -> Self {
        let parameters = step_up.login_parameters();
        let add = |options: Self, (name, value)| options.with(name, value);
        parameters.into_iter().fold(self, add)
    }

    /// Returns the path and query that starts the login and returns to `return_to`.
    pub fn url(&self, routes: &Routes, return_to: &ReturnTo) -> String {
        routes.login_url_with(return_to, &self.0)
    }

    /// Returns names and values.
    pub fn parameters(&self) -> &[(&'static str, String)] {
        &self.0
    }

    /// Sets a parameter. The login route refuses one that is repeated.
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.retain(|(given, _)| *given != name);
        self.0.push((name, value.into()));
        self
    }
}

/// Shows the names. The values include tickets of invitations.
impl fmt::Debug for LoginOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::LoginOptions;

    #[test]
    fn debug_shows_the_names_only() {
        let options = LoginOptions::new().invitation("canary").login_hint("alice");
        assert_eq!(format!("{options:?}"), r#"["invitation", "login_hint"]"#);
    }
}
