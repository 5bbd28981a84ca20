//! One refresh at a time over all replicas: the lease of a login, kept alive as long as the refresh takes.

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

/// How long a lease lasts without being prolonged, in seconds: so long does a refresh have to wait after a process was
/// killed in the midst of one.
const LEASE: i64 = 6;

/// How often a lease is prolonged: a slow provider must not outlast it.
const LEASE_RENEWAL_INTERVAL: Duration = Duration::from_secs(2);

/// The right to refresh a login's tokens. Ends with [`Self::end`], or some seconds after its process.
pub(super) struct RefreshLease {
    login: LoginId,
    holder: LeaseHolder,
    store: SharedStore,
    clock: SharedClock,
    /// Until when it is sure, in seconds since 1970.
    until: Arc<AtomicI64>,
    prolonging: JoinHandle<()>,
    /// The one before was abandoned: whether the provider saw its refresh token is not known.
    pub(super) abandoned: bool,
}

/// Whether the lease was to be had.
pub(super) enum Attempt {
    Taken(RefreshLease),
    /// Another process refreshes.
    Held,
    /// The login is gone.
    Gone,
}

pub(super) async fn attempt(
    store: &SharedStore,
    login: LoginId,
    clock: &SharedClock,
    random: &SharedRandom,
) -> Result<Attempt, StoreError> {
    let holder: LeaseHolder = random::bytes(random.as_ref());
    let now = clock.unix_seconds();
    let abandoned = match store.lease_login(&login, &holder, now, now + LEASE).await? {
        LeaseOutcome::Acquired { abandoned } => abandoned,
        LeaseOutcome::HeldElsewhere => return Ok(Attempt::Held),
        LeaseOutcome::LoginMissing => return Ok(Attempt::Gone),
    };
    let until = Arc::new(AtomicI64::new(now + LEASE));
    Ok(Attempt::Taken(RefreshLease {
        login,
        holder,
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        prolonging: tokio::spawn(prolong(
            Arc::clone(store),
            login,
            holder,
            Arc::clone(clock),
            Arc::clone(&until),
        )),
        until,
        abandoned,
    }))
}

async fn prolong(
    store: SharedStore,
    login: LoginId,
    holder: LeaseHolder,
    clock: SharedClock,
    until: Arc<AtomicI64>,
) {
    loop {
        tokio::time::sleep(LEASE_RENEWAL_INTERVAL).await;
        let now = clock.unix_seconds();
        // This process was asleep: somebody else may have had the lease since, and have given it back.
        if now >= until.load(Ordering::SeqCst) {
            return;
        }
        match store.lease_login(&login, &holder, now, now + LEASE).await {
            Ok(LeaseOutcome::Acquired { .. }) => until.store(now + LEASE, Ordering::SeqCst),
            // What the refresh brings is stored by compare-and-swap: whoever came first keeps what is right.
            Ok(LeaseOutcome::HeldElsewhere | LeaseOutcome::LoginMissing) => {
                until.store(i64::MIN, Ordering::SeqCst);
                return;
            }
            Err(error) => {
                tracing::warn!(?login, %error, "the lease of a refresh was not prolonged");
            }
        }
    }
}

impl RefreshLease {
    /// Whether it may have ended meanwhile: the process was stopped, or the store did not answer for too long. Then
    /// somebody else may refresh, or have done so.
    pub(super) fn may_be_over(&self) -> bool {
        self.clock.unix_seconds() >= self.until.load(Ordering::SeqCst)
    }

    /// Gives the lease back. Where the store fails, it ends by itself.
    pub(super) async fn end(self) {
        self.prolonging.abort();
        if let Err(error) = self.store.end_lease(&self.login, &self.holder).await {
            tracing::warn!(login = ?self.login, %error, "the lease of a refresh was not given back");
        }
    }
}

impl Drop for RefreshLease {
    fn drop(&mut self) {
        self.prolonging.abort();
    }
}
