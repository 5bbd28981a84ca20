//! Access tokens that are bound to a certificate are sent with it (RFC 8705 §3).

use std::fs;

use serde_json::json;
use test_support::{Authority, Part, ProductsApi};

use crate::app::TestEnvBuilder;

#[tokio::test]
async fn the_api_sees_the_certificate_that_the_token_is_bound_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let authority = Authority::default();
    let client = authority.client("client");
    for (name, content) in [
        ("client.crt", &client.certificate),
        ("client.key", &client.private_key),
        ("ca.crt", &authority.pem),
    ] {
        fs::write(path(name), content).unwrap();
    }
    let api = authority.listen().await.serve_thumbprints();
    let env = TestEnvBuilder::new()
        .unset("AUTH0_CLIENT_SECRET")
        .set("AUTH0_MTLS", "true")
        .set("AUTH0_MTLS_CERTIFICATE_FILE", &path("client.crt"))
        .set("AUTH0_MTLS_KEY_FILE", &path("client.key"))
        .set("AUTH0_MTLS_CA_FILE", &path("ca.crt"))
        .set("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true")
        .set("PRODUCTS_API_URL", &api)
        .build()
        .await;
    env.provider.serve_mtls(&authority).await;
    let thumbprint = client.thumbprint();
    let cnf = json!({ "x5t#S256": thumbprint });
    env.provider
        .modify(Part::AccessToken, move |claims| claims["cnf"] = cnf.clone());
    env.provider
        .policy(|policy| policy.client_certificate = Some(client.thumbprint()));
    let mut browser = env.browser();
    browser.log_in(&env.provider, "alice").await;
    browser.get("/hand-over").await;
    let user = env.app.user();
    let answer: String = user
        .api::<ProductsApi>()
        .get(["products"])
        .send()
        .await
        .unwrap()
        .json()
        .unwrap();
    assert_eq!(answer, thumbprint);
}
