//! Runs one test on one store.

use std::{
    any::Any,
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum_auth0_core::store::{LoginId, LoginRecord, SharedStore};
use tokio::time::timeout;

/// A test that takes longer has failed: a store that waits forever is one of the faults to find.
const TEST_TIMEOUT: Duration = Duration::from_mins(1);

/// The time of the tests with an injected clock: 2026-01-01T00:00:00Z.
const INJECTED_NOW: i64 = 1_767_225_600;

/// The clock by which a store decides whether a lease or a row has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The argument `now`.
    Injected,
    /// The clock of the database server.
    Server,
}

/// A store on an empty database, for one test.
pub struct StoreUnderTest {
    store: SharedStore,
    replica: Option<SharedStore>,
    /// Dropped in reverse order, after the stores.
    kept: Vec<Box<dyn Any + Send>>,
}

impl StoreUnderTest {
    /// Creates the value from a store on an empty database.
    pub fn new(store: SharedStore) -> Self {
        Self {
            store,
            replica: None,
            kept: Vec::new(),
        }
    }

    /// Adds a second store on the same database, as another process of the site has it. Without one, the tests with two
    /// replicas use the same store twice.
    #[must_use]
    pub fn with_replica(mut self, replica: SharedStore) -> Self {
        self.replica = Some(replica);
        self
    }

    /// Keeps a value until the test ends, such as a temporary folder.
    #[must_use]
    pub fn keep(mut self, value: impl Any + Send) -> Self {
        self.kept.push(Box::new(value));
        self
    }
}

impl fmt::Debug for StoreUnderTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreUnderTest")
            .field("store", &self.store)
            .field("replica", &self.replica)
            .finish_non_exhaustive()
    }
}

/// What a test of the contract works with.
#[derive(Clone, Debug)]
pub struct Contract {
    store: SharedStore,
    replica: SharedStore,
    now: i64,
}

impl Contract {
    pub(super) fn store(&self) -> &SharedStore {
        &self.store
    }

    /// Another store on the same database.
    pub(super) fn replica(&self) -> &SharedStore {
        &self.replica
    }

    /// Both, in turns.
    pub(super) fn handle(&self, n: u8) -> SharedStore {
        let stores = [&self.store, &self.replica];
        Arc::clone(stores[usize::from(n % 2)])
    }

    /// The time of the test. With a server's clock, it is that of the start of the test.
    pub(super) fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn login(&self, byte: u8) -> LoginRecord {
        LoginRecord {
            id: id(byte),
            issuer: "https://tenant.example/".to_owned(),
            subject: format!("auth0|{byte}"),
            provider_session: byte.is_multiple_of(2).then(|| "s".repeat(300)),
            created_at: self.now,
            last_seen_at: self.now,
            expires_at: self.now + 7_200,
            version: 0,
            tokens: vec![byte; 10_000],
            details: vec![byte; 100],
        }
    }

    /// Creates the logins with these bytes.
    pub(super) async fn create_logins(&self, bytes: &[u8]) {
        for byte in bytes {
            self.store.create_login(self.login(*byte)).await.unwrap();
        }
    }
}

pub(super) fn id(byte: u8) -> LoginId {
    LoginId::from_bytes([byte; 16])
}

/// Runs `test` on the store that `open` returns, in a runtime of its own.
pub fn run<Store: Into<Option<StoreUnderTest>>, Opening: Future<Output = Store>>(
    clock: Clock,
    open: impl FnOnce() -> Opening,
    test: impl AsyncFnOnce(Contract),
) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let Some(database) = open().await.into() else {
            return;
        };
        let StoreUnderTest {
            store,
            replica,
            mut kept,
        } = database;
        let contract = Contract {
            replica: replica.unwrap_or_else(|| Arc::clone(&store)),
            store,
            now: match clock {
                Clock::Injected => INJECTED_NOW,
                Clock::Server => system_time(),
            },
        };
        let finished = timeout(TEST_TIMEOUT, test(contract)).await;
        while kept.pop().is_some() {}
        assert!(
            finished.is_ok(),
            "the test takes longer than {TEST_TIMEOUT:?}"
        );
    });
}

fn system_time() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    i64::try_from(since_epoch.unwrap().as_secs()).unwrap()
}
