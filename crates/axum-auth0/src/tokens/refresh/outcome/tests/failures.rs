//! Responses without tokens.

use super::*;

#[test]
fn an_unavailable_provider_is_backed_off_and_the_outcome_remembered() {
    let retry_after = EndpointResponse {
        retry_after: Some(Duration::from_mins(1)),
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
