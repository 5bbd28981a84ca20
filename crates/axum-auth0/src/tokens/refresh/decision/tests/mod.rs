mod cached;
mod denied;

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

/// Returns a token without a lifetime.
fn issued_expired(is_spent: bool) -> CachedToken {
    CachedToken {
        obtained_at: NOW - 5,
        expires_at: Some(NOW - 5),
        is_spent,
        ..cached("t")
    }
}

/// Returns a token that was refreshed on demand.
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

/// Returns a set whose token for the products API was rejected `age` seconds ago. It may be requested again after 30
/// seconds.
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

/// Returns a set with a back-off after failures of `kind`, each at its age in seconds.
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

/// Returns a set with 16 tokens with extra scopes; one more was evicted `evicted` seconds ago.
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
