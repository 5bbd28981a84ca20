//! The settings that are variables: from the environment, from `.env` files, and in code.

use std::{path::Path, time::Duration};

use super::Auth0Builder;
use crate::config::Variables;

impl Auth0Builder {
    /// Reads the variables of the process's environment.
    pub fn env(self) -> Self {
        self.variables(Variables::from_environment())
    }

    /// Uses `variables` instead of the environment, for example those of a `.env` file.
    pub fn variables(mut self, variables: Variables) -> Self {
        self.environment = Ok(variables);
        self
    }

    /// Reads the variables of the process's environment, and completes them from `.env.local` and then `.env` in
    /// `folder`. See [`Variables::from_env_files`]. A file that cannot be read is an error of [`Self::build`].
    ///
    /// ```no_run
    /// # async fn build() -> Result<(), axum_auth0::BuildError> {
    /// let auth0 = axum_auth0::Auth0::builder().env_files(".").build().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn env_files(mut self, folder: impl AsRef<Path>) -> Self {
        self.environment = Variables::from_env_files(folder);
        self
    }

    /// Accepts variables of other programs: those called `pattern`, or that begin with it if it ends with `*`, such as
    /// `AUTH0_MANAGEMENT_*`. See [`Variables::ignore`].
    pub fn ignore_variables(mut self, pattern: impl Into<String>) -> Self {
        self.code.ignore(pattern);
        self
    }

    /// Sets a variable in code, for example `.set("AUTH0_PROMPT", "consent")`.
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.code.set(name, value);
        self
    }

    /// Sets `AUTH0_DOMAIN`: the domain of the tenant, or the issuer URL of another OpenID Provider.
    pub fn domain(self, domain: impl Into<String>) -> Self {
        self.set("AUTH0_DOMAIN", domain)
    }

    /// Sets `AUTH0_CLIENT_ID` and `AUTH0_CLIENT_SECRET`.
    pub fn client(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        self.set("AUTH0_CLIENT_ID", id)
            .set("AUTH0_CLIENT_SECRET", secret)
    }

    /// Sets `AUTH0_SECRET`, at least 32 bytes. Several secrets are separated by commas; the first encrypts, all
    /// decrypt.
    pub fn secret(self, secret: impl Into<String>) -> Self {
        self.set("AUTH0_SECRET", secret)
    }

    /// Sets `APP_BASE_URL`: the origin of this site.
    pub fn base_url(self, url: impl Into<String>) -> Self {
        self.set("APP_BASE_URL", url)
    }

    /// Sets `AUTH0_AUDIENCE`: the identifier of the API that a login requests an access token for.
    pub fn audience(self, audience: impl Into<String>) -> Self {
        self.set("AUTH0_AUDIENCE", audience)
    }

    /// Sets `AUTH0_COOKIE_NAME`: the name of the session cookie, without a prefix.
    pub fn cookie_name(self, name: impl Into<String>) -> Self {
        self.set("AUTH0_COOKIE_NAME", name)
    }

    /// Sets `AUTH0_SESSION_INACTIVITY_DURATION` and `AUTH0_SESSION_ABSOLUTE_DURATION`: a session ends after
    /// `inactivity` without a request, and `absolute` after the login. Fractions of a second are truncated.
    pub fn session_lifetime(self, inactivity: Duration, absolute: Duration) -> Self {
        self.set(
            "AUTH0_SESSION_INACTIVITY_DURATION",
            inactivity.as_secs().to_string(),
        )
        .set(
            "AUTH0_SESSION_ABSOLUTE_DURATION",
            absolute.as_secs().to_string(),
        )
    }

    /// Sets `AUTH0_EXPOSE_DIAGNOSES`: whether responses explain a misconfiguration, with the names of variables and
    /// settings. By default they do in debug builds only. The log always contains the explanation.
    pub fn expose_diagnoses(self, expose: bool) -> Self {
        self.set("AUTH0_EXPOSE_DIAGNOSES", expose.to_string())
    }
}
