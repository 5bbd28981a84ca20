//! Applications and APIs, as the settings declare them.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sqlx::SqliteConnection;
use url::Url;

use crate::{
    handle::fingerprint,
    settings::{ApiSettings, ApplicationSettings, ResourcePolicy},
};
use secrecy::ExposeSecret as _;

/// An application, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) name: String,
    pub(crate) callback_urls: Vec<String>,
    pub(crate) logout_urls: Vec<String>,
    pub(crate) origins: Vec<String>,
    pub(crate) backchannel_logout_url: Option<Url>,
    pub(crate) refresh_tokens: bool,
    pub(crate) multi_resource: Vec<ResourcePolicy>,
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
            refresh_tokens: settings.refresh_tokens,
            multi_resource: settings.multi_resource.clone(),
        }
    }
}

/// Makes the tables equal to the settings. An application that left takes its grants with it.
pub(crate) async fn mirror(
    connection: &mut SqliteConnection,
    applications: &[ApplicationSettings],
    apis: &[ApiSettings],
) -> Result<(), sqlx::Error> {
    let mut client_ids = Vec::new();
    for settings in applications {
        client_ids.push(settings.client_id.as_str());
        sqlx::query(
            "INSERT INTO applications (client_id, secret_hash, definition) VALUES (?1, ?2, ?3)
             ON CONFLICT (client_id) DO UPDATE SET secret_hash = ?2, definition = ?3",
        )
        .bind(&settings.client_id)
        .bind(fingerprint(settings.client_secret.expose_secret()))
        .bind(encode(&Application::from(settings))?)
        .execute(&mut *connection)
        .await?;
    }
    sqlx::query(
        "DELETE FROM applications WHERE client_id NOT IN (SELECT value FROM json_each(?1))",
    )
    .bind(encode(&client_ids)?)
    .execute(&mut *connection)
    .await?;

    sqlx::query("DELETE FROM apis")
        .execute(&mut *connection)
        .await?;
    for api in apis {
        sqlx::query("INSERT INTO apis (identifier, definition) VALUES (?1, ?2)")
            .bind(&api.identifier)
            .bind(encode(api)?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

pub(crate) async fn application(
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

/// The application, if `secret` is its own.
pub(crate) async fn authenticated_application(
    connection: &mut SqliteConnection,
    client_id: &str,
    secret: &str,
) -> Result<Option<Application>, sqlx::Error> {
    // The comparison is of SHA-256 values: how long it takes says nothing about the secret.
    let definition: Option<String> = sqlx::query_scalar(
        "SELECT definition FROM applications WHERE client_id = ?1 AND secret_hash = ?2",
    )
    .bind(client_id)
    .bind(fingerprint(secret))
    .fetch_optional(connection)
    .await?;
    definition.map(|json| decode(&json)).transpose()
}

pub(crate) async fn applications(
    connection: &mut SqliteConnection,
) -> Result<Vec<Application>, sqlx::Error> {
    let definitions: Vec<String> =
        sqlx::query_scalar("SELECT definition FROM applications ORDER BY client_id")
            .fetch_all(connection)
            .await?;
    definitions.iter().map(|json| decode(json)).collect()
}

pub(crate) async fn api(
    connection: &mut SqliteConnection,
    identifier: &str,
) -> Result<Option<ApiSettings>, sqlx::Error> {
    let definition: Option<String> =
        sqlx::query_scalar("SELECT definition FROM apis WHERE identifier = ?1")
            .bind(identifier)
            .fetch_optional(connection)
            .await?;
    definition.map(|json| decode(&json)).transpose()
}

pub(crate) async fn apis(
    connection: &mut SqliteConnection,
) -> Result<Vec<ApiSettings>, sqlx::Error> {
    let definitions: Vec<String> =
        sqlx::query_scalar("SELECT definition FROM apis ORDER BY identifier")
            .fetch_all(connection)
            .await?;
    definitions.iter().map(|json| decode(json)).collect()
}

pub(crate) fn encode(value: &impl Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub(crate) fn decode<T: DeserializeOwned>(json: &str) -> Result<T, sqlx::Error> {
    serde_json::from_str(json).map_err(|error| sqlx::Error::Decode(error.into()))
}
