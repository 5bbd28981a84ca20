//! Introspection of opaque tokens (RFC 7662).

use std::{sync::Arc, time::Duration};

use axum::{Router, routing::get as route};
use axum_auth0_bearer::{
    BearerErrorKind, Introspection, Principal, VerifiedToken, Verifier,
    http_client::HttpClientOptions,
};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{CLIENT_ID, CLIENT_SECRET, NOW, Part, Reply};
use tokio::sync::Semaphore;

use crate::env::{API, TestEnv, get};

const PATH: &str = "/oauth/introspect";
const TOKEN: &str = "0paque-t0ken_without-dots";

async fn start() -> TestEnv {
    with(Introspection::new(CLIENT_ID, CLIENT_SECRET)).await
}

async fn with(introspection: Introspection) -> TestEnv {
    let env = TestEnv::new().await;
    let endpoint = env.fake.url(PATH);
    env.fake.modify(Part::Metadata, move |metadata| {
        metadata["introspection_endpoint"] = json!(endpoint);
    });
    TestEnv {
        verifier: env.verifier.clone().introspection(introspection),
        ..env
    }
}

/// An active token of Alice, changed: `null` removes a member.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write json!({…}) in place"
)]
fn active(changes: Value) -> Reply {
    let mut response = json!({
        "active": true, "sub": "auth0|alice", "client_id": "site", "aud": API, "exp": NOW + 3600,
        "scope": "openid read:products", "token_type": "Bearer",
    });
    let members = response.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap().clone() {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    Reply::Json(200, response)
}

fn introspections(env: &TestEnv) -> usize {
    env.fake.request_count_at(PATH)
}

/// Returns the error for a token with this response.
async fn error(response: Reply) -> BearerErrorKind {
    let env = start().await;
    env.fake.reply_at(PATH, response);
    env.rejected(TOKEN).await
}

#[tokio::test]
async fn an_active_token_is_accepted_and_says_who_it_is() {
    let env = start().await;
    env.fake.reply_at(
        PATH,
        active(json!({ "iss": env.fake.issuer(), "permissions": ["a"], "auth_time": NOW })),
    );
    let token = env.verifier.verify(TOKEN).await.unwrap();
    assert_eq!(
        (token.subject(), token.client_id(), token.issuer()),
        ("auth0|alice", "site", env.fake.issuer())
    );
    assert_eq!(
        (token.principal(), token.expires_at()),
        (Principal::User, NOW + 3600)
    );
    assert!(token.require_scope("read:products").is_ok());
    assert!(token.require_scope("write:products").is_err());
    assert!(token.require_permission("a").is_ok());
    assert!(token.require_recent_auth(Duration::from_mins(1)).is_ok());
}

#[tokio::test]
async fn the_api_authenticates_and_sends_the_token_in_the_body() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    env.verifier.verify(TOKEN).await.unwrap();
    let requests = env.fake.requests(test_support::Endpoint::Unknown);
    let request = requests.first().unwrap();
    assert_eq!(request.path, PATH);
    assert_eq!(request.get("token"), Some(TOKEN));
    assert_eq!(request.get("token_type_hint"), Some("access_token"));
    assert_eq!(request.get("client_secret"), None);
    // The secret has characters that RFC 6749 §2.3.1 encodes: canary+client/secret%with:signs
    assert_eq!(
        request.authorization.as_deref(),
        Some(
            "Basic bGVwdG9zLWF1dGgwLXNhbXBsZTpjYW5hcnklMkJjbGllbnQlMkZzZWNyZXQlMjV3aXRoJTNBc2lnbnM="
        )
    );
    let shown = format!("{:?}", env.verifier);
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn a_jwt_is_verified_with_the_keys_and_not_introspected() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    env.verified(json!({})).await;
    let forged = env.token(json!({ "iss": "https://evil.example.com/" }));
    assert_eq!(env.rejected(&forged).await, BearerErrorKind::WrongIssuer);
    assert_eq!(introspections(&env), 0);
}

#[tokio::test]
async fn without_introspection_an_opaque_token_is_rejected() {
    let env = TestEnv::new().await;
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::OpaqueToken);
}

#[tokio::test]
async fn a_token_that_is_not_active_is_rejected() {
    let response = Reply::Json(200, json!({ "active": false, "sub": "auth0|alice" }));
    assert_eq!(error(response).await, BearerErrorKind::NotActive);
}

#[tokio::test]
async fn only_a_response_that_says_active_for_certain_is_accepted() {
    for response in [
        json!({}),
        json!({ "active": "true" }),
        json!({ "active": 1 }),
        json!({ "active": null }),
        json!([true]),
        json!(true),
    ] {
        let mut full = json!({ "sub": "alice", "client_id": "site", "aud": API, "exp": NOW + 60 });
        if let (Some(full), Some(given)) = (full.as_object_mut(), response.as_object()) {
            full.extend(given.clone());
        } else {
            full = response.clone();
        }
        assert_eq!(
            error(Reply::Json(200, full)).await,
            BearerErrorKind::IntrospectionUnavailable,
            "{response}"
        );
    }
}

#[tokio::test]
async fn the_response_must_be_for_this_api_and_from_this_issuer() {
    for (changes, kind) in [
        (
            json!({ "aud": "https://orders.example.com" }),
            BearerErrorKind::WrongAudience,
        ),
        (
            json!({ "aud": [format!("{API}/")] }),
            BearerErrorKind::WrongAudience,
        ),
        (json!({ "aud": null }), BearerErrorKind::MalformedToken),
        (json!({ "aud": 5 }), BearerErrorKind::MalformedToken),
        (
            json!({ "iss": "https://evil.example.com/" }),
            BearerErrorKind::WrongIssuer,
        ),
        (
            json!({ "client_id": null }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "exp": null }), BearerErrorKind::MalformedToken),
        (
            json!({ "exp": "tomorrow" }),
            BearerErrorKind::MalformedToken,
        ),
        (json!({ "exp": NOW - 30 }), BearerErrorKind::Expired),
        (json!({ "nbf": NOW + 31 }), BearerErrorKind::NotYetValid),
        (json!({ "iat": NOW + 31 }), BearerErrorKind::NotYetValid),
        (json!({ "scope": 5 }), BearerErrorKind::MalformedToken),
        (json!({ "act": "carol" }), BearerErrorKind::MalformedToken),
        (
            json!({ "cnf": { "jkt": "thumbprint" } }),
            BearerErrorKind::SenderConstrained,
        ),
        (
            json!({ "token_type": "DPoP" }),
            BearerErrorKind::SenderConstrained,
        ),
        // The endpoint answers for refresh tokens and ID tokens as well.
        (
            json!({ "token_use": "refresh_token" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (
            json!({ "typ": "Refresh" }),
            BearerErrorKind::NotAnAccessToken,
        ),
        (json!({ "typ": "ID" }), BearerErrorKind::NotAnAccessToken),
        (
            json!({ "sub": "site" }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
        (
            json!({ "sub": null }),
            BearerErrorKind::ClientCredentialsNotAllowed,
        ),
    ] {
        assert_eq!(error(active(changes.clone())).await, kind, "{changes}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_never_opens_the_api() {
    for reply in [
        Reply::status(500),
        Reply::status(401),
        Reply::status(404),
        Reply::Json(201, json!({ "active": true })),
        Reply::html(200),
        Reply::Truncated,
        Reply::busy(503, "20"),
        active(json!({})).gzipped(),
    ] {
        let env = start().await;
        env.fake.reply_at(PATH, reply.clone());
        let router = router(&env.verifier);
        let answer = get(&router, "/", Some(TOKEN)).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{reply:?}");
        assert_eq!(answer.header("retry-after"), "5");
        assert_eq!(answer.challenge(), "");
    }
}

fn router(verifier: &Verifier) -> Router {
    async fn handler(token: VerifiedToken) -> String {
        token.subject().to_owned()
    }
    Router::new()
        .route("/", route(handler))
        .with_state(verifier.clone())
}

#[tokio::test]
async fn a_provider_that_stalls_costs_a_timeout() {
    let options = HttpClientOptions {
        total_timeout: Duration::from_millis(50),
        ..HttpClientOptions::default()
    };
    let env = start().await;
    let endpoint = env.fake.url(PATH);
    let introspection = Introspection::new(CLIENT_ID, CLIENT_SECRET)
        .endpoint(&endpoint)
        .unwrap();
    let verifier =
        Verifier::with_provider(env.fake.client_with(options).0, API).introspection(introspection);
    for reply in [Reply::NoResponse, Reply::Stalled] {
        env.fake.reply_at(PATH, reply);
        let error = verifier.verify(TOKEN).await.unwrap_err();
        assert_eq!(error.kind(), &BearerErrorKind::IntrospectionUnavailable);
        env.clock.advance(5);
    }
    assert_eq!(introspections(&env), 2);
}

#[tokio::test]
async fn a_failing_provider_is_left_alone_for_a_while() {
    for (reply, seconds) in [(Reply::status(500), 5), (Reply::busy(503, "20"), 20)] {
        let env = start().await;
        env.fake.reply_at(PATH, reply);
        for token in ["a", "b", "c"] {
            assert_eq!(
                env.rejected(token).await,
                BearerErrorKind::IntrospectionUnavailable
            );
        }
        assert_eq!(introspections(&env), 1);
        env.fake.reply_at(PATH, active(json!({})));
        env.clock.advance(seconds - 1);
        assert!(env.verifier.verify("a").await.is_err());
        env.clock.advance(1);
        assert!(env.verifier.verify("a").await.is_ok());
        assert_eq!(introspections(&env), 2);
    }
}

/// A proxy in front of the provider refuses some tokens by their text or length, and anyone can send such a token.
#[tokio::test]
async fn a_token_that_the_endpoint_refuses_does_not_stop_the_introspection_of_others() {
    for status in [400, 403, 413, 414, 422, 431] {
        let env = start().await;
        env.fake.reply_at(PATH, Reply::status(status));
        assert_eq!(
            env.rejected("../../etc/passwd").await,
            BearerErrorKind::IntrospectionUnavailable,
            "{status}"
        );
        env.fake.reply_at(PATH, active(json!({})));
        assert!(env.verifier.verify(TOKEN).await.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn a_response_is_used_for_a_while_and_never_beyond_the_expiry() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({ "exp": NOW + 45 })));
    for _ in 0..3 {
        assert!(env.verifier.verify(TOKEN).await.is_ok());
    }
    assert_eq!(introspections(&env), 1);
    env.clock.advance(30);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    assert_eq!(introspections(&env), 2);
    // The token expires before the second response is 30 seconds old. It was revoked meanwhile.
    env.fake
        .reply_at(PATH, Reply::Json(200, json!({ "active": false })));
    env.clock.advance(14);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    env.clock.advance(1);
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 3);
    // That is remembered, too.
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 3);
    env.clock.advance(10);
    assert_eq!(env.rejected(TOKEN).await, BearerErrorKind::NotActive);
    assert_eq!(introspections(&env), 4);
}

#[tokio::test]
async fn tokens_are_cached_separately() {
    let env = start().await;
    env.fake.reply_at(PATH, active(json!({})));
    assert!(env.verifier.verify(TOKEN).await.is_ok());
    env.fake
        .reply_at(PATH, Reply::Json(200, json!({ "active": false })));
    assert_eq!(env.rejected("another").await, BearerErrorKind::NotActive);
    assert!(env.verifier.verify(TOKEN).await.is_ok());
}

#[tokio::test]
async fn concurrent_requests_with_one_token_are_one_introspection() {
    let env = start().await;
    let gate = Arc::new(Semaphore::new(0));
    let reply = Reply::Gated(Arc::clone(&gate), Box::new(active(json!({}))));
    env.fake.reply_at(PATH, reply);
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let verifier = env.verifier.clone();
            tokio::spawn(async move { verifier.verify(TOKEN).await.is_ok() })
        })
        .collect();
    test_support::wait_until(|| introspections(&env) == 1).await;
    gate.add_permits(100);
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(introspections(&env), 1);
}

#[tokio::test]
async fn a_client_that_hangs_up_does_not_fail_the_others() {
    let env = start().await;
    let gate = Arc::new(Semaphore::new(0));
    let reply = Reply::Gated(Arc::clone(&gate), Box::new(active(json!({}))));
    env.fake.reply_at(PATH, reply);
    let verify = || {
        let verifier = env.verifier.clone();
        tokio::spawn(async move { verifier.verify(TOKEN).await.is_ok() })
    };
    let first = verify();
    test_support::wait_until(|| introspections(&env) == 1).await;
    let second = verify();
    first.abort();
    assert!(first.await.is_err());
    gate.add_permits(100);
    assert!(second.await.unwrap());
}

#[tokio::test]
async fn an_endpoint_that_nobody_names_is_an_outage_and_a_configured_one_is_used() {
    let env = TestEnv::new().await;
    let introspection = Introspection::new(CLIENT_ID, CLIENT_SECRET);
    let without = env.verifier.clone().introspection(introspection.clone());
    let error = without.verify(TOKEN).await.unwrap_err();
    assert_eq!(error.kind(), &BearerErrorKind::IntrospectionUnavailable);
    env.fake.reply_at("/elsewhere", active(json!({})));
    let elsewhere = introspection
        .clone()
        .endpoint(&env.fake.url("/elsewhere"))
        .unwrap();
    let verifier = env.verifier.clone().introspection(elsewhere);
    assert!(verifier.verify(TOKEN).await.is_ok());
    for url in ["", "/oauth/introspect", "http://id.example.com/introspect"] {
        assert!(introspection.clone().endpoint(url).is_err(), "{url}");
    }
}
