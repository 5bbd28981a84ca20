//! When a held token will do.

use super::{CachedToken, TokenFingerprint};

/// A token that was renewed on demand is not renewed on demand again for this many seconds: neither late-comers nor an
/// API that refuses everything may become a storm at the provider.
const ON_DEMAND_GRACE: i64 = 30;

/// What a caller wants of a token beside what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum TokenRequirement {
    /// One that is not near its end: no fewer than these seconds before it.
    Fresh { buffer: i64 },
    /// Another one than this.
    InsteadOf(Option<TokenFingerprint>),
}

impl TokenRequirement {
    pub(super) fn is_served_by(&self, held: &CachedToken, now: i64) -> bool {
        match self {
            Self::Fresh { buffer } => held.is_fresh(now, *buffer),
            Self::InsteadOf(refused) => {
                let is_another = *refused != Some(TokenFingerprint::of(&held.token));
                held.is_valid(now) && (is_another || was_just_renewed(held, now))
            }
        }
    }

    /// Whether `token` is the unwanted one again, with the same issue time: a provider that writes nothing unique into its
    /// tokens issues identical ones within a second. `before` is what was held. A provider that hands out an older token
    /// again would do so a second later, too.
    pub(super) fn is_same_again(&self, before: Option<&CachedToken>, token: &CachedToken) -> bool {
        let Self::InsteadOf(Some(refused)) = self else {
            return false;
        };
        let is_refused = |held: &CachedToken| *refused == TokenFingerprint::of(&held.token);
        is_refused(token)
            && before.is_some_and(|before| {
                is_refused(before) && token.obtained_at - before.obtained_at <= 1
            })
    }

    pub(super) fn is_explicit(&self) -> bool {
        matches!(self, Self::InsteadOf(_))
    }
}

fn was_just_renewed(held: &CachedToken, now: i64) -> bool {
    held.on_demand && held.is_young(now)
}

impl CachedToken {
    /// Whether it came so lately that another one would be no better.
    pub(super) fn is_young(&self, now: i64) -> bool {
        (0..ON_DEMAND_GRACE).contains(&(now - self.obtained_at))
    }
}
