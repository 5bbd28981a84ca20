//! Measures `access_token` with a valid cached token: time and allocations of one call, by the number of sessions in
//! the store and of audiences with a cached token.
//!
//! Run with `cargo bench -p axum-auth0`. Allocations are those of Rust; SQLite has its own allocator.

#![expect(clippy::unwrap_used, reason = "a benchmark may end at once")]

mod apis;
mod site;

use divan::{AllocProfiler, Bencher};

use self::site::{Memory, Site, Sqlite, StoreKind};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// Number of sessions in the store, including the measured one.
const SESSIONS: [usize; 3] = [1, 10_000, 1_000_000];

/// Number of audiences for which the session has a cached token.
const AUDIENCES: [usize; 3] = [1, 4, 16];

/// `cargo test --all-targets` and nextest also run this program; it does nothing in that case.
fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        divan::main();
    }
}

/// Measures `user.access_token::<A>()` with one audience.
#[divan::bench(args = SESSIONS, types = [Memory, Sqlite])]
fn by_sessions<S: StoreKind>(bencher: Bencher<'_, '_>, sessions: usize) {
    access_token(bencher, &Site::new::<S>(sessions, 1));
}

/// Measures `user.access_token::<A>()` with one session.
#[divan::bench(args = AUDIENCES, types = [Memory, Sqlite])]
fn by_audiences<S: StoreKind>(bencher: Bencher<'_, '_>, audiences: usize) {
    access_token(bencher, &Site::new::<S>(1, audiences));
}

fn access_token(bencher: Bencher<'_, '_>, site: &Site) {
    bencher.bench_local(|| {
        let token = site.runtime.block_on(apis::cached_token(&site.user));
        assert_eq!(token.audience(), test_support::PRODUCTS);
        token
    });
    site.was_not_asked();
}

/// Measures a complete request through the engine's layers: loading the session and the user, and returning the token.
#[divan::bench(args = AUDIENCES, types = [Memory, Sqlite])]
fn whole_request<S: StoreKind>(bencher: Bencher<'_, '_>, audiences: usize) {
    let site = Site::new::<S>(1, audiences);
    bencher
        .with_inputs(|| site.request("/token"))
        .bench_local_values(|request| site.response(request));
    site.was_not_asked();
}

/// Measures a complete request without a token: the cost of the layers.
#[divan::bench(types = [Memory, Sqlite])]
fn whole_request_without_a_token<S: StoreKind>(bencher: Bencher<'_, '_>) {
    let site = Site::new::<S>(1, 1);
    bencher
        .with_inputs(|| site.request("/whoami"))
        .bench_local_values(|request| site.response(request));
}
