//! Calls with tokens that are bound to a key (`DPoP`, RFC 9449).

use axum_auth0::{ApiError, DiagnosisCode, clock::Clock as _};
use http::Method;
use serde_json::json;

use crate::{
    api::{RecordedRequest, Reply},
    api_test_env::{ApiTestEnv, cause},
};
use test_support::{OrdersApi, ProductsApi, TestEnv, dpop::Proof};

async fn env() -> ApiTestEnv {
    let env = ApiTestEnv::with(|builder| builder.set("AUTH0_DPOP", "true")).await;
    env.alice.access_token::<OrdersApi>().await.unwrap();
    env.site.provider.clear_request_log();
    env
}

fn asks_for_nonce(nonce: &str) -> Reply {
    Reply::With(
        401,
        vec![
            ("www-authenticate", r#"Bearer realm="orders""#.to_owned()),
            (
                "www-authenticate",
                r#"DPoP realm="orders", error="use_dpop_nonce", algs="ES256""#.to_owned(),
            ),
            ("dpop-nonce", nonce.to_owned()),
        ],
        String::new(),
    )
}

fn ok() -> Reply {
    Reply::json(&json!({ "owner": "auth0|alice" }))
}

/// Asserts that the request has a valid proof for its token, and returns it.
fn proof<A: test_support::TestApp>(
    request: &RecordedRequest,
    origin: &str,
    site: &TestEnv<A>,
    nonce: Option<&str>,
) -> Proof {
    let token = request.header("authorization").unwrap();
    let token = token.strip_prefix("DPoP ").unwrap();
    let path = request.target.split('?').next().unwrap();
    let proof = Proof::of(&request.headers);
    let target = (request.method.as_str(), &*format!("{origin}{path}"));
    let now = site.clock.unix_seconds();
    assert_eq!(proof.violation(target, now, nonce, Some(token)), None);
    assert_eq!(
        proof.claims.get("nonce").and_then(|nonce| nonce.as_str()),
        nonce
    );
    proof
}

#[tokio::test]
async fn each_request_has_a_proof_for_its_method_and_url_and_the_token() {
    let env = env().await;
    env.client()
        .get(["orders", "a b"])
        .query([("page", "2")])
        .send()
        .await
        .unwrap();
    env.client().post(["orders"]).send().await.unwrap();
    let asked = env.orders.requests();
    let first = proof(&asked[0], env.orders.address(), &env.site, None);
    let second = proof(&asked[1], env.orders.address(), &env.site, None);
    assert_ne!(first.claims["jti"], second.claims["jti"]);
    assert_eq!(first.jkt, second.jkt);
}

#[tokio::test]
async fn every_attempt_has_a_proof_of_its_own() {
    let env = env().await;
    env.orders
        .replies([Reply::status(503), Reply::HangUp, Reply::status(503), ok()]);
    let _ = env.list().await;
    let asked = env.orders.requests();
    assert!(asked.len() > 1);
    let mut ids: Vec<_> = asked
        .iter()
        .map(|request| {
            proof(request, env.orders.address(), &env.site, None).claims["jti"].to_string()
        })
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), asked.len());
}

/// RFC 9449 §9. A `POST` is sent again as well: an API asks for a nonce before it does anything.
#[tokio::test]
async fn a_nonce_that_the_api_asks_for_is_sent_in_one_retry_and_remembered() {
    for method in [Method::GET, Method::POST] {
        let env = env().await;
        let call = || match method {
            Method::POST => env
                .client()
                .post(["orders"])
                .json(&json!({ "quantity": 1 })),
            _ => env.client().get(["orders"]),
        };
        env.orders.replies([asks_for_nonce("nonce-1"), ok()]);
        call().send().await.unwrap();
        let asked = env.orders.requests();
        assert_eq!((asked.len(), env.refreshes()), (2, 0), "{method}");
        proof(&asked[0], env.orders.address(), &env.site, None);
        proof(&asked[1], env.orders.address(), &env.site, Some("nonce-1"));
        assert_eq!(asked[0].body, asked[1].body);
        assert_eq!(
            asked[0].header("authorization"),
            asked[1].header("authorization")
        );
        // The next call has it at once.
        call().send().await.unwrap();
        let asked = env.orders.requests();
        assert_eq!(asked.len(), 3, "{method}");
        proof(&asked[2], env.orders.address(), &env.site, Some("nonce-1"));
    }
}

#[tokio::test]
async fn a_nonce_of_a_successful_response_is_used_next() {
    let env = env().await;
    env.orders
        .replies([Reply::headed(200, "dpop-nonce", "nonce-2"), ok()]);
    for _ in 0..2 {
        env.client().post(["orders"]).send().await.unwrap();
    }
    let asked = env.orders.requests();
    proof(&asked[1], env.orders.address(), &env.site, Some("nonce-2"));
}

/// A nonce belongs to the origin that sent it.
#[tokio::test]
async fn a_nonce_is_not_sent_to_another_api() {
    let env = env().await;
    env.orders.replies([asks_for_nonce("nonce-1"), ok()]);
    env.list().await.unwrap();
    let products = env.alice.api::<ProductsApi>();
    products.get(["products"]).send().await.unwrap();
    proof(
        &env.products.requests()[0],
        env.products.address(),
        &env.site,
        None,
    );
}

#[tokio::test]
async fn an_api_that_asks_for_a_nonce_again_and_again_is_not_asked_for_ever() {
    let env = env().await;
    env.orders.replies([asks_for_nonce("nonce-1")]);
    let error = env.list().await.unwrap_err();
    assert_eq!(
        cause(&error),
        Some(DiagnosisCode::RefusedByApi),
        "{error:?}"
    );
    assert_eq!(env.orders.request_count(), 2);
    assert_eq!(env.refreshes(), 0);
}

/// Two users at the same time: each retry has the nonce of its own response, its own token and its own key.
#[tokio::test]
async fn users_never_share_a_proof_or_a_token() {
    let env = env().await;
    let mut browser = env.site.logged_in("bob").await;
    let request = browser.navigation("/hand-over");
    browser
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
    let bob = env.site.app.user();
    env.orders
        .replies([asks_for_nonce("nonce-1"), asks_for_nonce("nonce-2"), ok()]);
    let (alice, bob) = tokio::join!(
        env.client().post(["orders"]).send(),
        bob.api::<OrdersApi>().post(["orders"]).send(),
    );
    assert!(alice.is_ok() && bob.is_ok());
    let asked = env.orders.requests();
    assert_eq!(asked.len(), 4);
    let mut keys = std::collections::HashMap::new();
    for request in &asked {
        let token = request.header("authorization").unwrap().to_owned();
        let key = Proof::of(&request.headers).jkt;
        assert_eq!(*keys.entry(token).or_insert(key.clone()), key);
    }
    assert_eq!(keys.len(), 2);
}

/// The API refuses the token itself: another one is fetched, as for a bearer token.
#[tokio::test]
async fn a_rejected_token_is_refreshed_once() {
    let env = env().await;
    env.orders.replies([
        Reply::headed(401, "www-authenticate", r#"DPoP error="invalid_token""#),
        ok(),
    ]);
    env.list().await.unwrap();
    let asked = env.orders.requests();
    assert_eq!((asked.len(), env.refreshes()), (2, 1));
    let first = proof(&asked[0], env.orders.address(), &env.site, None);
    let second = proof(&asked[1], env.orders.address(), &env.site, None);
    assert_ne!(first.claims["ath"], second.claims["ath"]);
    assert_eq!(first.jkt, second.jkt);
}

#[tokio::test]
async fn an_api_that_knows_bearer_tokens_only_is_a_diagnosis() {
    let env = env().await;
    let challenge = r#"Bearer realm="orders", error="invalid_token""#;
    env.orders
        .replies([Reply::headed(401, "www-authenticate", challenge)]);
    let error = env.list().await.unwrap_err();
    let ApiError::Refused(diagnosis) = &error else {
        panic!("{error:?}");
    };
    assert!(
        diagnosis.cause().contains("bearer tokens only"),
        "{diagnosis}"
    );
    for request in env.orders.requests() {
        let authorization = request.header("authorization").unwrap();
        assert!(
            authorization.starts_with("DPoP "),
            "never as a bearer token"
        );
    }
}

/// For an HTTP client of the application.
#[tokio::test]
async fn the_application_signs_proofs_for_its_own_client() {
    let env = env().await;
    let token = env.alice.access_token::<OrdersApi>().await.unwrap();
    assert!(token.is_dpop_bound());
    let authorization = token.authorization().unwrap();
    assert!(authorization.to_str().unwrap().starts_with("DPoP "));
    let url = token.base_url().join("orders?page=2").unwrap();
    let header = |method: &Method| {
        let proof = token.dpop_proof(method, &url).unwrap().unwrap();
        Proof::parse(proof.to_str().unwrap()).unwrap()
    };
    let first = header(&Method::PUT);
    let target = ("PUT", &*format!("{}/v2/orders", env.orders.address()));
    let now = env.site.clock.unix_seconds();
    let violation = first.violation(target, now, None, Some(token.expose()));
    assert_eq!(violation, None);
    let mut headers = http::HeaderMap::new();
    assert!(!token.record_dpop_nonce(&url, &headers));
    headers.insert("dpop-nonce", "nonce-3".parse().unwrap());
    assert!(token.record_dpop_nonce(&url, &headers));
    assert_eq!(header(&Method::GET).claims["nonce"], "nonce-3");

    let bearer = ApiTestEnv::new().await;
    let token = bearer.alice.access_token::<OrdersApi>().await.unwrap();
    assert!(!token.is_dpop_bound());
    assert_eq!(token.dpop_proof(&Method::GET, &url).unwrap(), None);
}
