//! What statuses and bodies mean.

use std::time::Duration;

use axum_auth0::ApiError;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{api::Reply, scene::Scene};

#[tokio::test]
async fn every_status_has_its_meaning() {
    let scene = Scene::new().await;
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
        scene.orders.replies([Reply::status(status)]);
        let given = match scene.client().post(["orders"]).send().await {
            Ok(()) => "Ok",
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
async fn a_waiting_time_is_handed_on() {
    let scene = Scene::new().await;
    for status in [429, 503] {
        scene
            .orders
            .replies([Reply::headed(status, "retry-after", "120")]);
        let error = scene.list().await.unwrap_err();
        assert_eq!(
            error.retry_after(),
            Some(Duration::from_mins(2)),
            "{error:?}"
        );
    }
    assert_eq!(
        scene.orders.request_count(),
        2,
        "nobody waits that long for a page"
    );
}

#[tokio::test]
async fn a_refused_body_says_what_is_wrong_with_it_to_the_program_alone() {
    let scene = Scene::new().await;
    let personal = "canary-what-a-person-typed";
    scene.env.secrets.add("body", personal);
    let body = json!({ "fields": { "product": personal } }).to_string();
    scene.orders.replies([Reply::text(422, &body)]);
    let call = scene
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
async fn what_does_not_fit_is_typed_and_not_shown() {
    #[derive(Debug, Deserialize)]
    struct Orders {
        #[expect(dead_code, reason = "only read")]
        orders: Vec<String>,
    }
    let scene = Scene::new().await;
    let personal = "canary-somebodys-address";
    scene.env.secrets.add("body", personal);
    for (body, is_json) in [
        (String::new(), false),
        (format!("<html>{personal}"), false),
        (format!("{{\"orders\":[\"{personal}\""), false),
        (json!({ "orders": personal }).to_string(), true),
        (json!([personal]).to_string(), true),
    ] {
        scene.orders.replies([Reply::text(200, &body)]);
        let error = scene
            .client()
            .get(["orders"])
            .json::<Orders>()
            .await
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

/// A03.
#[tokio::test]
async fn of_the_answers_headers_nothing_but_the_media_type_is_kept() {
    let scene = Scene::new().await;
    let headers = vec![
        ("content-type", "text/csv; charset=utf-8".to_owned()),
        ("set-cookie", "stolen=1; Path=/".to_owned()),
        ("strict-transport-security", "max-age=1".to_owned()),
        ("x-accel-redirect", "/etc/passwd".to_owned()),
    ];
    scene
        .orders
        .replies([Reply::With(201, headers, "a,b".to_owned())]);
    let answer = scene.client().get(["orders"]).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    assert_eq!(answer.media_type(), Some("text/csv; charset=utf-8"));
    assert_eq!(&answer.body()[..], b"a,b");
    assert!(!format!("{answer:?}").contains("a,b"));
    let next: Result<Value, _> = scene.client().get(["orders"]).json().await;
    assert!(matches!(next, Err(ApiError::NotJson)));
    let asked = scene.orders.requests();
    assert_eq!(
        asked[1].header("cookie"),
        None,
        "a cookie of an API is not kept"
    );
}
