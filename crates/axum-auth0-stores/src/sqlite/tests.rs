#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use rusqlite::{Connection, ffi};
use tempfile::TempDir;
use tokio::{task::yield_now, time::timeout};

use super::*;

const NOW: i64 = 1_767_225_600;
const READERS: usize = 4;

async fn open() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("s.db")).await;
    (store.unwrap(), folder)
}

fn insert(db: &Connection, byte: u8) -> rusqlite::Result<()> {
    changes::create_record(db, &[byte; 32], &[byte], NOW + 1).map(drop)
}

async fn exists(store: &SqliteStore, byte: u8) -> bool {
    let record = store.load_record(&[byte; 32], NOW).await;
    record.unwrap().is_some()
}

/// Returns a function that blocks its thread until the sender is dropped.
fn gate() -> (mpsc::Sender<()>, impl Fn() + Send + Clone + 'static) {
    let (open, closed) = mpsc::channel();
    let closed = Arc::new(Mutex::new(closed));
    let wait = move || assert!(closed.lock().unwrap().recv().is_err());
    (open, wait)
}

/// On one thread: a read that waited would stop the test.
#[tokio::test]
async fn a_read_does_not_wait_for_a_transaction_of_the_writer() {
    let (store, _folder) = open().await;
    let (gate, wait) = gate();
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let writer = store.writer.clone();
    let write = tokio::spawn(async move {
        let change = move |db: &mut Connection| {
            let transaction = db.transaction()?;
            insert(&transaction, 1)?;
            begun.send(()).unwrap();
            wait();
            transaction.commit()
        };
        writer.write(change).await
    });
    has_begun.await.unwrap();
    assert!(!exists(&store, 1).await);
    drop(gate);
    write.await.unwrap().unwrap();
    assert!(exists(&store, 1).await);
}

#[tokio::test]
async fn a_change_whose_caller_hung_up_is_completed_and_the_next_one_waits_for_it() {
    let (store, _folder) = open().await;
    let (gate, wait) = gate();
    let begun = store.writer.write(move |db| {
        let transaction = db.transaction()?;
        insert(&transaction, 1)?;
        wait();
        insert(&transaction, 2)?;
        transaction.commit()
    });
    let limit = Duration::from_millis(50);
    assert!(timeout(limit, begun).await.is_err());
    let queued = store.writer.write(|db| insert(db, 3));
    assert!(timeout(limit, queued).await.is_err());
    drop(gate);
    store.writer.write(|db| insert(db, 4)).await.unwrap();
    let found = [1, 2, 3, 4].map(|byte| exists(&store, byte));
    let found = futures::future::join_all(found).await;
    assert_eq!(found, [true, true, false, true], "3 had not begun");
}

#[tokio::test]
async fn a_panic_and_an_open_transaction_do_not_outlast_their_change() {
    let (store, _folder) = open().await;
    let panicked = store.writer.write(|db| -> rusqlite::Result<()> {
        let transaction = db.transaction()?;
        insert(&transaction, 1)?;
        panic!("in a test");
    });
    let error = panicked.await.unwrap_err().to_string();
    assert!(error.contains("the SQLite task failed"), "{error}");
    store.writer.write(|db| insert(db, 2)).await.unwrap();

    let left_open = store.writer.write(|db| {
        db.execute_batch("BEGIN IMMEDIATE")?;
        insert(db, 3)
    });
    left_open.await.unwrap();
    store.writer.write(|db| insert(db, 4)).await.unwrap();
    let found = [1, 2, 3, 4].map(|byte| exists(&store, byte));
    let found = futures::future::join_all(found).await;
    assert_eq!(found, [false, true, false, true]);

    for _ in 0..=READERS {
        let scan = store
            .readers
            .scan(|_| -> rusqlite::Result<()> { panic!("in a test") });
        scan.await.unwrap_err();
    }
    assert!(exists(&store, 4).await);
}

#[tokio::test]
async fn reads_continue_when_one_of_the_busy_connections_is_free_again() {
    let (store, _folder) = open().await;
    let (gate, wait) = gate();
    let scans: Vec<_> = (0..READERS)
        .map(|_| {
            let (readers, wait) = (store.readers.clone(), wait.clone());
            let query = move |_: &Connection| {
                wait();
                Ok(())
            };
            tokio::spawn(async move { readers.scan(query).await })
        })
        .collect();
    yield_now().await;
    let waiting = store.clone();
    let read = tokio::spawn(async move { waiting.ping().await });
    // One whose client hangs up.
    assert!(
        timeout(Duration::from_millis(50), store.ping())
            .await
            .is_err()
    );
    assert!(!read.is_finished());
    for scan in &scans {
        scan.abort();
    }
    drop(gate);
    read.await.unwrap().unwrap();
    store.ping().await.unwrap();
    let returned = async {
        while store.readers.idle_connections() < READERS {
            yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), returned).await.unwrap();
}

#[tokio::test]
async fn a_read_that_would_block_is_repeated_on_another_thread() {
    let (store, _folder) = open().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let busy_timeout =
        |db: &Connection| db.query_row("PRAGMA busy_timeout", [], |row| row.get::<_, i64>(0));
    let counted = calls.clone();
    let lookup = store.readers.lookup(move |db| {
        let timeout = busy_timeout(db)?;
        match counted.fetch_add(1, Ordering::Relaxed) {
            0 => {
                assert_eq!(timeout, 0);
                let busy = ffi::Error::new(ffi::SQLITE_BUSY_RECOVERY);
                Err(rusqlite::Error::SqliteFailure(busy, None))
            }
            _ => Ok((timeout, thread::current().id())),
        }
    });
    let (timeout, thread) = lookup.await.unwrap();
    assert_eq!((timeout, calls.load(Ordering::Relaxed)), (5_000, 2));
    assert_ne!(thread, thread::current().id());
    let idle = store.readers.lookup(busy_timeout).await;
    assert_eq!(idle.unwrap(), 0, "the connection is idle again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn more_threads_than_connections_read_and_write() {
    let (store, _folder) = open().await;
    let tasks: Vec<_> = (0..32)
        .map(|byte| {
            let store = store.clone();
            tokio::spawn(async move {
                store
                    .writer
                    .write(move |db| insert(db, byte))
                    .await
                    .unwrap();
                for _ in 0..100 {
                    assert!(exists(&store, byte).await);
                    yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}
