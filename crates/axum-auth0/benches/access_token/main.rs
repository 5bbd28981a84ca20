//! What `access_token` costs where a good token is held: time and allocations of one call, and how both grow with the
//! sessions in the store and with the audiences that a session holds tokens for.
//!
//! `cargo bench -p axum-auth0`. Allocations are those of the calling thread; SQLite works in one of its
//! own.

#![expect(clippy::unwrap_used, reason = "a benchmark may end at once")]

mod apis;
mod site;

use divan::{AllocProfiler, Bencher};

use self::site::{Memory, Site, Sqlite, StoreKind};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

/// How many sessions the store holds beside the one that is measured, and that one.
const SESSIONS: [usize; 3] = [1, 100, 10_000];

/// For how many audiences the session holds tokens.
const AUDIENCES: [usize; 3] = [1, 4, 16];

/// `cargo test --all-targets` and nextest start this program, too, and want nothing of it.
fn main() {
    if std::env::args().any(|argument| argument == "--bench") {
        divan::main();
    }
}

/// `user.access_token::<A>()`, with one audience.
#[divan::bench(args = SESSIONS, types = [Memory, Sqlite])]
fn by_sessions<S: StoreKind>(bencher: Bencher<'_, '_>, sessions: usize) {
    access_token(bencher, &Site::new::<S>(sessions, 1));
}

/// `user.access_token::<A>()`, with one session.
#[divan::bench(args = AUDIENCES, types = [Memory, Sqlite])]
fn by_audiences<S: StoreKind>(bencher: Bencher<'_, '_>, audiences: usize) {
    access_token(bencher, &Site::new::<S>(1, audiences));
}

fn access_token(bencher: Bencher<'_, '_>, site: &Site) {
    bencher.bench_local(|| {
        let token = site.runtime.block_on(apis::held(&site.user));
        assert_eq!(token.audience(), test_support::PRODUCTS);
        token
    });
    site.was_not_asked();
}

/// A whole request through the engine's layers: the session is looked up, the person identified, and their token got.
#[divan::bench(args = AUDIENCES, types = [Memory, Sqlite])]
fn whole_request<S: StoreKind>(bencher: Bencher<'_, '_>, audiences: usize) {
    let site = Site::new::<S>(1, audiences);
    bencher
        .with_inputs(|| site.request("/token"))
        .bench_local_values(|request| site.answer(request));
    site.was_not_asked();
}

/// The same without a token, to see what the layers cost by themselves.
#[divan::bench(types = [Memory, Sqlite])]
fn whole_request_without_a_token<S: StoreKind>(bencher: Bencher<'_, '_>) {
    let site = Site::new::<S>(1, 1);
    bencher
        .with_inputs(|| site.request("/whoami"))
        .bench_local_values(|request| site.answer(request));
}
