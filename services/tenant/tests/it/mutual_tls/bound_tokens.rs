//! Access tokens that are bound to a certificate (RFC 8705 §3).

use reqwest::StatusCode;
use serde_json::json;
use tenant::{Outcome, RegisteredCertificate};

use super::{MtlsEnv, issued, self_signed, thumbprint};
use crate::test_env::{CLIENT_SECRET, JsonResponse, PRODUCTS, TestEnv};

const NAME: &str = "site.local-tenant.example";

/// RFC 8705 §3.1.
#[tokio::test]
async fn an_access_token_names_the_certificate_of_its_request() {
    let env = MtlsEnv::start().await;
    let identity = env.generated();
    let tokens = env.tokens(Some(&identity), &[("audience", PRODUCTS)]).await;
    assert_eq!(tokens.text("token_type"), "Bearer");
    let (_, claims) = env.env.verify(tokens.text("access_token")).await;
    let bound_to = thumbprint(&identity);
    assert_eq!(claims["cnf"], json!({ "x5t#S256": bound_to }));
    assert!(env.env.logged(Outcome::Granted, &bound_to));

    let form = [("grant_type", "client_credentials"), ("audience", PRODUCTS)];
    let own = env.post(Some(&identity), "oauth/token", &form).await;
    let (_, claims) = env.env.verify(own.text("access_token")).await;
    assert_eq!(claims["cnf"], json!({ "x5t#S256": bound_to }));
}

#[tokio::test]
async fn tokens_are_bound_only_if_the_application_asks_for_it() {
    let env = MtlsEnv::with(|settings| {
        settings.applications[0].certificate_bound_access_tokens = false;
    })
    .await;
    let identity = env.generated();
    let tokens = env.tokens(Some(&identity), &[("audience", PRODUCTS)]).await;
    let (_, claims) = env.env.verify(tokens.text("access_token")).await;
    assert_eq!(claims.get("cnf"), None);
}

/// RFC 8705 §3.4: without a certificate, there is no token instead of one that is not bound.
#[tokio::test]
async fn an_application_with_bound_tokens_receives_no_bearer_token() {
    let env = MtlsEnv::with(|settings| settings.applications[0].client_certificates.clear()).await;
    let form = [
        ("grant_type", "client_credentials"),
        ("audience", PRODUCTS),
        ("client_secret", CLIENT_SECRET),
    ];
    let refused = env.post(None, "oauth/token", &form).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.text("error"), "invalid_request");
    let identity = env.generated();
    let bound = env.post(Some(&identity), "oauth/token", &form).await;
    assert_eq!(bound.status, StatusCode::OK);
}

/// RFC 8705 §3, for JWTs and for opaque tokens.
#[tokio::test]
async fn userinfo_needs_the_certificate_of_the_token() {
    let env = MtlsEnv::start().await;
    let identity = env.generated();
    let renewed = issued(env.folder.path(), NAME, 2020..2040);
    for more in [&[][..], &[("audience", PRODUCTS)]] {
        let tokens = env.tokens(Some(&identity), more).await;
        let token = tokens.text("access_token");
        assert_eq!(env.userinfo(Some(&identity), token).await, StatusCode::OK);
        for other in [None, Some(renewed.as_str())] {
            assert_eq!(env.userinfo(other, token).await, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(
            env.env.userinfo(token).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

/// RFC 8705 §3.2: the API compares the thumbprint, whichever certificate asks for the introspection.
#[tokio::test]
async fn the_introspection_of_a_bound_token_names_the_certificate() {
    let env = MtlsEnv::with(|settings| settings.apis[0].opaque = true).await;
    let identity = env.generated();
    let tokens = env.tokens(Some(&identity), &[("audience", PRODUCTS)]).await;
    let form = [("token", tokens.text("access_token"))];
    for asking in [
        identity.clone(),
        issued(env.folder.path(), NAME, 2020..2040),
    ] {
        let response = env.post(Some(&asking), "oauth/introspect", &form).await;
        assert_eq!(response.text("token_type"), "Bearer");
        let bound_to = thumbprint(&identity);
        assert_eq!(response.json["cnf"], json!({ "x5t#S256": bound_to }));
    }
    let refused = env.post(None, "oauth/introspect", &form).await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
}

/// RFC 8705 §7.1: the refresh token of an application that authenticates is bound to its registration, so that it survives a
/// renewed certificate. The new access token is bound to the new certificate.
#[tokio::test]
async fn a_refresh_needs_a_certificate_of_the_application_and_binds_to_it() {
    let env = MtlsEnv::start().await;
    let identity = env.generated();
    let more = [
        ("audience", PRODUCTS),
        ("scope", "openid offline_access read:products"),
    ];
    let first = env.tokens(Some(&identity), &more).await;
    let refresh = async |identity: Option<&str>, token: &str| -> JsonResponse {
        let form = [("grant_type", "refresh_token"), ("refresh_token", token)];
        env.post(identity, "oauth/token", &form).await
    };
    let token = first.text("refresh_token");
    for other in [None, Some(self_signed().1)] {
        let refused = refresh(other.as_deref(), token).await;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED);
    }
    let renewed = issued(env.folder.path(), NAME, 2020..2040);
    let second = refresh(Some(&renewed), token).await;
    assert_eq!(second.status, StatusCode::OK, "{:?}", second.json);
    let (_, claims) = env.env.verify(second.text("access_token")).await;
    assert_eq!(claims["cnf"], json!({ "x5t#S256": thumbprint(&renewed) }));
}

#[tokio::test]
async fn a_refresh_token_of_another_application_is_refused() {
    let (pem, other) = self_signed();
    let env = MtlsEnv::with(|settings| {
        let mut second = settings.applications[0].clone();
        second.client_id = "other".to_owned();
        second.client_certificates = vec![RegisteredCertificate::self_signed(&pem).unwrap()];
        settings.applications.push(second);
    })
    .await;
    let identity = env.generated();
    let tokens = env
        .tokens(Some(&identity), &[("scope", "openid offline_access")])
        .await;
    let request = env
        .client(Some(&other))
        .post(format!("{}oauth/token", env.base))
        .form(&[
            ("client_id", "other"),
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.text("refresh_token")),
        ]);
    let response = JsonResponse::read(request.send().await.unwrap()).await;
    assert_eq!(response.text("error"), "invalid_grant");
}

#[tokio::test]
async fn without_the_listener_nothing_is_announced() {
    let env = TestEnv::start().await;
    let document: serde_json::Value = env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    for name in [
        "mtls_endpoint_aliases",
        "tls_client_certificate_bound_access_tokens",
    ] {
        assert_eq!(document.get(name), None, "{name}");
    }
    let methods = document["token_endpoint_auth_methods_supported"].to_string();
    assert!(!methods.contains("tls_client_auth"), "{methods}");
    assert_eq!(env.tenant.certificate_variables(), []);
}
