use super::*;
use crate::tokens::{
    backoff::Backoff,
    failure::Failure,
    fixtures::{NOW, ORDERS, cached, config, request, set},
    options::TokenFingerprint,
};

const FRESH: TokenRequirement = TokenRequirement::Fresh { buffer: 60 };

fn instead_of(token: &str) -> TokenRequirement {
    TokenRequirement::InsteadOf(Some(TokenFingerprint::of(token)))
}

fn expiring(in_seconds: i64) -> CachedToken {
    CachedToken {
        expires_at: Some(NOW + in_seconds),
        ..cached("t")
    }
}

/// A token without a lifetime.
fn issued_expired(is_spent: bool) -> CachedToken {
    CachedToken {
        obtained_at: NOW - 5,
        expires_at: Some(NOW - 5),
        is_spent,
        ..cached("t")
    }
}

/// A token that was refreshed on demand.
fn on_demand(age: i64) -> CachedToken {
    CachedToken {
        obtained_at: NOW - age,
        on_demand: true,
        ..cached("t")
    }
}

fn without_refresh_token(cached: Vec<CachedToken>) -> TokenSet {
    TokenSet {
        refresh_token: None,
        ..set(cached)
    }
}

/// A set whose token for the products API was rejected `age` seconds ago. It may be requested again after 30 seconds.
fn rejected(age: i64, cached: Vec<CachedToken>) -> TokenSet {
    let config = config();
    let mut set = set(cached);
    let diagnosis = Diagnosis::AudienceMissing {
        variable: "A".to_owned(),
    };
    for _ in 0..2 {
        set.record_rejection(&request(&config, &[]), diagnosis.clone(), NOW - age);
    }
    set
}

/// A set with a back-off after failures of `kind`, each at its age in seconds.
fn backed_off_by(kind: FailureKind, ages: &[i64], cached: Vec<CachedToken>) -> TokenSet {
    let failure = Failure {
        kind,
        retry_after: None,
        diagnosis: (kind == FailureKind::Misconfigured)
            .then(|| Box::new(Diagnosis::ClientRejected)),
    };
    let mut backoff = None;
    for age in ages {
        backoff = Some(Backoff::after(backoff.as_ref(), &failure, NOW - age));
    }
    TokenSet {
        backoff,
        ..set(cached)
    }
}

/// A set with 16 tokens with extra scopes, of which one was evicted some seconds ago.
fn full(evicted: i64) -> TokenSet {
    let tokens = (0..16).map(|number| CachedToken {
        requested: vec![format!("extra:{number}"), "read".to_owned()],
        is_extra: true,
        ..cached("extra")
    });
    TokenSet {
        evicted_at: NOW - evicted,
        ..set(tokens.collect())
    }
}

fn describe(decision: &Decision) -> String {
    match decision {
        Decision::UseCached(cached) => format!("use {}", cached.token),
        Decision::UseOnce(cached) => {
            format!("use {} once, spent {}", cached.token, cached.is_spent)
        }
        Decision::Refresh => "refresh".to_owned(),
        Decision::Fail(denial) => match denial {
            Denial::TokenWithoutLifetime => "fail: no lifetime".to_owned(),
            Denial::RecentlyRejected(_) => "fail: rejected".to_owned(),
            Denial::Misconfigured(_) => "fail: misconfigured".to_owned(),
            Denial::BackedOff { retry_after } => {
                format!(
                    "fail: backed off {}",
                    retry_after.unwrap_or_default().as_secs()
                )
            }
            Denial::RefreshTokenDead => "fail: dead".to_owned(),
            Denial::TooManyTokens { retry_after } => {
                format!("fail: too many {}", retry_after.as_secs())
            }
            Denial::NoRefreshToken { is_revoked } => {
                format!("fail: no refresh token, revoked {is_revoked}")
            }
        },
    }
}

/// Checks the decisions for the products API, with `extra` scopes.
fn check(extra: &[&str], cases: &[(&str, TokenSet, TokenRequirement, &str)]) {
    let config = config();
    let request = request(&config, extra);
    for (name, set, requirement, expected) in cases {
        let decision = decide(set, &request, *requirement, NOW);
        assert_eq!(describe(&decision), *expected, "{name}");
    }
}

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

#[test]
fn a_rejected_token_is_not_requested_again_for_a_while() {
    let other_request = {
        let config = config();
        let mut set = set(vec![]);
        let diagnosis = Diagnosis::AudienceMissing {
            variable: "A".to_owned(),
        };
        set.record_rejection(&request(&config, &["write"]), diagnosis, NOW);
        set
    };
    check(
        &[],
        &[
            (
                "just rejected",
                rejected(0, vec![]),
                FRESH,
                "fail: rejected",
            ),
            (
                "rejected recently",
                rejected(29, vec![]),
                FRESH,
                "fail: rejected",
            ),
            ("rejected before", rejected(30, vec![]), FRESH, "refresh"),
            (
                "the clock was set back",
                rejected(-61, vec![]),
                FRESH,
                "refresh",
            ),
            (
                "another request was rejected",
                other_request,
                FRESH,
                "refresh",
            ),
            (
                "a fresh token is cached",
                rejected(0, vec![cached("t")]),
                FRESH,
                "use t",
            ),
            (
                "an expiring token is cached",
                rejected(0, vec![expiring(9)]),
                FRESH,
                "fail: rejected",
            ),
        ],
    );
}

#[test]
fn a_failing_provider_is_backed_off() {
    use FailureKind::{Down, Misconfigured, Rejected};
    let by = backed_off_by;
    let dead = [61, 30, 1];
    check(
        &[],
        &[
            (
                "one failure",
                by(Down, &[1], vec![]),
                FRESH,
                "fail: backed off 1",
            ),
            (
                "three failures",
                by(Down, &[9, 5, 1], vec![]),
                FRESH,
                "fail: backed off 7",
            ),
            (
                "the back-off is over",
                by(Down, &[2], vec![]),
                FRESH,
                "refresh",
            ),
            (
                "a fresh token is cached",
                by(Down, &[1], vec![cached("t")]),
                FRESH,
                "use t",
            ),
            (
                "misconfigured",
                by(Misconfigured, &[1], vec![]),
                FRESH,
                "fail: misconfigured",
            ),
            (
                "two rejections",
                by(Rejected, &[61, 1], vec![]),
                FRESH,
                "fail: backed off 3",
            ),
            (
                "three rejections",
                by(Rejected, &dead, vec![]),
                FRESH,
                "fail: dead",
            ),
            (
                "three rejections at once",
                by(Rejected, &[3, 2, 1], vec![]),
                FRESH,
                "fail: backed off 7",
            ),
            (
                "dead, valid token",
                by(Rejected, &dead, vec![expiring(9)]),
                FRESH,
                "fail: backed off 7",
            ),
            (
                "dead, on demand",
                by(Rejected, &dead, vec![cached("t")]),
                instead_of("t"),
                "fail: dead",
            ),
        ],
    );
}

#[test]
fn tokens_with_extra_scopes_are_limited() {
    let known = {
        let mut known = full(1);
        known.cached[0].requested = vec!["read".to_owned(), "write".to_owned()];
        known.cached[0].expires_at = Some(NOW);
        known
    };
    check(
        &["write"],
        &[
            ("room", set(vec![]), FRESH, "refresh"),
            ("evicted recently", full(1), FRESH, "fail: too many 59"),
            ("evicted before", full(60), FRESH, "refresh"),
            ("the expired one again", known, FRESH, "refresh"),
        ],
    );
    check(&[], &[("configured scopes", full(1), FRESH, "refresh")]);
}

#[test]
fn a_valid_token_is_used_if_a_refresh_ahead_of_its_expiry_fails() {
    let config = config();
    let request = request(&config, &[]);
    let unavailable = TokenError::ProviderUnavailable { retry_after: None };
    let misconfigured = TokenError::Misconfigured(Box::new(Diagnosis::ClientRejected));
    let too_many = TokenError::TooManyTokens {
        retry_after: Duration::from_secs(1),
    };
    for (name, token, requirement, error, is_used) in [
        ("provider down", expiring(1), FRESH, &unavailable, true),
        (
            "store down",
            expiring(1),
            FRESH,
            &TokenError::StoreUnavailable,
            true,
        ),
        ("misconfigured", expiring(1), FRESH, &misconfigured, true),
        ("too many tokens", expiring(1), FRESH, &too_many, true),
        (
            "session ended",
            expiring(1),
            FRESH,
            &TokenError::SignInRequired,
            false,
        ),
        ("expired", expiring(0), FRESH, &unavailable, false),
        (
            "on demand",
            expiring(1),
            instead_of("t"),
            &unavailable,
            false,
        ),
    ] {
        let set = set(vec![token]);
        let fallback = fall_back(&set, &request, requirement, error, NOW);
        assert_eq!(fallback.is_some(), is_used, "{name}");
    }
}
