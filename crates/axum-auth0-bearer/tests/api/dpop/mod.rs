//! Access tokens that are bound to a key (`DPoP`, RFC 9449).

mod proofs;
mod schemes;

use axum::{Router, body::Body, routing::get as route};
use axum_auth0_bearer::{Dpop, Requirement, VerifiedToken, Verifier};
use http::{Request, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use test_support::{
    NOW, Signer,
    dpop::{proof_of, thumbprint},
};

use crate::env::{Answer, TestEnv, send};

const ORIGIN: &str = "https://api.example.com";
const URL: &str = "https://api.example.com/products";

fn dpop() -> Dpop {
    Dpop::new(ORIGIN).unwrap()
}

/// The key of the client.
fn key() -> Signer {
    Signer::es256("client", 7)
}

struct DpopEnv {
    env: TestEnv,
    router: Router,
    /// A token that is bound to [`key`].
    token: String,
}

impl DpopEnv {
    async fn new(dpop: Dpop) -> Self {
        Self::with(|verifier| verifier.dpop(dpop)).await
    }

    async fn with(change: impl FnOnce(Verifier) -> Verifier) -> Self {
        let env = TestEnv::new().await;
        let verifier = change(env.verifier.clone());
        let router = router(&verifier);
        let token = env.token(json!({ "cnf": { "jkt": thumbprint(&key()) } }));
        Self { env, router, token }
    }

    /// Returns header and claims of a valid proof for `GET /products`.
    fn valid(&self, jti: &str) -> (Value, Value) {
        proof_of(&key(), ("GET", URL), NOW, jti, &self.token)
    }

    fn proof(&self, jti: &str) -> String {
        let (header, claims) = self.valid(jti);
        key().sign_with_header(&header, &claims)
    }

    async fn send(&self, scheme: &str, proofs: &[&str]) -> Answer {
        self.send_to("/products?page=2", scheme, proofs).await
    }

    async fn send_to(&self, path: &str, scheme: &str, proofs: &[&str]) -> Answer {
        let authorization = format!("{scheme} {}", self.token);
        let mut request = Request::get(path)
            .header("host", "evil.example.com")
            .header(AUTHORIZATION, authorization);
        for proof in proofs {
            request = request.header("dpop", *proof);
        }
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }
}

fn router(verifier: &Verifier) -> Router {
    let handler = async |token: VerifiedToken| format!("{:?}", token.subject());
    Router::new()
        .route("/products", route(handler).post(handler))
        .route(
            "/bound",
            route(handler).route_layer(verifier.require(Requirement::sender_constrained())),
        )
        .with_state(verifier.clone())
}

fn challenges(answer: &Answer) -> Vec<&str> {
    let values = answer.headers.get_all("www-authenticate").iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

fn assert_invalid_proof(answer: &Answer, case: &str) {
    assert_eq!(
        answer.status,
        StatusCode::UNAUTHORIZED,
        "{case}: {}",
        answer.body
    );
    assert_eq!(answer.body["error"], "invalid_dpop_proof", "{case}");
    let challenges = challenges(answer);
    assert!(challenges[0].starts_with("DPoP "), "{case}: {challenges:?}");
    assert!(
        challenges[0].contains(r#"error="invalid_dpop_proof""#),
        "{case}"
    );
}
