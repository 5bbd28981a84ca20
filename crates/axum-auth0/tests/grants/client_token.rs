//! Access tokens of the application itself (client credentials, RFC 6749 §4.4).

use std::time::Duration;

use axum_auth0::{AccessToken, Diagnosis, DiagnosisCode, TokenError, TokenOptions, jwt};
use futures::future::join_all;
use serde_json::json;
use test_support::{
    CLIENT_ID, Endpoint, ORDERS, OrdersApi, PRODUCTS, Part, ProductsApi, Reply, UndeclaredApi,
};

use crate::{HOUR, TestEnv, TestEnvBuilder};

/// Returns the diagnosis of a request that has to fail with one.
async fn diagnosis(env: &TestEnv) -> Diagnosis {
    match env.auth0.client_token::<ProductsApi>().await {
        Err(TokenError::Misconfigured(diagnosis)) => *diagnosis,
        other => panic!("{other:?}"),
    }
}

fn subject(token: &AccessToken<ProductsApi>) -> String {
    let claims = jwt::decode_unverified(token.expose()).unwrap();
    claims
        .unverified()
        .required_string("sub")
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_job_gets_a_token_without_a_session() {
    let env = TestEnv::new().await;
    let token = env.auth0.client_token::<ProductsApi>().await.unwrap();
    assert_eq!(token.audience(), PRODUCTS);
    assert_eq!(subject(&token), format!("{CLIENT_ID}@clients"));
    let requests = env.provider.requests(Endpoint::OtherGrant);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].get("grant_type"), Some("client_credentials"));
    assert_eq!(requests[0].get("audience"), Some(PRODUCTS));
    assert_eq!(
        requests[0].get("scope"),
        Some("read:products write:products")
    );
    assert_eq!(requests[0].get("refresh_token"), None);
    assert!(env.store.logins().await.is_empty(), "nothing is stored");
}

#[tokio::test]
async fn a_client_token_is_cached_until_shortly_before_it_expires() {
    let env = TestEnv::new().await;
    let first = env.auth0.client_token::<ProductsApi>().await.unwrap();
    env.clock.advance(HOUR - 61);
    let same = env.auth0.client_token::<ProductsApi>().await.unwrap();
    assert_eq!(first.expose(), same.expose());
    env.clock.advance(1);
    let second = env.auth0.client_token::<ProductsApi>().await.unwrap();
    assert_ne!(first.expose(), second.expose());
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
    let options = TokenOptions::instead_of(&second);
    let third = env.auth0.client_token_with(options).await.unwrap();
    assert_ne!(second.expose(), AccessToken::<ProductsApi>::expose(&third));
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 3);
}

#[tokio::test]
async fn each_api_and_each_set_of_scopes_has_its_own_token() {
    let env = TestEnv::new().await;
    let products = env.auth0.client_token::<ProductsApi>().await.unwrap();
    let orders = env.auth0.client_token::<OrdersApi>().await.unwrap();
    assert_eq!(orders.audience(), ORDERS);
    assert_ne!(products.expose(), orders.expose());
    let with = |scope: &str| TokenOptions {
        extra_scopes: vec![scope.to_owned()],
        ..TokenOptions::default()
    };
    for number in 0..16 {
        let options = with(&format!("extra:{number}"));
        let extra = env.auth0.client_token_with::<OrdersApi>(options).await;
        assert_ne!(extra.unwrap().expose(), orders.expose());
    }
    for number in 16..18 {
        let options = with(&format!("extra:{number}"));
        let more = env.auth0.client_token_with::<OrdersApi>(options).await;
        if number > 16 {
            assert!(
                matches!(more, Err(TokenError::TooManyTokens { .. })),
                "bounded"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_jobs_send_one_request() {
    let env = TestEnv::new().await;
    let gate = env.provider.gate(Endpoint::OtherGrant);
    let jobs: Vec<_> = (0..100)
        .map(|_| {
            let auth0 = env.auth0.clone();
            tokio::spawn(async move { auth0.client_token::<ProductsApi>().await })
        })
        .collect();
    env.provider
        .wait_for_requests(Endpoint::OtherGrant, 1)
        .await;
    gate.release_all();
    let tokens = join_all(jobs)
        .await
        .into_iter()
        .map(|job| job.unwrap().unwrap().expose().to_owned());
    let tokens: std::collections::HashSet<_> = tokens.collect();
    assert_eq!(tokens.len(), 1);
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 1);
}

#[tokio::test]
async fn a_token_that_is_not_for_the_api_is_refused_with_a_diagnosis() {
    let cases: [(_, fn(&mut serde_json::Value)); 4] = [
        (DiagnosisCode::WrongAudience, |claims| {
            claims["aud"] = json!(ORDERS);
        }),
        (DiagnosisCode::WrongIssuer, |claims| {
            claims["iss"] = json!("https://other.example.com/");
        }),
        (DiagnosisCode::MalformedToken, |claims| {
            claims["exp"] = json!("later");
        }),
        (DiagnosisCode::ScopeNotGranted, |claims| {
            claims["scope"] = json!("read:products");
        }),
    ];
    for (code, modify) in cases {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, modify);
        assert_eq!(diagnosis(&env).await.code(), code);
        assert_eq!(diagnosis(&env).await.code(), code);
        assert_eq!(
            env.provider.request_count(Endpoint::OtherGrant),
            1,
            "not asked again at once"
        );
    }
}

/// The login of this site is not the reason, and logging in again would not help.
#[tokio::test]
async fn a_diagnosis_of_a_client_token_does_not_blame_the_login() {
    let env = TestEnv::new().await;
    env.provider
        .modify(Part::AccessToken, |claims| claims["aud"] = json!(PRODUCTS));
    let error = env.auth0.client_token::<OrdersApi>().await.unwrap_err();
    let TokenError::Misconfigured(diagnosis) = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        diagnosis.code(),
        DiagnosisCode::WrongAudience,
        "{diagnosis}"
    );
    let env = TestEnvBuilder::new()
        .unset("AUTH0_AUDIENCE")
        .set("PRODUCTS_API_AUDIENCE", PRODUCTS)
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    assert_eq!(
        self::diagnosis(&env).await.code(),
        DiagnosisCode::OpaqueToken
    );
}

#[tokio::test]
async fn an_opaque_token_is_refused_unless_the_api_is_configured_for_it() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    assert_eq!(diagnosis(&env).await.code(), DiagnosisCode::OpaqueToken);
    let env = TestEnvBuilder::new()
        .set("PRODUCTS_API_TOKEN_FORMAT", "opaque")
        .build()
        .await;
    env.provider
        .policy(|policy| policy.opaque_access_tokens = true);
    env.auth0.client_token::<ProductsApi>().await.unwrap();
}

#[tokio::test]
async fn a_refused_grant_names_the_grant_to_switch_on() {
    let env = TestEnv::new().await;
    for (status, code) in [
        (403, "unauthorized_client"),
        (400, "unsupported_grant_type"),
    ] {
        env.provider
            .reply(Endpoint::OtherGrant, Reply::error(status, code));
        let diagnosis = diagnosis(&env).await;
        assert_eq!(diagnosis.code(), DiagnosisCode::GrantNotAllowed);
        assert!(
            diagnosis.fix().contains("Client Credentials"),
            "{diagnosis}"
        );
        env.clock.advance(600);
    }
    for (code, expected) in [
        ("invalid_client", DiagnosisCode::ClientRejected),
        ("invalid_grant", DiagnosisCode::RefusedByProvider),
        ("invalid_target", DiagnosisCode::AudienceUnknown),
    ] {
        env.provider
            .reply(Endpoint::OtherGrant, Reply::error(400, code));
        assert_eq!(diagnosis(&env).await.code(), expected);
        env.clock.advance(600);
    }
    env.provider.recover(Endpoint::OtherGrant);
    env.auth0.client_token::<ProductsApi>().await.unwrap();
}

#[tokio::test]
async fn during_an_outage_a_valid_token_is_used_and_the_provider_is_not_flooded() {
    let env = TestEnv::new().await;
    let first = env.auth0.client_token::<ProductsApi>().await.unwrap();
    env.provider
        .reply(Endpoint::OtherGrant, Reply::busy(503, "60"));
    env.clock.advance(HOUR - 30);
    for _ in 0..5 {
        let same = env.auth0.client_token::<ProductsApi>().await.unwrap();
        assert_eq!(first.expose(), same.expose(), "it is still valid");
    }
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 2);
    env.clock.advance(31);
    let error = env.auth0.client_token::<ProductsApi>().await.unwrap_err();
    let TokenError::ProviderUnavailable { retry_after } = error else {
        panic!("{error:?}");
    };
    assert!(retry_after.unwrap() <= Duration::from_mins(1));
    env.provider.recover(Endpoint::OtherGrant);
    env.clock.advance(60);
    env.auth0.client_token::<ProductsApi>().await.unwrap();
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 3);
}

/// Unlike that of a login, the next token can have a lifetime.
#[tokio::test]
async fn a_token_without_a_lifetime_is_used_once() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.access_token_lifetime = 0);
    let first = env.auth0.client_token::<ProductsApi>().await.unwrap();
    let second = env.auth0.client_token::<ProductsApi>().await.unwrap();
    assert_ne!(first.expose(), second.expose());
}

#[tokio::test]
async fn an_api_that_is_not_registered_or_has_no_audience_is_a_misconfiguration() {
    let env = TestEnv::new().await;
    let undeclared = env.auth0.client_token::<UndeclaredApi>().await;
    assert!(matches!(undeclared, Err(TokenError::Misconfigured(_))));
    let env = TestEnvBuilder::new().unset("AUTH0_AUDIENCE").build().await;
    assert_eq!(diagnosis(&env).await.code(), DiagnosisCode::AudienceMissing);
    assert_eq!(env.provider.request_count(Endpoint::OtherGrant), 0);
}

#[tokio::test]
async fn a_standard_provider_is_asked_with_resource() {
    let mut builder = TestEnvBuilder::new().set("AUTH0_AUDIENCE_PARAMETER", "resource");
    builder.issuer_path = "";
    let env = builder.build().await;
    env.provider.policy(|policy| {
        policy.resource_indicators = true;
        policy.accepts_post = false;
    });
    env.provider.modify(Part::Metadata, |metadata| {
        metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic"]);
    });
    env.auth0.client_token::<ProductsApi>().await.unwrap();
    let request = &env.provider.requests(Endpoint::OtherGrant)[0];
    assert_eq!(request.get("resource"), Some(PRODUCTS));
    assert_eq!(request.get("client_secret"), None);
    assert!(request.authorization.is_some());
}
