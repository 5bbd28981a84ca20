//! Cases in which no refresh is sent.

use super::*;

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
