//! The proofs that were accepted, so that none is accepted twice (RFC 9449 §11.1), in bounded memory.

use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Mutex, PoisonError},
};

use ring::digest::{SHA256, digest};

/// Of one key, at most this part of all entries is remembered.
const SHARE_OF_A_KEY: usize = 8;

/// Result of recording a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recorded {
    New,
    /// The proof was recorded before.
    Replayed,
    /// The cache is full, so it is unknown. Nothing is evicted: an evicted proof could be replayed.
    Full,
}

/// The hash of an issuer and a key, or of a proof's `jti`.
type Hash = [u8; 16];

/// The proofs of a period, by issuer and key.
#[derive(Default)]
struct Generation {
    by_key: HashMap<Hash, HashSet<Hash>>,
    len: usize,
}

#[derive(Default)]
struct Generations {
    /// The start of the current period, in seconds since 1970-01-01T00:00:00Z.
    start: i64,
    /// The longest lifetime of a proof so far: verifiers with other limits may share the cache.
    lifetime: i64,
    current: Generation,
    previous: Generation,
}

/// Remembers each proof for at least as long as it could be accepted.
pub(super) struct ReplayCache {
    max_entries: usize,
    generations: Mutex<Generations>,
}

impl ReplayCache {
    pub(super) fn new(max_entries: usize) -> Self {
        Self {
            max_entries: max_entries.max(SHARE_OF_A_KEY),
            generations: Mutex::default(),
        }
    }

    /// Records the proof `id` of a key of an issuer.
    ///
    /// - `lifetime`: how long a proof can be accepted from now on at most, in seconds.
    pub(super) fn record(
        &self,
        (issuer, thumbprint): (&str, &str),
        id: &str,
        now: i64,
        lifetime: i64,
    ) -> Recorded {
        let (key, id) = (hash(&[issuer, thumbprint]), hash(&[id]));
        let mut generations = self
            .generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        generations.rotate(now, lifetime);
        let Generations {
            current, previous, ..
        } = &mut *generations;
        let of_key = |generation: &Generation| generation.by_key.get(&key).map_or(0, HashSet::len);
        let contains = |generation: &Generation| {
            let ids = generation.by_key.get(&key);
            ids.is_some_and(|ids| ids.contains(&id))
        };
        if contains(current) || contains(previous) {
            return Recorded::Replayed;
        }
        if current.len + previous.len >= self.max_entries
            || of_key(current) + of_key(previous) >= self.max_entries / SHARE_OF_A_KEY
        {
            return Recorded::Full;
        }
        current.by_key.entry(key).or_default().insert(id);
        current.len += 1;
        Recorded::New
    }
}

impl Generations {
    /// Drops the proofs that cannot be accepted any more. A clock that is set back drops none.
    fn rotate(&mut self, now: i64, lifetime: i64) {
        self.lifetime = self.lifetime.max(lifetime);
        let lifetime = self.lifetime;
        let age = now.saturating_sub(self.start);
        if age < lifetime {
            return;
        }
        self.previous = if age < 2 * lifetime {
            std::mem::take(&mut self.current)
        } else {
            self.current = Generation::default();
            Generation::default()
        };
        self.start = now;
    }
}

fn hash(parts: &[&str]) -> Hash {
    let lengths = parts.iter().map(|part| part.len().to_string());
    // The lengths separate the parts.
    let text = format!(
        "{} {}",
        lengths.collect::<Vec<_>>().join(" "),
        parts.concat()
    );
    let mut hash = Hash::default();
    for (to, from) in hash
        .iter_mut()
        .zip(digest(&SHA256, text.as_bytes()).as_ref())
    {
        *to = *from;
    }
    hash
}

impl fmt::Debug for ReplayCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayCache")
            .field("max_entries", &self.max_entries)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: i64 = 120;

    fn record(cache: &ReplayCache, key: &str, id: &str, now: i64) -> Recorded {
        cache.record(("issuer", key), id, now, LIFETIME)
    }

    #[test]
    fn a_proof_is_refused_for_as_long_as_it_could_be_accepted() {
        for start in [1_000, 1_001, 1_119] {
            let cache = ReplayCache::new(1_000);
            assert_eq!(record(&cache, "a", "first", 1_000), Recorded::New);
            assert_eq!(record(&cache, "a", "1", start), Recorded::New);
            for later in 0..LIFETIME {
                // Other proofs arrive meanwhile.
                record(&cache, "b", &later.to_string(), start + later);
                let again = record(&cache, "a", "1", start + later);
                assert_eq!(again, Recorded::Replayed, "{start} {later}");
            }
            assert_eq!(
                record(&cache, "a", "1", start + 3 * LIFETIME),
                Recorded::New
            );
        }
    }

    #[test]
    fn a_proof_of_another_key_or_issuer_is_another_one() {
        let cache = ReplayCache::new(1_000);
        assert_eq!(record(&cache, "a", "1", 0), Recorded::New);
        assert_eq!(record(&cache, "b", "1", 0), Recorded::New);
        let other_issuer = cache.record(("other", "a"), "1", 0, LIFETIME);
        assert_eq!(other_issuer, Recorded::New);
        let shifted = cache.record(("issuera", ""), "1", 0, LIFETIME);
        assert_eq!(shifted, Recorded::New);
    }

    #[test]
    fn a_full_cache_refuses_and_evicts_nothing() {
        let cache = ReplayCache::new(80);
        let fill = |now| {
            let keys = 0..20;
            let ids = keys.flat_map(|key| (0..8).map(move |id| (key, id)));
            ids.filter(|(key, id)| {
                record(&cache, &key.to_string(), &id.to_string(), now) == Recorded::New
            })
            .count()
        };
        assert_eq!(fill(0), 80);
        assert_eq!(record(&cache, "x", "1", 0), Recorded::Full);
        assert_eq!(record(&cache, "0", "0", 0), Recorded::Replayed);
        assert_eq!(record(&cache, "x", "1", 2 * LIFETIME), Recorded::New);
    }

    #[test]
    fn verifiers_with_other_lifetimes_do_not_make_the_cache_forget_a_proof() {
        let cache = ReplayCache::new(1_000);
        let (long, short) = (5 * LIFETIME, LIFETIME);
        let accepted = cache.record(("issuer", "a"), "1", 1_000, long);
        assert_eq!(accepted, Recorded::New);
        for later in (0..long).step_by(60) {
            cache.record(("issuer", "b"), &later.to_string(), 1_000 + later, short);
            let again = cache.record(("issuer", "a"), "1", 1_000 + later, long);
            assert_eq!(again, Recorded::Replayed, "{later}");
        }
    }

    /// A single client cannot lock out the others.
    #[test]
    fn one_key_fills_an_eighth_at_most() {
        let cache = ReplayCache::new(80);
        for id in 0..10 {
            assert_eq!(record(&cache, "a", &id.to_string(), 0), Recorded::New);
        }
        assert_eq!(record(&cache, "a", "10", 0), Recorded::Full);
        assert_eq!(record(&cache, "b", "10", 0), Recorded::New);
    }
}
