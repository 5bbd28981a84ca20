//! The operator, who ends all sessions of a user with `server revoke-sessions`.

use std::{io, process::Command, sync::Arc};

use tokio::task::spawn_blocking;

use crate::site::SiteEnvironment;

/// Runs commands in the environment of the replicas.
#[derive(Clone, Debug)]
pub(crate) struct Operator(Arc<SiteEnvironment>);

impl Operator {
    pub(crate) fn new(environment: SiteEnvironment) -> Self {
        Self(Arc::new(environment))
    }

    /// Ends all sessions of `subject`. The error says how the command failed.
    pub(crate) async fn revoke_sessions(&self, subject: &str) -> Result<(), String> {
        let mut command = self.0.command();
        command.args(["revoke-sessions", subject]);
        let output = spawn_blocking(move || Command::output(&mut command))
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(())
        } else {
            Err("revoke-sessions failed".to_owned())
        }
    }
}
