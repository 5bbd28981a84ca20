//! The session record: its content, and what this version can read of a record that another version wrote.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use tower_sessions::{
    Session,
    session::{self, Id, Record},
    session_store,
};

use super::store_error;
use crate::{
    jwt::Claims,
    organization::Organization,
    step_up::Authentication,
    store::{LoginId, StoreError},
};

/// The engine's key in a session record.
const SESSION_KEY: &str = "axum-auth0";

/// Maximum number of earlier logins in a record. Each tab of the browser can lead through one while its form waits.
const MAX_REPLACED_BEFORE: usize = 8;

/// The login of a session. Written at login; contains no token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SessionData {
    pub(crate) login: LoginId,
    /// The issuer of the login. A session of another issuer is not used.
    pub(crate) issuer: String,
    pub(crate) claims: Map<String, Value>,
    /// `sid` of the ID token. `None` in a record of an older version.
    #[serde(default)]
    pub(crate) provider_session: Option<ProviderSession>,
    /// The end that the provider sets, in seconds since 1970: `session_expiry` of the ID token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provider_end: Option<i64>,
    /// Whether the client disconnected before it received the session cookie.
    #[serde(default, rename = "undelivered")]
    pub(crate) is_unclaimed: bool,
    /// Empty in a record of an older version.
    #[serde(default)]
    pub(crate) context: LoginContext,
}

/// The circumstances of a login. They do not change as long as the session exists.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct LoginContext {
    /// When and how the user logged in.
    #[serde(default)]
    pub(crate) authentication: Authentication,
    /// The organization that the user logged in to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<Organization>,
    /// Who acts as the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) actor: Option<String>,
    /// The login that the browser had before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) replaced: Option<LoginId>,
    /// The logins of the same user that the browser had before [`Self::replaced`], the latest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) replaced_before: Vec<LoginId>,
    /// The authorization details that the provider granted (RFC 9396).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) authorization_details: Vec<Value>,
}

impl LoginContext {
    /// Returns the context of a login with the claims of its ID token. `old` is the session that the browser had before.
    pub(crate) fn of_login(claims: &Claims, old: &StoredSession) -> Self {
        Self {
            authentication: Authentication::of(claims),
            organization: Organization::of(claims),
            actor: actor(claims),
            replaced: old.login,
            replaced_before: replaced_before(claims, old),
            authorization_details: Vec::new(),
        }
    }

    /// Returns whether the browser had `login` before, and since then only logins of the same user.
    pub(crate) fn follows(&self, login: LoginId) -> bool {
        self.replaced == Some(login) || self.replaced_before.contains(&login)
    }
}

/// Returns who acts as the user: `act.sub` (RFC 8693 §4.1), the last one of a chain of delegations. Empty if `act` does not
/// name it, so that it is not taken for a login of the user.
fn actor(claims: &Claims) -> Option<String> {
    let actor = claims.get("act")?;
    Some(actor["sub"].as_str().unwrap_or_default().to_owned())
}

/// Returns the logins that the session `old` replaced, if it is of the user with these claims.
fn replaced_before(claims: &Claims, old: &StoredSession) -> Vec<LoginId> {
    let is_same_user = |data: &&SessionData| {
        claims.get("sub") == data.claims.get("sub")
            && claims
                .get("iss")
                .is_some_and(|issuer| *issuer == data.issuer)
    };
    let Some(SessionData { context, .. }) = old.data.as_ref().filter(is_same_user) else {
        return Vec::new();
    };
    let logins = context.replaced.iter().chain(&context.replaced_before);
    logins.copied().take(MAX_REPLACED_BEFORE).collect()
}

/// `sid` of the ID token, if the provider issues one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProviderSession {
    pub(crate) sid: Option<String>,
}

impl SessionData {
    /// Reads the data from a record of tower-sessions.
    pub(crate) fn from_record(record: &Record) -> Option<Self> {
        let data = record.data.get(SESSION_KEY)?;
        Self::deserialize(data).ok()
    }

    /// Writes the data into a record of tower-sessions.
    ///
    /// # Errors
    ///
    /// If the data cannot be serialized.
    pub(crate) fn write_to(&self, record: &mut Record) -> Result<(), StoreError> {
        let value =
            serde_json::to_value(self).map_err(|error| StoreError(format!("session: {error}")))?;
        record.data.insert(SESSION_KEY.to_owned(), value);
        Ok(())
    }
}

/// Returns an empty record that expires at `expires_at`, in seconds since 1970.
///
/// # Errors
///
/// If `expires_at` is out of range.
pub(crate) fn empty_record(id: Id, expires_at: i64) -> Result<Record, StoreError> {
    let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at)
        .map_err(|error| StoreError(format!("session: {error}")))?;
    Ok(Record {
        id,
        data: HashMap::new(),
        expiry_date,
    })
}

/// The session of a request, as far as this version can read it.
#[derive(Clone, Default)]
pub(crate) struct StoredSession {
    /// The session identifier, if the store has a record of it, readable or not.
    pub(crate) id: Option<Id>,
    /// The login. Read from a record of another version, too.
    pub(crate) login: Option<LoginId>,
    /// The data, if this version can read it.
    pub(crate) data: Option<SessionData>,
    issuer: Option<String>,
}

impl StoredSession {
    /// Reads the session of a request. If the record cannot be opened or parsed, the result has an identifier only.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub(crate) async fn read(session: &Session) -> Result<Self, StoreError> {
        let Some(id) = session.id() else {
            return Ok(Self::default());
        };
        let value = match session.get_value(SESSION_KEY).await {
            Ok(value) => value,
            Err(
                session::Error::SerdeJson(_)
                | session::Error::Store(session_store::Error::Decode(_)),
            ) => None,
            Err(session::Error::Store(error)) => return Err(store_error(error)),
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

    /// Returns whether the session was created with `issuer`. Tokens of another provider must not be sent to this one.
    pub(crate) fn is_from_issuer(&self, issuer: &str) -> bool {
        self.issuer.as_deref() == Some(issuer)
    }
}
