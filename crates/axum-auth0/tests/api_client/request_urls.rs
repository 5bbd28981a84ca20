//! A call goes to the configured API, below its base, with the token for that API.

use axum_auth0::{ApiError, DiagnosisCode, InvalidRequest, jwt};
use http::Method;
use serde_json::json;

use crate::{
    api::Reply,
    api_test_env::{ApiTestEnv, cause},
};
use test_support::{ORDERS, PRODUCTS};
use test_support::{ProductsApi, UndeclaredApi};

fn audience(token: &str) -> String {
    let claims = jwt::decode_unverified(token).unwrap();
    claims.unverified().get("aud").unwrap()[0]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn each_api_gets_its_own_token_only() {
    let env = ApiTestEnv::new().await;
    env.list().await.unwrap();
    let products = env.alice.api::<ProductsApi>();
    products.get(["products"]).send().await.unwrap();
    let (orders, products) = (env.orders.requests(), env.products.requests());
    assert_eq!(audience(orders[0].token()), ORDERS);
    assert_eq!(audience(products[0].token()), PRODUCTS);
    assert_eq!((orders.len(), products.len()), (1, 1));
    assert_eq!(orders[0].target, "/v2/orders");
    assert_eq!(products[0].target, "/products");
}

#[tokio::test]
async fn a_call_sends_method_path_query_headers_and_body() {
    let env = ApiTestEnv::new().await;
    let client = env.client();
    let order = json!({ "product": "desk", "quantity": 2 });
    let posting = client
        .post(["orders"])
        .json(&order)
        .scopes(["write:orders"]);
    posting.idempotency_key("k-1").send().await.unwrap();
    let reading = client
        .get(["orders", "o 1"])
        .query([("status", "placed"), ("q", "ä&b=c")]);
    reading.accept("text/csv").send().await.unwrap();
    let writing = client
        .put(["orders", "o1", "label"])
        .body("image/png", &b"\x89PNG"[..]);
    writing.send().await.unwrap();

    let [post, get, put] = &env.orders.requests()[..] else {
        panic!("three calls");
    };
    assert_eq!((&post.method, &*post.target), (&Method::POST, "/v2/orders"));
    assert_eq!(post.body, order.to_string());
    assert_eq!(post.header("content-type"), Some("application/json"));
    assert_eq!(post.header("accept"), Some("application/json"));
    assert_eq!(post.header("idempotency-key"), Some("\"k-1\""));
    let claims = jwt::decode_unverified(post.token()).unwrap();
    let scope = claims.unverified().get("scope").unwrap().to_string();
    assert!(
        scope.contains("read:orders") && scope.contains("write:orders"),
        "{scope}"
    );

    assert_eq!(
        get.target,
        "/v2/orders/o%201?status=placed&q=%C3%A4%26b%3Dc"
    );
    assert_eq!(get.header("accept"), Some("text/csv"));
    assert_eq!(get.header("content-type"), None);
    let claims = jwt::decode_unverified(get.token()).unwrap();
    let scope = claims.unverified().get("scope").unwrap().to_string();
    assert!(
        !scope.contains("write:orders"),
        "more than asked for: {scope}"
    );

    assert_eq!(
        (&put.method, &put.body[..]),
        (&Method::PUT, &b"\x89PNG"[..])
    );
    assert_eq!(put.header("content-type"), Some("image/png"));
}
#[tokio::test]
async fn no_path_leaves_the_base_url() {
    let env = ApiTestEnv::new().await;
    let evil = format!("{}/v2/orders", env.products.address());
    let at_evil = evil.replacen("http://", "@", 1);
    for segment in [
        "",
        ".",
        "..",
        "../admin",
        "%2e%2e",
        "..%2fadmin",
        "/",
        "//evil.example",
        "\\\\evil.example",
        "a\r\nHost: evil.example\r\n\r\n",
        "a\0",
        &evil,
    ] {
        for path in [
            vec![segment],
            vec!["orders", segment],
            vec![segment, "orders"],
        ] {
            let error = env.client().get(&path).send().await.unwrap_err();
            let refused = matches!(error, ApiError::InvalidRequest(InvalidRequest::Path));
            assert!(refused, "{path:?}: {error}");
        }
    }
    assert_eq!(env.orders.request_count(), 0, "what is refused is not sent");
    for (segment, target) in [
        ("@evil.example", "/v2/%40evil.example".to_owned()),
        ("?admin=1", "/v2/%3Fadmin%3D1".to_owned()),
        ("#x", "/v2/%23x".to_owned()),
        ("...", "/v2/...".to_owned()),
        ("http:evil.example", "/v2/http%3Aevil.example".to_owned()),
        (at_evil.split('/').next().unwrap(), {
            let host = at_evil.split('/').next().unwrap();
            format!("/v2/{}", host.replace('@', "%40").replace(':', "%3A"))
        }),
    ] {
        env.client().get([segment]).send().await.unwrap();
        let asked = env.orders.requests();
        let last = asked.last().unwrap();
        assert_eq!(last.target, target);
        let host = env.orders.address().strip_prefix("http://");
        assert_eq!(last.header("host"), host);
    }
    assert_eq!(
        env.products.request_count(),
        0,
        "the token is sent to one API only"
    );
}

#[tokio::test]
async fn header_values_cannot_inject_headers() {
    let env = ApiTestEnv::new().await;
    let client = env.client();
    let long = "k".repeat(256);
    for key in ["", "a b", "a\"b", "a\\b", "a\r\nx: y", "ä", &long] {
        let error = client.post(["orders"]).idempotency_key(key).send().await;
        let refused = matches!(error, Err(ApiError::InvalidRequest(InvalidRequest::Header)));
        assert!(refused, "{key:?}: {error:?}");
    }
    for media_type in ["a/b\r\nx: y", "a/b\0"] {
        let accepting = client.get(["orders"]).accept(media_type).send().await;
        let sending = client.put(["orders"]).body(media_type, "").send().await;
        for error in [accepting, sending] {
            assert!(matches!(
                error,
                Err(ApiError::InvalidRequest(InvalidRequest::Header))
            ));
        }
    }
    assert_eq!(env.orders.request_count(), 0);
}
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let env = ApiTestEnv::new().await;
    let elsewhere = format!("{}/v2/orders", env.products.address());
    let itself = format!("{}/v2/orders", env.orders.address());
    for (status, location) in [
        (301, &elsewhere),
        (302, &itself),
        (307, &elsewhere),
        (308, &itself),
    ] {
        let before = env.orders.request_count();
        env.orders
            .replies([Reply::headed(status, "location", location)]);
        let error = env.list().await.unwrap_err();
        let is_typed = matches!(&error, ApiError::Unexpected(given) if given.as_u16() == status);
        assert!(is_typed, "{error:?}");
        assert_eq!(env.orders.request_count(), before + 1);
    }
    assert_eq!(
        env.products.request_count(),
        0,
        "the token went nowhere else"
    );
}

#[tokio::test]
async fn an_api_that_is_not_configured_is_a_diagnosis() {
    let env =
        ApiTestEnv::with(|builder| builder.unset("ORDERS_API_URL").unset("ORDERS_API_AUDIENCE"))
            .await;
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::ApiNotConfigured),
        "{error:?}"
    );
    assert!(error.to_string().contains("ORDERS_API_URL"), "{error}");
    let undeclared = env.alice.api::<UndeclaredApi>().get(["x"]).send().await;
    assert_eq!(
        cause(&undeclared.unwrap_err()),
        Some(DiagnosisCode::UndeclaredApi)
    );
}
