//! How statuses and bodies map to errors.

use std::time::Duration;

use axum_auth0::ApiError;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{api::Reply, api_test_env::ApiTestEnv};

#[tokio::test]
async fn every_status_maps_to_an_error() {
    let env = ApiTestEnv::new().await;
    for (status, meaning) in [
        (204, "Ok"),
        (304, "Unexpected"),
        (400, "Invalid"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (405, "Unexpected"),
        (409, "Conflict"),
        (410, "NotFound"),
        (412, "Conflict"),
        (413, "Unexpected"),
        (418, "Unexpected"),
        (422, "Invalid"),
        (429, "TooManyRequests"),
        (500, "ServerError"),
        (501, "ServerError"),
        (502, "ServerError"),
        (503, "Unavailable"),
        (504, "ServerError"),
    ] {
        env.orders.replies([Reply::status(status)]);
        let given = match env.client().post(["orders"]).send().await {
            Ok(_) => "Ok",
            Err(ApiError::Unexpected(given)) if given.as_u16() == status => "Unexpected",
            Err(ApiError::Invalid { status: given, .. }) if given.as_u16() == status => "Invalid",
            Err(ApiError::Forbidden) => "Forbidden",
            Err(ApiError::NotFound) => "NotFound",
            Err(ApiError::Conflict) => "Conflict",
            Err(ApiError::TooManyRequests { .. }) => "TooManyRequests",
            Err(ApiError::ServerError(given)) if given.as_u16() == status => "ServerError",
            Err(ApiError::Unavailable { .. }) => "Unavailable",
            Err(error) => panic!("{status}: {error:?}"),
        };
        assert_eq!(given, meaning, "{status}");
    }
}

#[tokio::test]
async fn retry_after_is_part_of_the_error() {
    let env = ApiTestEnv::new().await;
    for status in [429, 503] {
        env.orders
            .replies([Reply::headed(status, "retry-after", "120")]);
        let error = env.list().await.unwrap_err();
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_mins(2)),
            "{error:?}"
        );
    }
    assert_eq!(env.orders.request_count(), 2, "too long for a page view");
}

#[tokio::test]
async fn the_problem_of_rejected_input_is_available_to_the_program_only() {
    let env = ApiTestEnv::new().await;
    let personal = "canary-what-a-person-typed";
    env.site.secrets.add("body", personal);
    let body = json!({ "fields": { "product": personal } }).to_string();
    env.orders.replies([Reply::text(422, &body)]);
    let call = env
        .client()
        .post(["orders"])
        .json(&json!({ "product": personal }));
    let error = call.send().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(personal), "{shown}");
    let ApiError::Invalid { problem, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(problem.json()["fields"]["product"], personal);
}

#[tokio::test]
async fn unexpected_json_is_an_error_that_does_not_show_it() {
    #[derive(Debug, Deserialize)]
    struct Orders {
        #[expect(dead_code, reason = "only read")]
        orders: Vec<String>,
    }
    let env = ApiTestEnv::new().await;
    let personal = "canary-personal-address";
    env.site.secrets.add("body", personal);
    for (body, is_json) in [
        (String::new(), false),
        (format!("<html>{personal}"), false),
        (format!("{{\"orders\":[\"{personal}\""), false),
        (json!({ "orders": personal }).to_string(), true),
        (json!([personal]).to_string(), true),
    ] {
        env.orders.replies([Reply::text(200, &body)]);
        let error = env
            .client()
            .get(["orders"])
            .send()
            .await
            .and_then(|response| response.json::<Orders>())
            .unwrap_err();
        let fits = match error {
            ApiError::NotJson => !is_json,
            ApiError::UnexpectedJson => is_json,
            _ => false,
        };
        assert!(fits, "{body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains(personal));
    }
}
#[tokio::test]
async fn only_the_media_type_of_the_response_headers_is_kept() {
    let env = ApiTestEnv::new().await;
    let headers = vec![
        ("content-type", "text/csv; charset=utf-8".to_owned()),
        ("set-cookie", "stolen=1; Path=/".to_owned()),
        ("strict-transport-security", "max-age=1".to_owned()),
        ("x-accel-redirect", "/etc/passwd".to_owned()),
    ];
    env.orders
        .replies([Reply::With(201, headers, "a,b".to_owned())]);
    let response = env.client().get(["orders"]).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 201);
    assert_eq!(response.media_type(), Some("text/csv; charset=utf-8"));
    assert_eq!(&response.body()[..], b"a,b");
    assert!(!format!("{response:?}").contains("a,b"));
    let next = env.client().get(["orders"]).send().await;
    let next: Result<Value, _> = next.and_then(|next| next.json());
    assert!(matches!(next, Err(ApiError::NotJson)));
    let asked = env.orders.requests();
    assert_eq!(
        asked[1].header("cookie"),
        None,
        "a cookie of an API is not kept"
    );
}
