use http::StatusCode;

use super::*;
use crate::tokens::fixtures::{config, request, unavailable};

fn refused(code: &str) -> EndpointError {
    EndpointError::ErrorResponse {
        code: code.to_owned(),
        description: None,
    }
}

#[test]
fn an_error_says_whether_the_provider_works() {
    let minute = Some(Duration::from_mins(1));
    let config = config();
    let request = request(&config, &[]);
    let (bad_request, forbidden) = (StatusCode::BAD_REQUEST, StatusCode::FORBIDDEN);
    for (error, retry_after, expected) in [
        (refused("invalid_grant"), None, "working"),
        (refused("invalid_target"), None, "working"),
        (refused("session_not_found"), None, "working"),
        (refused("invalid_client"), None, "failing for certain"),
        (
            unavailable(RequestEffect::NoEffect),
            None,
            "failing for certain",
        ),
        (unavailable(RequestEffect::Unknown), None, "failing"),
        (unavailable(RequestEffect::ConnectionLost), None, "failing"),
        (
            unavailable(RequestEffect::Unknown),
            minute,
            "failing for certain",
        ),
        (EndpointError::InvalidResponse("x"), None, "failing"),
        (
            EndpointError::Intercepted { status: forbidden },
            None,
            "failing",
        ),
        (
            EndpointError::UnexpectedStatus {
                status: bad_request,
            },
            None,
            "unknown",
        ),
    ] {
        let classification = Classification::of(&error, retry_after, &request);
        let health = ProviderHealth::after(&error, &classification, retry_after);
        let found = match health {
            ProviderHealth::Working => "working",
            ProviderHealth::Unknown => "unknown",
            ProviderHealth::Failing {
                is_certain: true, ..
            } => "failing for certain",
            ProviderHealth::Failing {
                is_certain: false, ..
            } => "failing",
        };
        assert_eq!(found, expected, "{error:?}");
    }
}
