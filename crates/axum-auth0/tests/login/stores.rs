//! The stores that tests of sessions run on.

use std::sync::Arc;

use axum_auth0::{MemoryStore, SqliteStore, store::SharedStore};
use tempfile::TempDir;

use crate::app::{TestEnv, TestEnvBuilder};

/// A store, for as long as its folder exists.
pub(crate) struct TestStore {
    pub(crate) name: &'static str,
    pub(crate) store: SharedStore,
    _folder: Option<TempDir>,
}

/// Returns one empty store of each kind.
pub(crate) async fn stores() -> Vec<TestStore> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sessions.db");
    let sqlite = SqliteStore::open(&file);
    vec![
        TestStore {
            name: "memory",
            store: Arc::new(MemoryStore::default()),
            _folder: None,
        },
        TestStore {
            name: "sqlite",
            store: Arc::new(sqlite.await.unwrap()),
            _folder: Some(folder),
        },
    ]
}

/// Starts a site on the store, with some environment variables.
pub(crate) async fn site_on(store: &TestStore, variables: &[(&'static str, &str)]) -> TestEnv {
    let mut builder = TestEnvBuilder::new();
    builder.store = Arc::clone(&store.store);
    let set =
        |builder: TestEnvBuilder, (name, value): &(&'static str, &str)| builder.set(name, value);
    variables.iter().fold(builder, set).build().await
}
