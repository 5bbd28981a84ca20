use super::*;

fn refused(code: &str, description: Option<&str>) -> Answer {
    Answer::Refused {
        code: code.to_owned(),
        description: description.map(str::to_owned),
    }
}

fn kind(real: Answer, control: Answer) -> &'static str {
    match credentials(&Answers {
        real,
        control,
        control_has: "a deliberately wrong secret",
    }) {
        Credentials::Accepted => "accepted",
        Credentials::Rejected(_) => "rejected",
        Credentials::Unknown(_) => "unknown",
    }
}

#[test]
fn an_answer_says_something_of_the_secret_only_if_a_wrong_one_is_answered_differently() {
    let nothing = || Answer::Unclear("did not answer".to_owned());
    for (real, control, expected) in [
        (
            refused("invalid_grant", None),
            refused("invalid_client", None),
            "accepted",
        ),
        (
            refused("invalid_grant", Some("Unknown or invalid refresh token.")),
            refused("access_denied", Some("Unauthorized")),
            "accepted",
        ),
        (
            refused(
                "unauthorized_client",
                Some("Grant type 'refresh_token' not allowed for the client."),
            ),
            refused("invalid_client", None),
            "accepted",
        ),
        (
            refused("invalid_request", Some("wrong format")),
            refused("invalid_client", None),
            "accepted",
        ),
        (
            refused("invalid_grant", None),
            refused("invalid_request", None),
            "accepted",
        ),
        // The provider checks the code before the client.
        (
            refused("invalid_grant", None),
            refused("invalid_grant", None),
            "unknown",
        ),
        (
            refused("invalid_grant", Some("a")),
            refused("invalid_grant", Some("b")),
            "unknown",
        ),
        (
            refused("invalid_request", None),
            refused("invalid_request", None),
            "unknown",
        ),
        (
            refused("unauthorized_client", None),
            refused("unauthorized_client", None),
            "unknown",
        ),
        (
            refused("unsupported_grant_type", None),
            refused("unsupported_grant_type", None),
            "unknown",
        ),
        (refused("invalid_grant", None), nothing(), "unknown"),
        (
            refused("status 403", None),
            refused("status 403", None),
            "unknown",
        ),
        // A firewall may respond to the first request only.
        (
            refused("status 403", None),
            refused("invalid_client", None),
            "unknown",
        ),
        (nothing(), nothing(), "unknown"),
    ] {
        let shown = format!("{real:?} {control:?}");
        assert_eq!(kind(real, control), expected, "{shown}");
    }
}

#[test]
fn a_provider_that_says_that_it_does_not_accept_the_client_is_believed() {
    for (code, description) in [
        ("invalid_client", None),
        ("access_denied", Some("Unauthorized")),
        (
            "unauthorized_client",
            Some("Invalid client or Invalid client credentials"),
        ),
    ] {
        let answer = refused(code, description);
        assert_eq!(kind(answer.clone(), answer), "rejected", "{code}");
    }
}
