//! Ends the sessions that a logout token names.

use sha2::{Digest as _, Sha256};

use super::{BackChannelState, Failure};
use crate::{
    config::Config,
    events::{LogoutTokenRejection, SessionEnd},
    oauth::{LEEWAY, LogoutToken},
    seal::Keyring,
    session::{EndMarker, LoginDetails, RefreshTokens},
    store::{LoginFilter, LoginRecord},
};

/// Ends the sessions that the token names, over all replicas. Returns their number.
///
/// The token is recorded as used last: if the store fails before, the provider's next attempt is not a replay. What a
/// replay would end is already ended, because a token ends no session that is newer than itself.
pub(super) async fn end_sessions(state: &BackChannelState, token: &str) -> Result<usize, Failure> {
    let token = state.verifier.verify(token).await?;
    let issuer = state.config.issuer().as_str();
    let now = state.clock.unix_seconds();
    let (marker, filter, reason) = match (&token.session, &token.subject) {
        (Some(sid), _) => (
            EndMarker::ProviderSession(sid),
            LoginFilter::ProviderSession { issuer, sid },
            SessionEnd::BackChannelSession,
        ),
        (None, Some(subject)) => (
            EndMarker::Subject(subject),
            LoginFilter::User { issuer, subject },
            SessionEnd::BackChannelSubject,
        ),
        (None, None) => return Ok(0),
    };
    marker
        .write(&state.store, issuer, token.issued_at, now)
        .await?;
    let is_ended = |row: &LoginRecord| is_ended_by(&token, row, &state.keys);
    let ended = state
        .sessions
        .end_matching(filter, is_ended, reason, refresh_tokens(&state.config))
        .await?;
    let key = replay_key(issuer, &token.id);
    let expires_at = token.expires_at + LEEWAY;
    if !state.store.consume_transaction(&key, expires_at).await? {
        let reason = "the token was used before".to_owned();
        return Err(Failure::Rejected(LogoutTokenRejection::Replayed, reason));
    }
    Ok(ended)
}

/// Returns whether the token ends a login that has its `sid` or its `sub`.
fn is_ended_by(token: &LogoutToken, row: &LoginRecord, keys: &Keyring) -> bool {
    match (&token.session, &token.subject) {
        (Some(_), Some(subject)) => row.subject == *subject,
        (Some(_), None) => true,
        // The user may have logged in again before a delayed token arrives. Both times are of the provider's clock.
        (None, _) => LoginDetails::of(keys, row)
            .issued_at
            .is_none_or(|issued_at| issued_at <= token.issued_at),
    }
}

/// §2.7: refresh tokens without `offline_access` are revoked; those with it are meant to outlive the session. Either way
/// they are deleted here.
fn refresh_tokens(config: &Config) -> RefreshTokens {
    if config.scope().iter().any(|scope| scope == "offline_access") {
        RefreshTokens::Keep
    } else {
        RefreshTokens::Revoke
    }
}

/// Returns the key under which the store records that a token was used.
fn replay_key(issuer: &str, id: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update("axum-auth0/logout-token");
    hash.update((issuer.len() as u64).to_be_bytes());
    hash.update(issuer);
    hash.update(id);
    hash.finalize().into()
}
