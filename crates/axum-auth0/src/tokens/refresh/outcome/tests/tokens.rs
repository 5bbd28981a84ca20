//! Responses with tokens, and responses that end the session.

use super::*;

/// Returns a response whose `expires_in` is `seconds`.
fn expiring(seconds: i64) -> EndpointResponse {
    let mut response = good();
    response.tokens.as_mut().unwrap().expires_in = Some(seconds);
    response
}

#[test]
fn the_requested_token_is_cached_and_the_new_refresh_token_stored() {
    let without_refresh_token = EndpointResponse {
        refresh_token: None,
        ..good()
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
            expiring(0),
            "new, cached [read] spent -> token",
        ),
        Case {
            requested_at: NOW - 20,
            ..case(
                "expired in transit",
                expiring(15),
                "new, cached [read] -> token",
            )
        },
        Case {
            requested_at: NOW - 20,
            ..case(
                "without a lifetime, in transit for long",
                expiring(0),
                "new, cached [read] spent -> token",
            )
        },
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
