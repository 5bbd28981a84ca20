//! Logins whose client hung up before it got the session's cookie.
//!
//! The transaction is spent by then, and its code with it. The browser still has the transaction's cookie: if it comes
//! again, it gets the session that is waiting for it.

use tower_sessions::{SessionStore as _, session::Id};

use super::{LoginState, transaction::Transaction};
use crate::session::{SESSION_KEY, SessionData, id};

/// Notes that no browser has the cookie of this session.
pub(super) async fn mark(state: &LoginState, session: Id) {
    if !set(state, session, true).await {
        tracing::warn!(
            "failed to note that a session was not delivered; its login has to be repeated"
        );
    }
}

/// The session that `transaction` ended in, if it was not delivered. Once.
pub(super) async fn take(state: &LoginState, transaction: &Transaction) -> Option<Id> {
    // The replica that completed the login may write with another secret.
    for session in id::of_transaction_with_each_secret(&state.keys, &transaction.verifier) {
        if set(state, session, false).await {
            return Some(session);
        }
    }
    None
}

/// Changes the note; whether there was a change.
async fn set(state: &LoginState, session: Id, undelivered: bool) -> bool {
    let records = &state.records;
    let Ok(Some(mut record)) = records.load(&session).await else {
        return false;
    };
    let data = record.data.get(SESSION_KEY).cloned();
    let Some(mut data) = data.and_then(|data| serde_json::from_value::<SessionData>(data).ok())
    else {
        return false;
    };
    if data.undelivered == undelivered {
        return false;
    }
    data.undelivered = undelivered;
    let Ok(value) = serde_json::to_value(&data) else {
        return false;
    };
    record.data.insert(SESSION_KEY.to_owned(), value);
    records.save(&record).await.is_ok()
}
