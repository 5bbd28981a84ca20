//! What a session's record says of a login, and what can still be read of one that another version wrote.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tower_sessions::{
    Session,
    session::{self, Id},
    session_store,
};

use super::store_error;
use crate::store::{LoginId, LoginRecord, StoreError};

/// The key of the engine's part of a session.
pub(crate) const SESSION_KEY: &str = "axum-auth0";

/// What the session knows of a login. Written at login; no token is in it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionData {
    pub(crate) login: LoginId,
    /// The issuer of the login: a session of another provider is none.
    pub(crate) issuer: String,
    pub(crate) claims: Map<String, Value>,
    /// `sid` of the ID token. `None` in a record of an older version.
    #[serde(default)]
    pub(crate) provider_session: Option<ProviderSession>,
    /// The client hung up before it got the session's cookie.
    #[serde(default)]
    pub(crate) undelivered: bool,
}

/// `sid` of the ID token, if the provider issues one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProviderSession {
    pub(crate) sid: Option<String>,
}

impl SessionData {
    /// Whether `row` is the row that this session was made with. The record is sealed; the row's columns are not.
    pub(super) fn agrees_with(&self, row: &LoginRecord) -> bool {
        self.claims.get("sub").and_then(Value::as_str) == Some(&row.subject)
            && self
                .provider_session
                .as_ref()
                .is_none_or(|session| session.sid == row.provider_session)
    }
}

/// What the browser's session is, as far as it can be read.
#[derive(Clone, Debug, Default)]
pub(crate) struct StoredSession {
    /// The session's identifier, if the store has a record of it, readable or not.
    pub(crate) id: Option<Id>,
    /// Its login. Read from a record of another version, too.
    pub(crate) login: Option<LoginId>,
    /// The rest, if this version can read it.
    pub(crate) data: Option<SessionData>,
    issuer: Option<String>,
}

impl StoredSession {
    /// Reads the session of a request. A record that cannot be opened or parsed has an identifier and nothing else.
    ///
    /// # Errors
    ///
    /// If the store does not answer.
    pub(crate) async fn read(session: &Session) -> Result<Self, StoreError> {
        let Some(id) = session.id() else {
            return Ok(Self::default());
        };
        let value = match session.get_value(SESSION_KEY).await {
            Ok(value) => value,
            Err(error) if is_unreadable(&error) => None,
            Err(session::Error::Store(error)) => return Err(store_error(error)),
            Err(error) => return Err(StoreError(error.to_string())),
        };
        if session.id().is_none() {
            return Ok(Self::default());
        }
        let login = value
            .as_ref()
            .and_then(|value| LoginId::deserialize(value.get("login")?).ok());
        let issuer = value
            .as_ref()
            .and_then(|value| Some(value.get("issuer")?.as_str()?.to_owned()));
        let data = value.and_then(|value| serde_json::from_value(value).ok());
        Ok(Self {
            id: Some(id),
            login,
            data,
            issuer,
        })
    }

    /// Whether the session was made with `issuer`. The tokens of another provider must not be sent to this one.
    pub(crate) fn is_from_issuer(&self, issuer: &str) -> bool {
        self.issuer.as_deref() == Some(issuer)
    }
}

fn is_unreadable(error: &session::Error) -> bool {
    matches!(
        error,
        session::Error::SerdeJson(_) | session::Error::Store(session_store::Error::Decode(_))
    )
}
