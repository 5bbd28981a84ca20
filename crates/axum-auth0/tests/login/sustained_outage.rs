//! A provider that fails for ten minutes, in different ways, while twenty users load pages at two replicas.

use futures::future::join_all;

use crate::app::TestEnv;
use test_support::{Browser, Endpoint, Reply};

const USERS: usize = 20;
const SECONDS: i64 = 600;
const VIEW_EVERY: i64 = 15;

/// Requests of one back-off in ten minutes: at 0, 2, 6, 14, 30, 62 and then every 60 seconds.
const MAX_PER_BACKOFF: usize = 14;

/// A failure of the provider. At each replica: the requests in flight at the first response, then one probe at a time.
const OF_PROVIDER: usize = 2 * (USERS + MAX_PER_BACKOFF);

/// A failure that may concern a single refresh token: only a second one stops the others.
const OF_ONE_OR_ALL: usize = OF_PROVIDER + 2 * USERS;

/// A failure of one login: each has a back-off of its own, shared by both replicas.
const OF_LOGIN: usize = USERS * MAX_PER_BACKOFF;

/// Loads a page for every user, at alternating replicas.
async fn load_pages(users: &mut [Browser], path: &str) -> Vec<u16> {
    let views = users.iter_mut().map(|user| user.get(path));
    let responses = join_all(views).await;
    responses
        .iter()
        .map(|response| response.status.as_u16())
        .collect()
}

/// Simulates ten minutes, and asserts that the provider gets at most `most` requests. `sends_to_log_in` says whether users have
/// to log in again, because the provider rejects their tokens without a reason.
async fn assert_bounded_requests(name: &str, reply: Reply, most: usize, sends_to_log_in: bool) {
    let env = TestEnv::new().await;
    let replica = env.restarted(&[]).await;
    let mut users = Vec::new();
    for number in 0..USERS {
        users.push(env.logged_in(&format!("user{number}")).await);
    }
    env.clock.advance(7_200);
    env.provider.clear_request_log();
    env.provider.reply(Endpoint::Refresh, reply);

    let (mut page_views, mut told_to_log_in) = (0, 0);
    for round in 0..SECONDS / VIEW_EVERY {
        let at = if round % 2 == 0 {
            &env.router
        } else {
            &replica
        };
        users = users.into_iter().map(|user| user.with_router(at)).collect();
        let statuses = load_pages(&mut users, "/token").await;
        page_views += statuses.len();
        assert!(statuses.iter().all(|status| *status != 200), "{name}");
        told_to_log_in += statuses.iter().filter(|status| **status == 401).count();
        env.clock.advance(VIEW_EVERY);
    }
    let requests = env.provider.request_count(Endpoint::Refresh);
    println!(
        "{name}: {USERS} users, {page_views} page views in {SECONDS} s, {requests} requests at the provider (at most {most})"
    );
    assert!(requests <= most, "{name}: {requests}");
    assert_eq!(told_to_log_in > 0, sends_to_log_in, "{name}");

    // All users keep their sessions, and get tokens again when the longest back-off is over.
    assert_eq!(env.store.logins().await.len(), USERS, "{name}");
    for (number, user) in users.iter_mut().enumerate() {
        assert_eq!(user.whoami().await, format!("auth0|user{number}"), "{name}");
    }
    env.provider.recover(Endpoint::Refresh);
    env.clock.advance(120);
    let mut back = load_pages(&mut users, "/token").await;
    // One of them probes the provider; the others get tokens with the next request.
    if back.iter().any(|status| *status != 200) {
        back = load_pages(&mut users, "/token").await;
    }
    assert_eq!(back, [200; USERS], "{name}");
    assert_eq!(env.provider.revoked_families(), 0, "{name}");
}

macro_rules! twenty_users_load_pages_for_ten_minutes_while {
    ($($name:ident: $reply:expr, $most:expr, $sends_to_log_in:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            assert_bounded_requests(stringify!($name), $reply, $most, $sends_to_log_in).await;
        }
    )+};
}

twenty_users_load_pages_for_ten_minutes_while! {
    the_provider_is_down: Reply::status(503), OF_PROVIDER, false;
    the_provider_limits_the_rate: Reply::busy(429, "60"), OF_PROVIDER, false;
    the_provider_asks_to_wait: Reply::busy(503, "120"), OF_PROVIDER, false;
    the_provider_fails: Reply::html(500), OF_ONE_OR_ALL, false;
    a_captive_portal_answers: Reply::html(200), OF_ONE_OR_ALL, false;
    a_firewall_answers: Reply::html(403), OF_ONE_OR_ALL, false;
    a_proxy_gives_up: Reply::status(408), OF_ONE_OR_ALL, false;
    the_provider_answers_nonsense: Reply::text(200, "application/json", "[]"), OF_ONE_OR_ALL, false;
    // The first refresh of each login is retried at once.
    the_connection_breaks: Reply::Truncated, OF_ONE_OR_ALL + USERS, false;
    the_credentials_are_rejected: Reply::error(401, "invalid_client"), OF_PROVIDER, false;
    a_scope_is_refused: Reply::error(400, "invalid_scope"), OF_LOGIN, false;
    every_refresh_is_refused_without_a_word: Reply::status(400), OF_LOGIN, true;
    every_refresh_is_an_invalid_request: Reply::error(400, "invalid_request"), OF_LOGIN, true;
}
