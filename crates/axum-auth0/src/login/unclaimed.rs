//! Sessions whose client disconnected before it received the session cookie.
//!
//! The transaction and its code are already consumed. The browser still has the transaction cookie: if it repeats the
//! callback, it gets the session.

use tower_sessions::{SessionStore as _, session::Id};

use super::{LoginState, transaction::Transaction};
use crate::session::{SessionData, id};

/// Marks the session as unclaimed: no browser has received its cookie.
pub(super) async fn mark(login: &LoginState, session: Id) {
    if !set(login, session, true).await {
        tracing::warn!("failed to mark a session as unclaimed; the user has to log in again");
    }
}

/// Returns the session of `transaction` if it is unclaimed, at most once.
pub(super) async fn claim(login: &LoginState, transaction: &Transaction) -> Option<Id> {
    // The replica that completed the login may write with another secret.
    for session in id::of_transaction_with_each_secret(&login.keys, &transaction.verifier) {
        if set(login, session, false).await {
            return Some(session);
        }
    }
    None
}

/// Sets the mark and returns whether it changed.
async fn set(login: &LoginState, session: Id, is_unclaimed: bool) -> bool {
    let Ok(Some(mut record)) = login.records.load(&session).await else {
        return false;
    };
    let Some(mut data) = SessionData::from_record(&record) else {
        return false;
    };
    if data.is_unclaimed == is_unclaimed {
        return false;
    }
    data.is_unclaimed = is_unclaimed;
    data.write_to(&mut record).is_ok() && login.records.save(&record).await.is_ok()
}
