//! Access tokens that are bound to a key (`DPoP`, RFC 9449).

use std::time::Duration;

use axum::{Router, body::Body, routing::get as route};
use axum_auth0_bearer::{
    BearerErrorKind, Dpop, Requirement, ResourceMetadata, VerifiedToken, Verifier, jwt::Algorithm,
};
use http::{Request, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use test_support::{
    NOW, Signer,
    dpop::{proof_of, thumbprint},
};

use crate::env::{Answer, TestEnv, get, send};

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

#[tokio::test]
async fn a_bound_token_with_its_proof_is_accepted() {
    for scheme in ["DPoP", "dpop", "DPOP"] {
        let api = DpopEnv::new(dpop()).await;
        let answer = api.send(scheme, &[&api.proof("1")]).await;
        assert_eq!(answer.status, StatusCode::OK, "{scheme}: {}", answer.body);
        assert_eq!(answer.body, json!("auth0|alice"));
    }
}

/// RFC 9449 §4.3, check by check.
#[tokio::test]
async fn a_proof_that_violates_a_rule_is_refused() {
    let api = DpopEnv::new(dpop()).await;
    let other = Signer::es256("other", 8);
    let claim = |name: &str, value: Value| {
        let (header, mut claims) = api.valid("1");
        claims[name] = value;
        key().sign_with_header(&header, &claims)
    };
    let header = |name: &str, value: Value| {
        let (mut header, claims) = api.valid("1");
        header[name] = value;
        key().sign_with_header(&header, &claims)
    };
    let (by_other, claims) = proof_of(&other, ("GET", URL), NOW, "1", &api.token);
    let mut private = key().jwk_without(&["kid", "alg", "use"]);
    private["d"] = json!("AAAA");
    for (case, proof) in [
        ("no JWT", "proof".to_owned()),
        ("typ", header("typ", json!("JWT"))),
        ("no typ", header("typ", Value::Null)),
        ("alg none", header("alg", json!("none"))),
        ("alg HS256", header("alg", json!("HS256"))),
        ("another alg", header("alg", json!("ES384"))),
        ("no jwk", header("jwk", Value::Null)),
        ("a private key", header("jwk", private)),
        (
            "a symmetric key",
            header("jwk", json!({ "kty": "oct", "k": "AAAA" })),
        ),
        ("the signature", header("jwk", other.jwk())),
        ("crit", header("crit", json!(["exp"]))),
        ("another key", other.sign_with_header(&by_other, &claims)),
        ("no jti", claim("jti", Value::Null)),
        ("an empty jti", claim("jti", json!(""))),
        ("a long jti", claim("jti", json!("x".repeat(257)))),
        ("htm", claim("htm", json!("POST"))),
        ("htm in lower case", claim("htm", json!("get"))),
        ("no htm", claim("htm", Value::Null)),
        (
            "another path",
            claim("htu", json!("https://api.example.com/orders")),
        ),
        (
            "the Host header",
            claim("htu", json!("https://evil.example.com/products")),
        ),
        (
            "http",
            claim("htu", json!("http://api.example.com/products")),
        ),
        ("no htu", claim("htu", Value::Null)),
        ("an old iat", claim("iat", json!(NOW - 91))),
        ("a future iat", claim("iat", json!(NOW + 31))),
        ("iat as text", claim("iat", json!("now"))),
        ("no iat", claim("iat", Value::Null)),
        (
            "another token",
            claim("ath", json!(test_support::dpop::hash("other"))),
        ),
        ("no ath", claim("ath", Value::Null)),
    ] {
        let answer = api.send("DPoP", &[&proof]).await;
        assert_invalid_proof(&answer, case);
    }
    assert_invalid_proof(&api.send("DPoP", &[]).await, "no proof");
    let two = [api.proof("2"), api.proof("3")];
    let answer = api.send("DPoP", &[&two[0], &two[1]]).await;
    assert_invalid_proof(&answer, "two proofs");
    // None of these was recorded.
    assert_eq!(
        api.send("DPoP", &[&api.proof("1")]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn spellings_of_the_url_and_of_the_type_do_not_matter() {
    let api = DpopEnv::new(dpop()).await;
    for (number, htu) in [
        "https://api.example.com/products?page=2",
        "HTTPS://API.EXAMPLE.COM:443/products#top",
        "https://api.example.com/%70roducts",
    ]
    .into_iter()
    .enumerate()
    {
        let (mut header, mut claims) = api.valid(&number.to_string());
        header["typ"] = json!("DPoP+JWT");
        claims["htu"] = json!(htu);
        let proof = key().sign_with_header(&header, &claims);
        let answer = api.send("DPoP", &[&proof]).await;
        assert_eq!(answer.status, StatusCode::OK, "{htu}: {}", answer.body);
    }
}

/// Behind a proxy that removes `/api` from the path.
#[tokio::test]
async fn the_public_url_has_the_prefix_that_a_proxy_removes() {
    let api = DpopEnv::new(Dpop::new("https://www.example.com/api").unwrap()).await;
    let (header, mut claims) = api.valid("1");
    assert_invalid_proof(&api.send("DPoP", &[&api.proof("2")]).await, "inner URL");
    claims["htu"] = json!("https://www.example.com/api/products");
    let proof = key().sign_with_header(&header, &claims);
    assert_eq!(api.send("DPoP", &[&proof]).await.status, StatusCode::OK);
}

/// A nested router sees a part of the path only.
#[tokio::test]
async fn the_path_of_a_nested_route_is_the_whole_one() {
    let mut api = DpopEnv::new(dpop()).await;
    api.router = Router::new().nest("/v1", api.router);
    let (header, mut claims) = api.valid("1");
    claims["htu"] = json!("https://api.example.com/v1/products");
    let proof = key().sign_with_header(&header, &claims);
    let answer = api.send_to("/v1/products", "DPoP", &[&proof]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn a_proof_is_accepted_once() {
    let api = DpopEnv::new(dpop()).await;
    let proof = api.proof("1");
    assert_eq!(api.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    for seconds in [0, 30, 59] {
        api.env.clock.advance(seconds);
        let again = api.send("DPoP", &[&proof]).await;
        assert_invalid_proof(&again, "a replay");
        api.env.clock.advance(-seconds);
    }
    assert_eq!(
        api.send("DPoP", &[&api.proof("2")]).await.status,
        StatusCode::OK
    );
}

/// Two verifiers of one request with a common memory: the layer and the handler.
#[tokio::test]
async fn verifiers_of_the_same_request_do_not_take_its_proof_for_a_replay() {
    let api = DpopEnv::new(dpop()).await;
    let verifier = api.env.verifier.clone().dpop(dpop());
    let handler = async |_: VerifiedToken| "1";
    let router = Router::new()
        .route("/products", route(handler))
        .route_layer(
            verifier
                .clone()
                .clients(["site"])
                .require(Requirement::scope("openid")),
        )
        .with_state(verifier);
    let api = DpopEnv { router, ..api };
    let proof = api.proof("1");
    assert_eq!(api.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    assert_invalid_proof(&api.send("DPoP", &[&proof]).await, "a second request");
}

#[tokio::test]
async fn a_full_memory_of_proofs_refuses_instead_of_forgetting() {
    let api = DpopEnv::new(dpop().replay_cache(8)).await;
    let first = api.proof("1");
    assert_eq!(api.send("DPoP", &[&first]).await.status, StatusCode::OK);
    let full = api.send("DPoP", &[&api.proof("2")]).await;
    assert_eq!(full.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(full.header("retry-after"), "5");
    assert_invalid_proof(&api.send("DPoP", &[&first]).await, "a replay");
}

/// RFC 9449 §7.1: no downgrade.
#[tokio::test]
async fn a_bound_token_is_no_bearer_token() {
    let api = DpopEnv::new(dpop()).await;
    for proofs in [&[][..], &[api.proof("1").as_str()]] {
        let answer = api.send("Bearer", proofs).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.body["error"], "invalid_token");
    }
}

#[tokio::test]
async fn a_bearer_token_is_not_accepted_as_a_bound_one() {
    let mut api = DpopEnv::new(dpop()).await;
    api.token = api.env.token(json!({}));
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "invalid_token");
    assert_eq!(api.send("Bearer", &[]).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_api_or_a_route_can_require_bound_tokens() {
    let mut api = DpopEnv::new(dpop()).await;
    let bound = api.token.clone();
    api.token = api.env.token(json!({}));
    let answer = api.send_to("/bound", "Bearer", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "invalid_token");

    let mut required = DpopEnv::new(dpop().required()).await;
    required.token = required.env.token(json!({}));
    let answer = required.send("Bearer", &[]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let challenges = challenges(&answer);
    assert_eq!(challenges.len(), 1);
    assert!(challenges[0].starts_with("DPoP "), "{challenges:?}");

    api.token = bound;
    let (header, mut claims) = api.valid("1");
    claims["htu"] = json!("https://api.example.com/bound");
    let proof = key().sign_with_header(&header, &claims);
    let answer = api.send_to("/bound", "DPoP", &[&proof]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
}

#[tokio::test]
async fn without_the_setting_bound_tokens_are_refused() {
    let api = DpopEnv::with(|verifier| verifier).await;
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(challenges(&answer).len(), 1);
    assert!(answer.challenge().starts_with("Bearer "));
    assert_eq!(
        api.send("Bearer", &[]).await.status,
        StatusCode::UNAUTHORIZED
    );
    // Only the token is known.
    let api = DpopEnv::new(dpop()).await;
    let verifier = api.env.verifier.clone().dpop(dpop());
    let rejected = verifier.verify(&api.token).await.unwrap_err();
    assert_eq!(*rejected.kind(), BearerErrorKind::SenderConstrained);
}

#[tokio::test]
async fn a_request_without_a_token_is_told_both_schemes_and_the_algorithms() {
    let api = DpopEnv::new(dpop().algorithms(&[Algorithm::Es256, Algorithm::EdDsa])).await;
    let answer = get(&api.router, "/products", None).await;
    assert_eq!(
        challenges(&answer),
        [
            r#"Bearer realm="https://products.example.com""#,
            r#"DPoP realm="https://products.example.com", algs="ES256 EdDSA""#,
        ]
    );
}

#[tokio::test]
async fn only_the_configured_algorithms_and_ages_are_accepted() {
    let api = DpopEnv::new(dpop().algorithms(&[Algorithm::EdDsa])).await;
    assert_invalid_proof(&api.send("DPoP", &[&api.proof("1")]).await, "ES256");
    let api = DpopEnv::new(dpop().max_age(Duration::from_secs(10))).await;
    let proof = api.proof("1");
    api.env.clock.advance(41);
    assert_invalid_proof(&api.send("DPoP", &[&proof]).await, "too old");
}

/// RFC 9449 §9.
#[tokio::test]
async fn nonces_are_required_rotate_and_are_shared_by_replicas() {
    let with_nonces = || dpop().nonces(&[7; 32]).unwrap();
    let api = DpopEnv::new(with_nonces()).await;
    let answer = api.send("DPoP", &[&api.proof("1")]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert_eq!(answer.body["error"], "use_dpop_nonce");
    assert!(challenges(&answer)[0].contains(r#"error="use_dpop_nonce""#));
    let nonce = answer.header("dpop-nonce").to_owned();
    let with_nonce = |api: &DpopEnv, jti: &str, iat: i64, nonce: &str| {
        let (header, mut claims) = api.valid(jti);
        claims["nonce"] = json!(nonce);
        claims["iat"] = json!(iat);
        key().sign_with_header(&header, &claims)
    };
    let proof = with_nonce(&api, "1", NOW, &nonce);
    assert_eq!(api.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    let replica = DpopEnv::new(with_nonces()).await;
    let proof = with_nonce(&replica, "1", NOW, &nonce);
    assert_eq!(replica.send("DPoP", &[&proof]).await.status, StatusCode::OK);
    let invented = with_nonce(&api, "2", NOW, "invented");
    assert_eq!(
        api.send("DPoP", &[&invented]).await.body["error"],
        "use_dpop_nonce"
    );
    api.env.clock.advance(180);
    let old = with_nonce(&api, "3", NOW + 180, &nonce);
    let answer = api.send("DPoP", &[&old]).await;
    assert_eq!(answer.body["error"], "use_dpop_nonce");
    assert_ne!(answer.header("dpop-nonce"), nonce);
}

/// RFC 9728 §2.
#[tokio::test]
async fn the_metadata_says_what_the_api_verifies() {
    let metadata = ResourceMetadata::new(ORIGIN).unwrap();
    let verifier = TestEnv::new().await.verifier;
    let document = async |verifier: Verifier| {
        let router: Router = verifier.metadata_router();
        get(&router, "/.well-known/oauth-protected-resource", None)
            .await
            .body
    };
    let plain = document(verifier.clone().resource_metadata(metadata.clone())).await;
    for name in [
        "dpop_signing_alg_values_supported",
        "dpop_bound_access_tokens_required",
        "tls_client_certificate_bound_access_tokens",
    ] {
        assert_eq!(plain.get(name), None, "{name}");
    }
    let metadata = metadata.tls_client_certificate_bound_access_tokens();
    let bound = dpop().required().algorithms(&[Algorithm::Es256]);
    let full = document(verifier.dpop(bound).resource_metadata(metadata)).await;
    assert_eq!(full["dpop_signing_alg_values_supported"], json!(["ES256"]));
    assert_eq!(full["dpop_bound_access_tokens_required"], json!(true));
    assert_eq!(
        full["tls_client_certificate_bound_access_tokens"],
        json!(true)
    );
}
