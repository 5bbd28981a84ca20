//! The applications of the settings.

use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use url::Url;

use super::json::{decode, encode};
use crate::{
    opaque_id::sha256_base64url,
    settings::{ApplicationSettings, OtherGrant, PublicKey, RegisteredCertificate, ResourcePolicy},
};

/// An application, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) callback_urls: Vec<String>,
    pub(crate) logout_urls: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) backchannel_logout_url: Option<Url>,
    #[serde(default)]
    pub(crate) initiate_login_uri: Option<Url>,
    pub(crate) refresh_tokens: bool,
    pub(crate) other_grants: Vec<OtherGrant>,
    pub(crate) multi_resource: Vec<ResourcePolicy>,
    pub(crate) public_keys: Vec<PublicKey>,
    #[serde(default)]
    pub(crate) client_certificates: Vec<RegisteredCertificate>,
    #[serde(default)]
    pub(crate) certificate_bound_access_tokens: bool,
    pub(crate) require_signed_requests: bool,
}

impl From<&ApplicationSettings> for Application {
    fn from(settings: &ApplicationSettings) -> Self {
        Self {
            client_id: settings.client_id.clone(),
            name: settings.name.clone(),
            callback_urls: settings.callback_urls.clone(),
            logout_urls: settings.logout_urls.clone(),
            origins: settings.origins.clone(),
            backchannel_logout_url: settings.backchannel_logout_url.clone(),
            initiate_login_uri: settings.initiate_login_uri.clone(),
            refresh_tokens: settings.refresh_tokens,
            other_grants: settings.other_grants.clone(),
            multi_resource: settings.multi_resource.clone(),
            public_keys: settings.public_keys.clone(),
            client_certificates: settings.client_certificates.clone(),
            certificate_bound_access_tokens: settings.certificate_bound_access_tokens,
            require_signed_requests: settings.require_signed_requests,
        }
    }
}

/// Replaces the stored applications. Deleting an application deletes its grants.
pub(crate) async fn sync_from_settings(
    connection: &mut SqliteConnection,
    applications: &[ApplicationSettings],
) -> Result<(), sqlx::Error> {
    let mut client_ids = Vec::new();
    for settings in applications {
        client_ids.push(settings.client_id.as_str());
        sqlx::query(
            "INSERT INTO applications (client_id, secret_hash, definition) VALUES (?1, ?2, ?3)
             ON CONFLICT (client_id) DO UPDATE SET secret_hash = ?2, definition = ?3",
        )
        .bind(&settings.client_id)
        .bind(sha256_base64url(settings.client_secret.expose_secret()))
        .bind(encode(&Application::from(settings))?)
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query(
        "DELETE FROM applications WHERE client_id NOT IN (SELECT value FROM json_each(?1))",
    )
    .bind(encode(&client_ids)?)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    client_id: &str,
) -> Result<Option<Application>, sqlx::Error> {
    let definition: Option<String> =
        sqlx::query_scalar("SELECT definition FROM applications WHERE client_id = ?1")
            .bind(client_id)
            .fetch_optional(connection)
            .await?;
    definition.map(|json| decode(&json)).transpose()
}

/// Returns the application if `secret` is its client secret.
pub(crate) async fn find_with_secret(
    connection: &mut SqliteConnection,
    client_id: &str,
    secret: &str,
) -> Result<Option<Application>, sqlx::Error> {
    // The query compares SHA-256 hashes, so its duration reveals nothing about the secret.
    let definition: Option<String> = sqlx::query_scalar(
        "SELECT definition FROM applications WHERE client_id = ?1 AND secret_hash = ?2",
    )
    .bind(client_id)
    .bind(sha256_base64url(secret))
    .fetch_optional(connection)
    .await?;
    definition.map(|json| decode(&json)).transpose()
}

/// Returns all applications, ordered by client ID.
pub(crate) async fn list(
    connection: &mut SqliteConnection,
) -> Result<Vec<Application>, sqlx::Error> {
    let definitions: Vec<String> =
        sqlx::query_scalar("SELECT definition FROM applications ORDER BY client_id")
            .fetch_all(connection)
            .await?;
    definitions.iter().map(|json| decode(json)).collect()
}
