//! The refresh lease of a login. It allows one refresh at a time across all replicas.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinHandle;

use crate::{
    clock::SharedClock,
    random::{self, SharedRandom},
    store::{LeaseHolder, LeaseOutcome, LoginId, SharedStore, StoreError},
};

/// Lease TTL in seconds. If the holder crashes, the next refresh waits at most this long.
const LEASE_TTL: i64 = 6;

/// Interval between lease renewals, so that the lease outlasts a slow provider.
const LEASE_RENEWAL_INTERVAL: Duration = Duration::from_secs(2);

/// A lease. It ends with [`Self::release`], or by timeout after a crash.
pub(in crate::tokens) struct RefreshLease {
    login: LoginId,
    holder: LeaseHolder,
    store: SharedStore,
    clock: SharedClock,
    /// Time at which the lease expires, in seconds since 1970.
    expires_at: Arc<AtomicI64>,
    renewal: JoinHandle<()>,
    /// Whether the previous lease expired without being released. The provider may have received its refresh token.
    pub(super) previous_abandoned: bool,
}

/// Result of acquiring a lease.
pub(in crate::tokens) enum LeaseAcquisition {
    Acquired(RefreshLease),
    /// Another process holds the lease.
    HeldElsewhere,
    /// The login has ended.
    LoginMissing,
}

impl RefreshLease {
    /// Acquires the lease of `login` and renews it in the background.
    pub(in crate::tokens) async fn acquire(
        store: &SharedStore,
        login: LoginId,
        clock: &SharedClock,
        random: &SharedRandom,
    ) -> Result<LeaseAcquisition, StoreError> {
        let holder: LeaseHolder = random::bytes(random.as_ref());
        let now = clock.unix_seconds();
        let expires_at = now + LEASE_TTL;
        let previous_abandoned = match store.lease_login(&login, &holder, now, expires_at).await? {
            LeaseOutcome::Acquired { abandoned } => abandoned,
            LeaseOutcome::HeldElsewhere => return Ok(LeaseAcquisition::HeldElsewhere),
            LeaseOutcome::LoginMissing => return Ok(LeaseAcquisition::LoginMissing),
        };
        let expires_at = Arc::new(AtomicI64::new(expires_at));
        Ok(LeaseAcquisition::Acquired(Self {
            login,
            holder,
            store: Arc::clone(store),
            clock: Arc::clone(clock),
            renewal: tokio::spawn(renew(
                Arc::clone(store),
                login,
                holder,
                Arc::clone(clock),
                Arc::clone(&expires_at),
            )),
            expires_at,
            previous_abandoned,
        }))
    }

    /// Returns whether the lease may have expired because the process was suspended or the store failed for too long.
    /// In that case another process may refresh, or may have done so.
    pub(super) fn may_have_expired(&self) -> bool {
        self.clock.unix_seconds() >= self.expires_at.load(Ordering::SeqCst)
    }

    /// Releases the lease. If the store fails, the lease expires.
    pub(in crate::tokens) async fn release(self) {
        self.renewal.abort();
        if let Err(error) = self.store.end_lease(&self.login, &self.holder).await {
            tracing::warn!(login = ?self.login, %error, "failed to release a refresh lease");
        }
    }
}

impl Drop for RefreshLease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

async fn renew(
    store: SharedStore,
    login: LoginId,
    holder: LeaseHolder,
    clock: SharedClock,
    expires_at: Arc<AtomicI64>,
) {
    loop {
        tokio::time::sleep(LEASE_RENEWAL_INTERVAL).await;
        let now = clock.unix_seconds();
        // The process was suspended. Another one may have acquired and released the lease in the meantime.
        if now >= expires_at.load(Ordering::SeqCst) {
            return;
        }
        match store
            .lease_login(&login, &holder, now, now + LEASE_TTL)
            .await
        {
            Ok(LeaseOutcome::Acquired { .. }) => {
                expires_at.store(now + LEASE_TTL, Ordering::SeqCst);
            }
            // The result of the refresh is stored by compare-and-swap, so the first one wins.
            Ok(LeaseOutcome::HeldElsewhere | LeaseOutcome::LoginMissing) => {
                expires_at.store(i64::MIN, Ordering::SeqCst);
                return;
            }
            Err(error) => {
                tracing::warn!(?login, %error, "failed to renew a refresh lease");
            }
        }
    }
}
