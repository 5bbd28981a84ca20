//! The contract of all stores.

#![expect(clippy::unwrap_used, reason = "tests")]

mod memory {
    use std::sync::Arc;

    use axum_auth0_core::store::MemoryStore;
    use axum_auth0_stores::contract::StoreUnderTest;

    async fn open() -> StoreUnderTest {
        StoreUnderTest::new(Arc::new(MemoryStore::default()))
    }

    axum_auth0_stores::contract_tests!(clock: injected, open);
}

mod sqlite {
    use std::sync::Arc;

    use axum_auth0_stores::{SqliteStore, contract::StoreUnderTest};

    async fn open() -> StoreUnderTest {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let replica = SqliteStore::open(&path).await.unwrap();
        StoreUnderTest::new(Arc::new(store))
            .with_replica(Arc::new(replica))
            .keep(folder)
    }

    axum_auth0_stores::contract_tests!(clock: injected, open);
}

/// While two versions run side by side, the newer one may have added columns. They have defaults.
mod sqlite_with_columns_of_a_newer_version {
    use std::sync::Arc;

    use axum_auth0_stores::{SqliteStore, contract::StoreUnderTest};

    const COLUMNS: &str = "\
        ALTER TABLE logins ADD COLUMN newer TEXT NOT NULL DEFAULT 'x'; \
        ALTER TABLE records ADD COLUMN newer TEXT NOT NULL DEFAULT 'x'; \
        ALTER TABLE transactions ADD COLUMN newer TEXT NOT NULL DEFAULT 'x'; \
        ALTER TABLE leases ADD COLUMN newer TEXT NOT NULL DEFAULT 'x';";

    async fn open() -> StoreUnderTest {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sessions.db");
        let store = SqliteStore::open(&path).await.unwrap();
        let replica = SqliteStore::open(&path).await.unwrap();
        let newer = rusqlite::Connection::open(&path).unwrap();
        newer.execute_batch(COLUMNS).unwrap();
        StoreUnderTest::new(Arc::new(store))
            .with_replica(Arc::new(replica))
            .keep(folder)
    }

    axum_auth0_stores::contract_tests!(clock: injected, open);
}
