#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::{
    oauth::{EndpointError, RequestEffect, TokenResponse},
    tokens::{
        failure::FailureKind,
        fixtures::{self, NOW, ORDERS, PRODUCTS, cached, config, jwt, request, set},
        options::TokenFingerprint,
    },
};

const FRESH: TokenRequirement = TokenRequirement::Fresh { buffer: 60 };

/// One row: the stored set, the attempt, the response, and what follows.
struct Case {
    name: &'static str,
    set: TokenSet,
    requirement: TokenRequirement,
    may_be_reuse: bool,
    is_same_user: bool,
    response: EndpointResponse,
    /// The stored set and the result.
    expected: &'static str,
}

fn case(name: &'static str, response: EndpointResponse, expected: &'static str) -> Case {
    Case {
        name,
        set: set(vec![]),
        requirement: FRESH,
        may_be_reuse: false,
        is_same_user: true,
        response,
        expected,
    }
}

/// A token response with a new refresh token.
fn tokens(access_token: &str) -> EndpointResponse {
    let tokens = TokenResponse {
        access_token: access_token.to_owned(),
        refresh_token: Some("new".to_owned()),
        id_token: None,
        scope: None,
        expires_in: Some(3_600),
    };
    EndpointResponse {
        refresh_token: Some("new".into()),
        retry_after: None,
        tokens: Ok(tokens),
    }
}

fn good() -> EndpointResponse {
    tokens(&jwt(PRODUCTS, "read"))
}

fn failed(error: EndpointError) -> EndpointResponse {
    EndpointResponse {
        refresh_token: None,
        retry_after: None,
        tokens: Err(error),
    }
}

fn refused(code: &str) -> EndpointResponse {
    failed(EndpointError::ErrorResponse {
        code: code.to_owned(),
        description: None,
    })
}

fn unavailable(effect: RequestEffect) -> EndpointResponse {
    failed(fixtures::unavailable(effect))
}

fn status(status: StatusCode) -> EndpointResponse {
    failed(EndpointError::UnexpectedStatus { status })
}

fn with_new_refresh_token(response: EndpointResponse) -> EndpointResponse {
    EndpointResponse {
        refresh_token: Some("new".into()),
        ..response
    }
}

/// A set after failures of `kind`, each at its age in seconds.
fn failing(kind: FailureKind, ages: &[i64]) -> TokenSet {
    let failure = Failure {
        kind,
        retry_after: None,
        diagnosis: None,
    };
    let mut set = set(vec![]);
    for age in ages {
        set.backoff = Some(Backoff::after(set.backoff.as_ref(), &failure, NOW - age));
    }
    set
}

/// A set in which another process stored the refresh token `theirs` meanwhile.
fn superseded() -> TokenSet {
    TokenSet {
        refresh_token: Some("theirs".to_owned()),
        refresh_outcome_unknown: true,
        ..failing(FailureKind::Down, &[1])
    }
}

fn describe(update: &Update) -> String {
    let (set, result) = match update {
        Update::Terminate(termination) => return format!("terminate: {termination:?}"),
        Update::Store { set, result, .. } => (set, result),
    };
    let mut text = set.refresh_token.clone().unwrap_or_default();
    for token in &set.cached {
        text += &format!(", cached [{}]", token.scope.join(" "));
        for (is_set, word) in [(token.is_spent, " spent"), (token.on_demand, " on demand")] {
            text += if is_set { word } else { "" };
        }
    }
    text += &", rejected".repeat(set.rejected.len());
    if let Some(backoff) = &set.backoff {
        text += &format!(", {:?} {}", backoff.kind, backoff.failures);
    }
    if set.refresh_outcome_unknown {
        text += ", unknown";
    }
    let result = match result {
        RefreshResult::Token(_) => "token".to_owned(),
        RefreshResult::Terminate(termination) => format!("terminate: {termination:?}"),
        RefreshResult::Denied(denial) => match denial {
            Denial::RecentlyRejected(diagnosis) => diagnosis.code().as_str().to_owned(),
            Denial::Misconfigured(diagnosis) => diagnosis.code().as_str().to_owned(),
            Denial::RefreshTokenDead => "dead".to_owned(),
            Denial::BackedOff { retry_after } => {
                format!("retry after {:?}", retry_after.map(|wait| wait.as_secs()))
            }
            other => format!("{other:?}"),
        },
    };
    format!("{text} -> {result}")
}

fn check(cases: Vec<Case>) {
    let config = config();
    let request = request(&config, &[]);
    for case in cases {
        let attempt = Attempt {
            request: &request,
            requirement: case.requirement,
            refresh_token: Some("r".to_owned()),
            may_be_reuse: case.may_be_reuse,
        };
        let outcome = Outcome::of(&case.response, &attempt, case.is_same_user, &config, NOW);
        let new = case.response.refresh_token.as_ref();
        let update = apply(&outcome, &attempt, new, case.set, NOW);
        assert_eq!(describe(&update), case.expected, "{}", case.name);
    }
}

#[test]
fn the_requested_token_is_cached_and_the_new_refresh_token_stored() {
    let without_refresh_token = EndpointResponse {
        refresh_token: None,
        ..good()
    };
    let expired = {
        let mut response = good();
        response.tokens.as_mut().unwrap().expires_in = Some(0);
        response
    };
    check(vec![
        case("rotated", good(), "new, cached [read] -> token"),
        case(
            "not rotated",
            without_refresh_token,
            "r, cached [read] -> token",
        ),
        case(
            "narrower scope",
            tokens(&jwt(PRODUCTS, "")),
            "new, cached [] -> token",
        ),
        case(
            "without a lifetime",
            expired,
            "new, cached [read] spent -> token",
        ),
        Case {
            requirement: TokenRequirement::InsteadOf(Some(TokenFingerprint::of("old"))),
            ..case("on demand", good(), "new, cached [read] on demand -> token")
        },
        Case {
            set: TokenSet {
                refresh_outcome_unknown: true,
                ..failing(FailureKind::Down, &[9])
            },
            ..case("after failures", good(), "new, cached [read] -> token")
        },
    ]);
}

#[test]
fn another_token_than_the_requested_one_is_rejected_and_the_refresh_token_stored() {
    check(vec![
        case(
            "another audience",
            tokens(&jwt(ORDERS, "read")),
            "new, rejected -> wrong_audience",
        ),
        case("opaque", tokens("opaque"), "new, rejected -> opaque_token"),
        Case {
            set: set(vec![cached("t")]),
            ..case(
                "the cached token stays",
                tokens("opaque"),
                "new, cached [read], rejected -> opaque_token",
            )
        },
    ]);
}

#[test]
fn the_session_ends_with_another_user_or_a_dead_refresh_token() {
    let dead = "terminate: DeadRefreshToken { may_be_reuse: false }";
    check(vec![
        Case {
            is_same_user: false,
            ..case("another user", good(), "terminate: OtherUser")
        },
        case("invalid_grant", refused("invalid_grant"), dead),
        Case {
            may_be_reuse: true,
            ..case(
                "invalid_grant after an unknown outcome",
                refused("invalid_grant"),
                "terminate: DeadRefreshToken { may_be_reuse: true }",
            )
        },
        case(
            "invalid_grant with a new refresh token",
            with_new_refresh_token(refused("invalid_grant")),
            "new -> terminate: DeadRefreshToken { may_be_reuse: false }",
        ),
    ]);
}

#[test]
fn an_unavailable_provider_is_backed_off_and_the_outcome_remembered() {
    let retry_after = EndpointResponse {
        retry_after: Some(Duration::from_secs(60)),
        ..unavailable(RequestEffect::NoEffect)
    };
    let intercepted = |status| failed(EndpointError::Intercepted { status });
    check(vec![
        case(
            "connection lost",
            unavailable(RequestEffect::ConnectionLost),
            "r, Down 1, unknown -> retry after Some(2)",
        ),
        case(
            "no response",
            unavailable(RequestEffect::Unknown),
            "r, Down 1, unknown -> retry after Some(2)",
        ),
        case(
            "not connected",
            unavailable(RequestEffect::NoEffect),
            "r, Down 1 -> retry after Some(2)",
        ),
        case(
            "Retry-After",
            retry_after,
            "r, Down 1 -> retry after Some(60)",
        ),
        case(
            "invalid response with a new refresh token",
            with_new_refresh_token(failed(EndpointError::InvalidResponse("x"))),
            "new, Down 1, unknown -> retry after Some(2)",
        ),
        case(
            "page of a proxy",
            intercepted(StatusCode::FORBIDDEN),
            "r, Intercepted 1 -> retry after Some(2)",
        ),
        case(
            "redirect",
            intercepted(StatusCode::FOUND),
            "r, Intercepted 1, unknown -> retry after Some(2)",
        ),
        Case {
            set: failing(FailureKind::Down, &[9, 5]),
            ..case(
                "third failure",
                unavailable(RequestEffect::NoEffect),
                "r, Down 3 -> retry after Some(8)",
            )
        },
        Case {
            may_be_reuse: true,
            ..case(
                "an unknown outcome stays unknown",
                unavailable(RequestEffect::NoEffect),
                "r, Down 1, unknown -> retry after Some(2)",
            )
        },
    ]);
}

#[test]
fn three_rejections_mean_a_dead_refresh_token_once_the_access_token_expired() {
    let rejected = || status(StatusCode::BAD_REQUEST);
    check(vec![
        case("first", rejected(), "r, Rejected 1 -> retry after Some(2)"),
        case(
            "unregistered error code",
            refused("session_not_found"),
            "r, Rejected 1 -> retry after Some(2)",
        ),
        Case {
            set: failing(FailureKind::Rejected, &[60, 30]),
            ..case("third", rejected(), "r, Rejected 3 -> dead")
        },
        Case {
            set: failing(FailureKind::Rejected, &[59, 30]),
            ..case(
                "third, too soon",
                rejected(),
                "r, Rejected 3 -> retry after Some(8)",
            )
        },
        Case {
            set: TokenSet {
                cached: vec![cached("t")],
                ..failing(FailureKind::Rejected, &[60, 30])
            },
            ..case(
                "third, with a valid access token",
                rejected(),
                "r, cached [read], Rejected 3 -> retry after Some(8)",
            )
        },
        Case {
            set: failing(FailureKind::Rejected, &[60, 30]),
            ..case(
                "another failure in between",
                unavailable(RequestEffect::NoEffect),
                "r, Down 3 -> retry after Some(8)",
            )
        },
    ]);
}

#[test]
fn a_misconfiguration_applies_to_the_provider_or_to_one_api() {
    check(vec![
        case(
            "client",
            refused("invalid_client"),
            "r, Misconfigured 1 -> client_rejected",
        ),
        case(
            "API",
            refused("invalid_target"),
            "r, rejected -> audience_unknown",
        ),
        Case {
            set: failing(FailureKind::Rejected, &[60]),
            ..case(
                "API, after a rejection",
                refused("invalid_target"),
                "r, rejected, Rejected 1 -> audience_unknown",
            )
        },
    ]);
}

#[test]
fn the_refresh_token_of_a_faster_process_is_kept() {
    check(vec![
        Case {
            set: superseded(),
            ..case(
                "a token",
                good(),
                "theirs, cached [read], Down 1, unknown -> token",
            )
        },
        Case {
            set: TokenSet {
                refresh_token: None,
                revoked: true,
                ..set(vec![])
            },
            ..case(
                "a token after a revocation",
                good(),
                ", cached [read] -> token",
            )
        },
        Case {
            set: superseded(),
            ..case(
                "a failure",
                unavailable(RequestEffect::ConnectionLost),
                "theirs, Down 1, unknown -> retry after Some(1)",
            )
        },
    ]);
}
