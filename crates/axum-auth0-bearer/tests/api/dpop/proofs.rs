//! Which proofs of a bound token are accepted.

use axum::{Router, routing::get as route};
use axum_auth0_bearer::{Dpop, Requirement, VerifiedToken};
use http::StatusCode;
use serde_json::{Value, json};
use test_support::{NOW, Signer, dpop::proof_of};

use super::{DpopEnv, URL, assert_invalid_proof, dpop, key};

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
