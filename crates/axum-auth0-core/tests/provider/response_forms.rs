//! How a provider may send its documents: media types with parameters, other media types, and no compression.

use axum_auth0_core::{jwt::Algorithm, provider::ProviderError};
use serde_json::json;

use test_support::{Endpoint, FakeProvider, Reply, Signer};

#[tokio::test]
async fn requests_ask_for_no_compression_and_for_the_media_types_of_the_document() {
    let signer = Signer::es256("key", 1);
    let fake = FakeProvider::publishing(&[&signer]).await;
    let token = signer.sign(&json!({ "sub": "auth0|alice" }));
    fake.client()
        .0
        .verify(&token, Algorithm::ALL)
        .await
        .unwrap();
    for (endpoint, accept) in [
        (Endpoint::Discovery, "application/json"),
        (Endpoint::Keys, "application/jwk-set+json, application/json"),
    ] {
        let request = fake.requests(endpoint).remove(0);
        assert_eq!(request.headers["accept-encoding"], "identity");
        assert_eq!(request.headers["accept"], accept);
    }
}

#[tokio::test]
async fn the_media_type_of_a_document_does_not_decide() {
    let signer = Signer::es256("key", 1);
    let token = signer.sign(&json!({ "sub": "auth0|alice" }));
    for media_type in [
        "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"; profile=x",
        "application/jwk-set+json",
        "application/jwk-set+json; charset=utf-8",
        "text/json",
        "Text/JSON; charset=iso-8859-1",
        "text/plain",
        "application/octet-stream",
    ] {
        let fake = FakeProvider::publishing(&[&signer]).await;
        let metadata = fake.metadata().to_string();
        fake.reply(Endpoint::Discovery, Reply::text(200, media_type, &metadata));
        let keys = json!({ "keys": [signer.jwk()] }).to_string();
        fake.reply(Endpoint::Keys, Reply::text(200, media_type, &keys));
        let verified = fake.client().0.verify(&token, Algorithm::ALL).await;
        assert!(verified.is_ok(), "{media_type}");
    }
}

#[tokio::test]
async fn a_compressed_document_is_named_in_the_error() {
    let signer = Signer::es256("key", 1);
    let token = signer.sign(&json!({ "sub": "auth0|alice" }));
    for coding in ["gzip", "br", "deflate, gzip"] {
        for endpoint in [Endpoint::Discovery, Endpoint::Keys] {
            let fake = FakeProvider::publishing(&[&signer]).await;
            fake.reply(
                endpoint,
                Reply::status(200).with_header("content-encoding", coding),
            );
            let (provider, _) = fake.client();
            let error = provider.verify(&token, Algorithm::ALL).await.unwrap_err();
            let text = error.to_string();
            assert!(
                text.contains(&format!("the content coding {coding}"))
                    && text.contains("Accept-Encoding: identity"),
                "{text}"
            );
            if endpoint == Endpoint::Discovery {
                let error = provider.metadata().await.unwrap_err();
                assert!(matches!(error, ProviderError::Discovery(_)));
            }
        }
    }
    let fake = FakeProvider::publishing(&[&signer]).await;
    fake.policy(|policy| policy.gzip = true);
    let error = fake
        .client()
        .0
        .verify(&token, Algorithm::ALL)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the content coding gzip"),
        "{error}"
    );
    // The status decides first, and an absent coding is the identity coding.
    let fake = FakeProvider::publishing(&[&signer]).await;
    fake.reply(
        Endpoint::Keys,
        Reply::status(503).with_header("content-encoding", "gzip"),
    );
    let error = fake
        .client()
        .0
        .verify(&token, Algorithm::ALL)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
    let fake = FakeProvider::publishing(&[&signer]).await;
    let keys = Reply::keys(&[signer.jwk()]).with_header("content-encoding", "identity");
    fake.reply(Endpoint::Keys, keys);
    assert!(fake.client().0.verify(&token, Algorithm::ALL).await.is_ok());
}
