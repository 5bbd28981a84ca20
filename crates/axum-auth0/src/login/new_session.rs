//! The session of a login before it is stored, for the hook of the application.

use serde_json::{Map, Value};

use crate::{
    jwt::Claims,
    session::{AppData, SessionDataError, StagedData},
};

/// The session of a login before it is stored: what [`Auth0Builder::before_session_saved`] changes.
///
/// It contains no token.
///
/// [`Auth0Builder::before_session_saved`]: crate::Auth0Builder::before_session_saved
#[derive(Debug)]
pub struct NewSession {
    subject: String,
    claims: Map<String, Value>,
    id_token: Claims,
    data: StagedData,
}

impl NewSession {
    pub(super) fn new(subject: String, claims: Map<String, Value>, id_token: Claims) -> Self {
        Self {
            subject,
            claims,
            id_token,
            data: StagedData::default(),
        }
    }

    /// Returns `sub`, the user's identifier at the provider.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns the claims that the session keeps, those of [`SignedInUser::claims`](crate::SignedInUser::claims).
    pub fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// Returns the claims that the session keeps, to add, change or remove some. `sub` is kept as it is.
    pub fn claims_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.claims
    }

    /// Returns all claims of the verified ID token, also those that the session does not keep, such as `auth_time`, `acr`
    /// and `sid`.
    pub fn id_token_claims(&self) -> &Map<String, Value> {
        self.id_token.as_map()
    }

    /// Sets the application's data of type `T`, which [`SignedInUser::session_data`](crate::SignedInUser::session_data)
    /// returns.
    ///
    /// # Errors
    ///
    /// If the data is not representable as JSON, or too large.
    pub fn set_data<T: AppData>(&mut self, data: &T) -> Result<(), SessionDataError> {
        self.data.set(data)
    }

    /// Returns the claims and the data to store.
    pub(super) fn into_parts(mut self) -> (Map<String, Value>, Map<String, Value>) {
        self.claims.insert("sub".to_owned(), self.subject.into());
        (self.claims, self.data.0)
    }
}
