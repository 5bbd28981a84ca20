//! Access tokens that are bound to a client certificate (RFC 8705 §3).

use axum::{Router, body::Body, routing::get as route};
use axum_auth0_bearer::{ClientCertificate, Requirement, VerifiedToken};
use http::{Request, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use test_support::{Signer, dpop::thumbprint};

use crate::env::{Answer, TestEnv, send};

fn certificate(content: u8) -> ClientCertificate {
    ClientCertificate::from_der(&[content; 100])
}

/// Sends a token with this `cnf`, on a connection with this certificate.
async fn send_with(cnf: Value, certificate: Option<ClientCertificate>) -> Answer {
    let env = TestEnv::new().await;
    let handler = async |token: VerifiedToken| format!("{:?}", token.subject());
    let router = Router::new()
        .route("/", route(handler))
        .route_layer(env.verifier.require(Requirement::sender_constrained()))
        .with_state(env.verifier.clone());
    let token = env.token(json!({ "cnf": cnf }));
    let mut request = Request::get("/")
        .header(AUTHORIZATION, format!("Bearer {token}"))
        // A header that the client invents is not read.
        .header("client-cert", ":AQID:")
        .body(Body::empty())
        .unwrap();
    if let Some(certificate) = certificate {
        request.extensions_mut().insert(certificate);
    }
    send(&router, request).await
}

#[tokio::test]
async fn a_token_is_accepted_with_the_certificate_that_it_is_bound_to() {
    let bound = json!({ "x5t#S256": certificate(1).thumbprint() });
    let answer = send_with(bound, Some(certificate(1))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn a_token_without_its_certificate_is_refused() {
    let bound = json!({ "x5t#S256": certificate(1).thumbprint() });
    for certificate in [None, Some(certificate(2))] {
        let answer = send_with(bound.clone(), certificate.clone()).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{certificate:?}");
        assert_eq!(answer.body["error"], "invalid_token");
    }
}

/// Both, or a method that cannot be checked: the certificate alone is not enough.
#[tokio::test]
async fn every_binding_of_a_token_has_to_be_proven() {
    let thumbprint = thumbprint(&Signer::es256("client", 7));
    let certificate_hash = certificate(1).thumbprint().to_owned();
    for cnf in [
        json!({ "x5t#S256": certificate_hash, "jkt": thumbprint }),
        json!({ "x5t#S256": certificate_hash, "kid": "key" }),
        json!({ "x5t#S256": 7 }),
        json!({ "x5t": certificate_hash }),
        json!({}),
        json!("x5t#S256"),
    ] {
        let answer = send_with(cnf.clone(), Some(certificate(1))).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{cnf}");
    }
}

#[tokio::test]
async fn a_bearer_token_does_not_become_bound_by_a_certificate() {
    let answer = send_with(Value::Null, Some(certificate(1))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
