//! Tokens without a login, for the tests of an application.

use std::fmt;

use sqlx::SqliteConnection;

use super::{PATH, authorization_code::issue_first};
use crate::{
    binding::Binding,
    http::OAuthError,
    opaque_id::random_id,
    scopes,
    state::AppState,
    store::{
        apis, applications,
        grants::{self, Grant},
        sessions, users,
    },
};

/// The tokens of a login.
#[derive(Clone)]
pub struct IssuedTokens {
    /// A JWT for the API, or an opaque token without an audience.
    pub access_token: String,
    /// Present if `offline_access` was granted.
    pub refresh_token: Option<String>,
    /// Present if `openid` was requested.
    pub id_token: Option<String>,
}

impl fmt::Debug for IssuedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IssuedTokens")
    }
}

/// Reason why [`Tenant::issue_tokens`](crate::Tenant::issue_tokens) issues no tokens.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The tenant has no such user.
    #[error("the tenant has no user {0:?}")]
    UnknownUser(String),
    /// The tenant has no such application.
    #[error("the tenant has no application {0:?}")]
    UnknownApplication(String),
    /// The tenant has no API with this identifier.
    #[error("Service not found: {0:?}")]
    UnknownApi(String),
    /// A database operation failed.
    #[error("a database operation failed")]
    Database(#[from] sqlx::Error),
    /// The tokens cannot be issued.
    #[error("{0}")]
    Token(String),
}

impl From<OAuthError> for IssueError {
    fn from(error: OAuthError) -> Self {
        Self::Token(error.description().to_owned())
    }
}

/// Issues the tokens of a login of `sub` to `client_id`.
pub(crate) async fn issue(
    state: &AppState,
    client_id: &str,
    sub: &str,
    audience: Option<&str>,
    scope: &str,
) -> Result<IssuedTokens, IssueError> {
    let now = state.now();
    let mut transaction = state.store.begin().await?;
    let grant = grant(state, &mut transaction, client_id, sub, audience, scope).await?;
    let response = issue_first(state, &mut transaction, &grant, None, &Binding::None, now).await?;
    transaction.commit().await?;
    state.activity_log.granted(
        PATH,
        format!(
            "{sub} was signed in for a test, without a login: {}.",
            response.describe()
        ),
    );
    Ok(IssuedTokens {
        access_token: response.access_token,
        refresh_token: response.refresh_token,
        id_token: response.id_token,
    })
}

/// Starts a session of `sub`, and grants what a login would.
async fn grant(
    state: &AppState,
    connection: &mut SqliteConnection,
    client_id: &str,
    sub: &str,
    audience: Option<&str>,
    scope: &str,
) -> Result<Grant, IssueError> {
    let now = state.now();
    let application = applications::find(connection, client_id).await?;
    let application =
        application.ok_or_else(|| IssueError::UnknownApplication(client_id.to_owned()))?;
    if users::find(connection, sub).await?.is_none() {
        return Err(IssueError::UnknownUser(sub.to_owned()));
    }
    let api = match audience {
        Some(identifier) => Some(
            apis::find(connection, identifier)
                .await?
                .ok_or_else(|| IssueError::UnknownApi(identifier.to_owned()))?,
        ),
        None => None,
    };
    let scopes = scopes::for_login(scope, api.as_ref(), application.refresh_tokens).scopes;
    let (session, _) = sessions::start(connection, sub, now).await?;
    sessions::add_application(connection, &session.sid, client_id).await?;
    let grant = Grant {
        id: random_id(),
        client_id: client_id.to_owned(),
        sub: sub.to_owned(),
        sid: session.sid,
        audience: api.map(|api| api.identifier),
        scope: scopes.join(" "),
        auth_time: now,
        show_auth_time: false,
        second_factor: false,
        created_at: now,
        expires_at: now + state.config.lifetimes.grant(&scopes),
    };
    grants::insert(connection, &grant).await?;
    Ok(grant)
}
