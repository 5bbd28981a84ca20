//! CPU time of the read that every request with a session makes. `cargo bench -p axum-auth0-stores`, on Linux.

#![expect(clippy::unwrap_used, reason = "benchmark")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use axum_auth0_core::store::{LoginId, LoginRecord, Store as _};
use axum_auth0_stores::SqliteStore;

const NOW: i64 = 1_767_225_600;
const SESSIONS: u64 = 10_000;
const READS: u32 = 50_000;

/// `cargo test --all-targets` and nextest also run this program; it does nothing in that case.
fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.db");
    // On a worker thread, as requests are.
    let measured = runtime.spawn(async move {
        let store = SqliteStore::open(&path).await.unwrap();
        for number in 0..SESSIONS {
            create_session(&store, number).await;
        }
        one_after_another(&store).await;
        two_at_once(&store).await;
    });
    runtime.block_on(measured).unwrap();
}

async fn one_after_another(store: &SqliteStore) {
    let stopwatch = Stopwatch::start();
    check_sessions(store, READS).await;
    stopwatch.print("one after another");
}

async fn two_at_once(store: &SqliteStore) {
    let stopwatch = Stopwatch::start();
    let tasks = [store.clone(), store.clone()]
        .map(|store| tokio::spawn(async move { check_sessions(&store, READS / 2).await }));
    for task in tasks {
        task.await.unwrap();
    }
    stopwatch.print("two at once");
}

async fn check_sessions(store: &SqliteStore, reads: u32) {
    for read in 0..reads {
        let (key, login) = keys(u64::from(read) * 7_919 % SESSIONS);
        let state = store.check_session(&key, &login, NOW).await.unwrap();
        assert!(black_box(state).is_some());
        // A request ends here, and other tasks run.
        tokio::task::yield_now().await;
    }
}

async fn create_session(store: &SqliteStore, number: u64) {
    let (key, id) = keys(number);
    let login = LoginRecord {
        id,
        issuer: "https://tenant.example/".to_owned(),
        subject: format!("auth0|{number}"),
        provider_session: None,
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW + 1_000,
        version: 0,
        tokens: vec![7; 4_000],
        details: Vec::new(),
    };
    store.create_login(login).await.unwrap();
    let created = store.create_record(&key, vec![7; 300], NOW + 1_000).await;
    assert!(created.unwrap());
}

/// Spreads the numbers over the key space, as random identifiers are.
fn keys(number: u64) -> ([u8; 32], LoginId) {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    let mut key = [0; 32];
    key[..8].copy_from_slice(&spread);
    let mut id = [0; 16];
    id[..8].copy_from_slice(&spread);
    (key, LoginId::from_bytes(id))
}

struct Stopwatch {
    wall: Instant,
    cpu: Duration,
}

impl Stopwatch {
    fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: cpu_time(),
        }
    }

    fn print(&self, what: &str) {
        let cpu = cpu_time().saturating_sub(self.cpu).as_secs_f64() * 1e6 / f64::from(READS);
        let wall = self.wall.elapsed().as_secs_f64() * 1e6 / f64::from(READS);
        println!("check_session, {what}: {cpu:.1} µs CPU, {wall:.1} µs wall time");
    }
}

/// Returns user and system time of all threads of this process.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The second field is the program's name and may contain spaces.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    // Linux reports 100 ticks a second.
    Duration::from_millis(ticks * 10)
}
