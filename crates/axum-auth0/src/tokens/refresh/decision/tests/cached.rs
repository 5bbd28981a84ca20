//! Cases in which a cached token is used.

use super::*;

#[test]
fn a_cached_token_is_used_while_it_is_fresh() {
    let short_lived = |remaining| CachedToken {
        obtained_at: NOW + remaining - 100,
        ..expiring(remaining)
    };
    let other_scope = CachedToken {
        requested: vec!["read".to_owned(), "write".to_owned()],
        ..cached("t")
    };
    let other_api = CachedToken {
        audience: ORDERS.to_owned(),
        ..cached("t")
    };
    let without_expiry = CachedToken {
        expires_at: None,
        ..cached("t")
    };
    check(
        &[],
        &[
            ("fresh", set(vec![cached("t")]), FRESH, "use t"),
            ("before the buffer", set(vec![expiring(61)]), FRESH, "use t"),
            (
                "within the buffer",
                set(vec![expiring(60)]),
                FRESH,
                "refresh",
            ),
            ("expired", set(vec![expiring(0)]), FRESH, "refresh"),
            (
                "before a fifth of the lifetime",
                set(vec![short_lived(21)]),
                FRESH,
                "use t",
            ),
            (
                "within a fifth of the lifetime",
                set(vec![short_lived(20)]),
                FRESH,
                "refresh",
            ),
            ("without expiry", set(vec![without_expiry]), FRESH, "use t"),
            ("not cached", set(vec![]), FRESH, "refresh"),
            (
                "requested with other scopes",
                set(vec![other_scope]),
                FRESH,
                "refresh",
            ),
            ("of another API", set(vec![other_api]), FRESH, "refresh"),
        ],
    );
}

#[test]
fn a_caller_that_wants_another_token_gets_one() {
    check(
        &[],
        &[
            (
                "the refused one",
                set(vec![cached("t")]),
                instead_of("t"),
                "refresh",
            ),
            (
                "another one",
                set(vec![cached("t")]),
                instead_of("old"),
                "use t",
            ),
            (
                "another one, expired",
                set(vec![expiring(0)]),
                instead_of("old"),
                "refresh",
            ),
            (
                "another one, within the buffer",
                set(vec![expiring(1)]),
                instead_of("old"),
                "use t",
            ),
            (
                "refreshed on demand just now",
                set(vec![on_demand(29)]),
                instead_of("t"),
                "use t",
            ),
            (
                "refreshed on demand before",
                set(vec![on_demand(30)]),
                instead_of("t"),
                "refresh",
            ),
            (
                "no token before",
                set(vec![]),
                TokenRequirement::InsteadOf(None),
                "refresh",
            ),
        ],
    );
}

#[test]
fn without_a_refresh_token_a_cached_token_is_used_until_it_expires() {
    let without = without_refresh_token;
    let revoked = TokenSet {
        revoked: true,
        ..without(vec![])
    };
    let young = CachedToken {
        obtained_at: NOW - 29,
        ..cached("t")
    };
    let denied = "fail: no refresh token, revoked false";
    check(
        &[],
        &[
            (
                "within the buffer",
                without(vec![expiring(1)]),
                FRESH,
                "use t",
            ),
            ("expired", without(vec![expiring(0)]), FRESH, denied),
            ("not cached", without(vec![]), FRESH, denied),
            (
                "revoked",
                revoked,
                FRESH,
                "fail: no refresh token, revoked true",
            ),
            (
                "on demand, young",
                without(vec![young]),
                instead_of("t"),
                "use t",
            ),
            (
                "on demand, old",
                without(vec![cached("t")]),
                instead_of("t"),
                denied,
            ),
        ],
    );
}

#[test]
fn a_token_without_a_lifetime_is_used_once() {
    let (unused, spent) = (issued_expired(false), issued_expired(true));
    let without = without_refresh_token;
    let once = "use t once, spent true";
    check(
        &[],
        &[
            ("unused", without(vec![unused.clone()]), FRESH, once),
            ("with a refresh token", set(vec![unused]), FRESH, "refresh"),
            (
                "spent",
                set(vec![spent.clone()]),
                FRESH,
                "fail: no lifetime",
            ),
            (
                "spent, no refresh token",
                without(vec![spent]),
                FRESH,
                "fail: no lifetime",
            ),
        ],
    );
}
