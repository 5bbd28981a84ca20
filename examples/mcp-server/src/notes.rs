//! The notes of all users, in memory.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use axum_auth0_bearer::VerifiedToken;

/// Maximum number of notes of a user.
const MAX_NOTES: usize = 100;

/// The notes of all users.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(Arc<Mutex<HashMap<User, Vec<String>>>>);

/// A user. A subject is unique at its issuer only.
#[derive(Debug, PartialEq, Eq, Hash)]
struct User {
    issuer: String,
    subject: String,
}

impl Notes {
    /// Returns the notes of the token's user.
    pub(crate) fn list(&self, token: &VerifiedToken) -> Vec<String> {
        self.with(token, |notes| notes.clone())
    }

    /// Adds a note of the token's user. Returns whether there was room for it.
    pub(crate) fn add(&self, token: &VerifiedToken, text: String) -> bool {
        self.with(token, |notes| {
            let has_room = notes.len() < MAX_NOTES;
            if has_room {
                notes.push(text);
            }
            has_room
        })
    }

    fn with<R>(&self, token: &VerifiedToken, change: impl FnOnce(&mut Vec<String>) -> R) -> R {
        let user = User {
            issuer: token.issuer().to_owned(),
            subject: token.subject().to_owned(),
        };
        let mut notes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(notes.entry(user).or_default())
    }
}
