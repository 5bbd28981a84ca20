//! `server revoke-sessions`: ends all sessions of a user, for an operator. It uses the configuration and the store of the site.

use std::{path::Path, process::ExitCode};

use axum_auth0::Variables;

use crate::site;

/// Arguments of `server revoke-sessions`.
#[derive(Clone, Debug, clap::Args)]
pub struct Arguments {
    /// The identifier of the user: the claim `sub`, such as `auth0|123`
    subject: String,
    /// The issuer of the user's ID tokens [default: the configured provider]
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
}

/// Ends the sessions in the store of the environment and of the `.env` files in `folder`, and prints their number.
pub async fn run(arguments: &Arguments, folder: &Path) -> ExitCode {
    match revoke(arguments, folder).await {
        Ok(count) => {
            println!("sessions ended: {count}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("The sessions were not ended: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn revoke(
    arguments: &Arguments,
    folder: &Path,
) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
    let variables = Variables::from_env_files(folder)?;
    let auth0 = site::auth0().variables(variables).build().await?;
    let issuer = match &arguments.issuer {
        Some(issuer) => issuer.clone(),
        None => auth0.config().issuer().to_string(),
    };
    Ok(auth0.revoke_sessions(&issuer, &arguments.subject).await?)
}
