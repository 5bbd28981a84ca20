//! When a held token will do.

use super::{HeldToken, TokenFingerprint};

/// A token that was renewed on demand is not renewed on demand again for this many seconds: neither late-comers nor an
/// API that refuses everything may become a storm at the provider.
const ON_DEMAND_GRACE: i64 = 30;

/// What a caller wants of a token beside what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Demand {
    /// One that is not near its end: no fewer than these seconds before it.
    Fresh { buffer: i64 },
    /// Another one than this.
    InsteadOf(Option<TokenFingerprint>),
}

impl Demand {
    pub(super) fn is_served_by(&self, held: &HeldToken, now: i64) -> bool {
        match self {
            Self::Fresh { buffer } => held.is_fresh(now, *buffer),
            Self::InsteadOf(refused) => {
                let is_another = *refused != Some(TokenFingerprint::of(&held.token));
                held.is_valid(now) && (is_another || was_just_renewed(held, now))
            }
        }
    }

    pub(super) fn is_explicit(&self) -> bool {
        matches!(self, Self::InsteadOf(_))
    }
}

fn was_just_renewed(held: &HeldToken, now: i64) -> bool {
    held.on_demand && (0..ON_DEMAND_GRACE).contains(&(now - held.obtained_at))
}
