//! What is probably not intended, although the configuration is valid.

use super::Auth0;
use crate::{config::ConfigProblem, diagnosis::Diagnosis};

impl Auth0 {
    /// Returns what is probably not intended, although the configuration is valid: a missing audience, a secret that can
    /// be guessed, variables that are set but not read. [`Auth0Builder::build`](crate::Auth0Builder::build) logs it.
    ///
    /// ```no_run
    /// # async fn build() -> Result<(), axum_auth0::BuildError> {
    /// let auth0 = axum_auth0::Auth0::builder().env_files(".").build().await?;
    /// for warning in auth0.warnings() {
    ///     eprintln!("{warning}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn warnings(&self) -> Vec<ConfigProblem> {
        let weak_secrets = self.weak_secrets().map(|diagnosis| ConfigProblem {
            variable: "AUTH0_SECRET".to_owned(),
            problem: format!("is weak: {} {}", diagnosis.cause(), diagnosis.fix()),
            example: String::new(),
        });
        let of_config = self.config().warnings().iter().cloned();
        weak_secrets.chain(of_config).collect()
    }

    fn weak_secrets(&self) -> impl Iterator<Item = Diagnosis> {
        self.config()
            .weak_secrets()
            .into_iter()
            .map(Diagnosis::from)
    }

    pub(super) fn log_warnings(&self) {
        for diagnosis in self.weak_secrets() {
            diagnosis.log("weak secret");
        }
        for warning in self.config().warnings() {
            tracing::warn!("{warning}");
        }
    }
}
