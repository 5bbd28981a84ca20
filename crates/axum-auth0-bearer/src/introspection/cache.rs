//! Cached introspection responses, in bounded memory.

use std::sync::Arc;

use axum_auth0_core::{clock::SharedClock, jwt::Claims};
use quick_cache::sync::{Cache, EntryAction, EntryResult};
use ring::digest::{SHA256, digest};

/// How long it is remembered that a token is not active, in seconds.
const INACTIVE_TTL: i64 = 10;

/// The answer of the provider about a token.
#[derive(Clone, Debug)]
pub(super) enum TokenState {
    /// The token is active and has these claims.
    Active(Arc<Claims>),
    Inactive,
}

#[derive(Clone, Debug)]
struct Entry {
    state: TokenState,
    /// The end of its use, in seconds since 1970-01-01T00:00:00Z.
    until: i64,
}

/// The hash of a token. Tokens are not kept in memory.
type TokenHash = [u8; 32];

/// Introspection responses by token.
#[derive(Debug)]
pub(super) struct ResponseCache {
    entries: Cache<TokenHash, Entry>,
    ttl: i64,
}

impl ResponseCache {
    /// Creates an empty cache. `ttl` is in seconds.
    pub(super) fn new(entries: usize, ttl: i64) -> Self {
        Self {
            entries: Cache::new(entries),
            ttl,
        }
    }

    /// Returns the cached state of a token, or the one that `fetch` returns. Of concurrent callers with the same token, one
    /// fetches; if it fails or is cancelled, the next one does.
    pub(super) async fn get<E>(
        &self,
        token: &str,
        clock: &SharedClock,
        fetch: impl Future<Output = Result<TokenState, E>>,
    ) -> Result<TokenState, E> {
        let hash = hash(token);
        let now = clock.unix_seconds();
        let use_if_fresh = |_: &TokenHash, entry: &mut Entry| {
            if now < entry.until {
                EntryAction::Retain(entry.state.clone())
            } else {
                EntryAction::ReplaceWithGuard
            }
        };
        let guard = match self.entries.entry_async(&hash, use_if_fresh).await {
            EntryResult::Retained(state) => return Ok(state),
            EntryResult::Vacant(guard) | EntryResult::Replaced(guard, _) => guard,
            // Neither is requested above.
            EntryResult::Removed(..) | EntryResult::Timeout => return fetch.await,
        };
        let state = fetch.await?;
        let until = self.until(&state, clock.unix_seconds());
        // An error means that the entry was removed meanwhile.
        let _ = guard.insert(Entry {
            state: state.clone(),
            until,
        });
        Ok(state)
    }

    /// Returns how long a state is used, from `now`.
    fn until(&self, state: &TokenState, now: i64) -> i64 {
        match state {
            TokenState::Inactive => now.saturating_add(INACTIVE_TTL.min(self.ttl)),
            TokenState::Active(claims) => {
                // A malformed expiry is refused by the validation.
                let expires_at = claims.numeric_date("exp").ok().flatten().unwrap_or(now);
                now.saturating_add(self.ttl).min(expires_at)
            }
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.entries.len()
    }
}

fn hash(token: &str) -> TokenHash {
    let digest = digest(&SHA256, token.as_bytes());
    let mut hash = [0; 32];
    hash.copy_from_slice(digest.as_ref());
    hash
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::convert::Infallible;

    use axum_auth0_core::clock::MockClock;
    use serde_json::json;

    use super::*;

    fn active(expires_at: i64) -> TokenState {
        let claims = json!({ "exp": expires_at });
        TokenState::Active(Arc::new(Claims::new(
            serde_json::from_value(claims).unwrap(),
        )))
    }

    /// Returns whether the state was fetched.
    async fn fetches(cache: &ResponseCache, clock: &Arc<MockClock>, state: TokenState) -> bool {
        let mut is_fetched = false;
        let clock: SharedClock = clock.clone();
        let fetch = async {
            is_fetched = true;
            Ok::<_, Infallible>(state)
        };
        cache.get("token", &clock, fetch).await.unwrap();
        is_fetched
    }

    #[tokio::test]
    async fn an_active_token_is_cached_for_the_ttl_and_never_beyond_its_expiry() {
        for (expires_in, until) in [(3_600, 30), (20, 20), (1, 1)] {
            let clock = MockClock::at(1_000);
            let cache = ResponseCache::new(10, 30);
            assert!(fetches(&cache, &clock, active(1_000 + expires_in)).await);
            clock.advance(until - 1);
            assert!(!fetches(&cache, &clock, active(0)).await, "{expires_in}");
            clock.advance(1);
            assert!(fetches(&cache, &clock, active(0)).await, "{expires_in}");
        }
    }

    #[tokio::test]
    async fn an_inactive_token_is_remembered_briefly() {
        let clock = MockClock::at(1_000);
        let cache = ResponseCache::new(10, 300);
        assert!(fetches(&cache, &clock, TokenState::Inactive).await);
        clock.advance(9);
        assert!(!fetches(&cache, &clock, TokenState::Inactive).await);
        clock.advance(1);
        assert!(fetches(&cache, &clock, TokenState::Inactive).await);
    }

    #[tokio::test]
    async fn a_token_without_an_expiry_is_not_cached() {
        let clock = MockClock::at(1_000);
        let cache = ResponseCache::new(10, 30);
        let without = TokenState::Active(Arc::new(Claims::new(serde_json::Map::new())));
        assert!(fetches(&cache, &clock, without.clone()).await);
        assert!(fetches(&cache, &clock, without).await);
    }

    #[tokio::test]
    async fn the_number_of_entries_is_bounded() {
        let clock: SharedClock = MockClock::at(1_000);
        let cache = ResponseCache::new(100, 30);
        for number in 0..10_000 {
            let fetch = async { Ok::<_, Infallible>(TokenState::Inactive) };
            let token = format!("token-{number}");
            cache.get(&token, &clock, fetch).await.unwrap();
        }
        assert!(cache.len() <= 100, "{}", cache.len());
    }
}
