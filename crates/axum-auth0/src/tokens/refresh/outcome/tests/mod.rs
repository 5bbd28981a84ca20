#![expect(clippy::unwrap_used, reason = "tests")]

mod failures;
mod tokens;

use std::time::Duration;

use http::StatusCode;

use super::*;
use crate::{
    oauth::{EndpointError, Issued, RequestEffect, TokenResponse},
    tokens::{
        failure::FailureKind,
        fixtures::{self, NOW, ORDERS, PRODUCTS, cached, config, jwt, request, set},
        options::TokenFingerprint,
    },
};

const FRESH: TokenRequirement = TokenRequirement::Fresh { buffer: 60 };

/// One test case: the stored set, the attempt, the response, and the expected result.
struct Case {
    name: &'static str,
    set: TokenSet,
    requirement: TokenRequirement,
    requested_at: i64,
    may_be_reuse: bool,
    is_same_user: bool,
    response: EndpointResponse,
    /// The expected stored set and result.
    expected: &'static str,
}

fn case(name: &'static str, response: EndpointResponse, expected: &'static str) -> Case {
    Case {
        name,
        set: set(vec![]),
        requirement: FRESH,
        requested_at: NOW,
        may_be_reuse: false,
        is_same_user: true,
        response,
        expected,
    }
}

/// Returns a token response with a new refresh token.
fn tokens(access_token: &str) -> EndpointResponse {
    let tokens = TokenResponse {
        authorization_details: Vec::new(),
        certificate: None,
        access_token: access_token.to_owned(),
        refresh_token: Some("new".to_owned()),
        id_token: None,
        scope: None,
        expires_in: Some(3_600),
        dpop_key: None,
    };
    EndpointResponse {
        refresh_token: Some("new".into()),
        retry_after: None,
        tokens: Ok(tokens),
        refused: Issued::default(),
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
        refused: Issued::default(),
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

/// Returns a set after failures of `kind`, each at its age in seconds.
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

/// Returns a set in which another process stored the refresh token `theirs` in the meantime.
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
        text.push_str(&[", cached [", &token.scope.join(" "), "]"].concat());
        for (is_set, word) in [(token.is_spent, " spent"), (token.on_demand, " on demand")] {
            text += if is_set { word } else { "" };
        }
    }
    text += &", rejected".repeat(set.rejected.len());
    if let Some(backoff) = &set.backoff {
        let kind = format!("{:?}", backoff.kind);
        text.push_str(&[", ", &kind, " ", &backoff.failures.to_string()].concat());
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
            dpop_key: None,
            request: &request,
            requirement: case.requirement,
            refresh_token: Some("r".to_owned()),
            requested_at: case.requested_at,
            may_be_reuse: case.may_be_reuse,
        };
        let outcome = Outcome::of(&case.response, &attempt, case.is_same_user, &config, NOW);
        let new = case.response.refresh_token.as_ref();
        let update = apply(&outcome, &attempt, new, case.set, NOW);
        assert_eq!(describe(&update), case.expected, "{}", case.name);
    }
}
