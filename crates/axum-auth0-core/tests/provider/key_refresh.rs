//! When the provider's keys are fetched, and how long they are trusted.

use std::{sync::Arc, time::Duration};

use axum_auth0_core::{http_client::HttpClientOptions, jwt::Algorithm, provider::VerifyError};
use serde_json::json;
use tokio::sync::Semaphore;

use test_support::{Endpoint, FakeProvider, Reply, Signer, signer::unsigned, wait_until};

fn claims() -> serde_json::Value {
    json!({"sub": "auth0|alice"})
}

#[tokio::test]
async fn new_keys_are_fetched_for_a_token_that_needs_them() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let fake = FakeProvider::publishing(&[&old]).await;
    let (provider, _) = fake.client();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    // In the same second.
    fake.reply(Endpoint::Keys, Reply::keys(&[new.jwk(), old.jwk()]));
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert_eq!(fake.request_count(Endpoint::Keys), 2);
}

#[tokio::test]
async fn a_new_key_under_an_old_id_is_found_too() {
    let (old, new) = (Signer::es256("key", 1), Signer::es256("key", 2));
    let fake = FakeProvider::publishing(&[&old]).await;
    let (provider, _) = fake.client();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    fake.reply(Endpoint::Keys, Reply::keys(&[new.jwk()]));
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert!(matches!(
        provider.verify(&old.sign(&claims()), Algorithm::ALL).await,
        Err(VerifyError::BadSignature)
    ));
}

#[tokio::test]
async fn thousands_of_unknown_key_ids_cause_one_fetch_in_ten_seconds() {
    let signer = Signer::es256("good", 1);
    let fake = FakeProvider::publishing(&[&signer]).await;
    let (provider, clock) = fake.client();
    let good = signer.sign(&claims());
    provider.verify(&good, Algorithm::ALL).await.unwrap();
    assert_eq!(fake.request_count(Endpoint::Keys), 1);

    for round in 1..=2 {
        let spray: Vec<_> = (0..2_000)
            .map(|number| {
                let provider = provider.clone();
                tokio::spawn(async move {
                    let token = unsigned(
                        &json!({"alg": "ES256", "kid": format!("random-{round}-{number}")}),
                    );
                    provider.verify(&token, Algorithm::ALL).await
                })
            })
            .collect();
        for attempt in spray {
            assert!(matches!(
                attempt.await.unwrap(),
                Err(VerifyError::UnknownKey)
            ));
        }
        assert_eq!(fake.request_count(Endpoint::Keys), 1 + round);
        clock.advance(9);
        assert!(
            provider
                .verify(
                    &unsigned(&json!({"alg": "ES256", "kid": "x"})),
                    Algorithm::ALL
                )
                .await
                .is_err()
        );
        assert_eq!(fake.request_count(Endpoint::Keys), 1 + round);
        clock.advance(1);
    }
    provider.verify(&good, Algorithm::ALL).await.unwrap();
}

#[tokio::test]
async fn good_tokens_do_not_wait_while_keys_are_fetched_for_unknown_ones() {
    let signer = Signer::es256("good", 1);
    let fake = FakeProvider::publishing(&[&signer]).await;
    let (provider, _) = fake.client();
    let good = signer.sign(&claims());
    provider.verify(&good, Algorithm::ALL).await.unwrap();

    fake.reply(Endpoint::Keys, Reply::NoResponse);
    let unknown = tokio::spawn({
        let provider = provider.clone();
        async move {
            provider
                .verify(
                    &unsigned(&json!({"alg": "ES256", "kid": "x"})),
                    Algorithm::ALL,
                )
                .await
        }
    });
    wait_until(|| fake.request_count(Endpoint::Keys) == 2).await;
    provider.verify(&good, Algorithm::ALL).await.unwrap();
    assert!(!unknown.is_finished());
    unknown.abort();
}

#[tokio::test]
async fn tokens_with_a_new_key_wait_for_the_fetch_that_is_under_way() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let fake = FakeProvider::publishing(&[&old]).await;
    let (provider, _) = fake.client();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    let gate = Arc::new(Semaphore::new(0));
    fake.reply(
        Endpoint::Keys,
        Reply::Gated(gate.clone(), Box::new(Reply::keys(&[new.jwk()]))),
    );
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let (provider, token) = (provider.clone(), new.sign(&claims()));
            tokio::spawn(async move { provider.verify(&token, Algorithm::ALL).await })
        })
        .collect();
    wait_until(|| fake.request_count(Endpoint::Keys) == 2).await;
    gate.add_permits(20);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(fake.request_count(Endpoint::Keys), 2);
}

#[tokio::test]
async fn callers_who_hang_up_do_not_keep_new_keys_away() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let fake = FakeProvider::publishing(&[&old]).await;
    let (provider, _) = fake.client();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    let gate = Arc::new(Semaphore::new(0));
    fake.reply(
        Endpoint::Keys,
        Reply::Gated(gate.clone(), Box::new(Reply::keys(&[new.jwk()]))),
    );
    let attacker = tokio::spawn({
        let provider = provider.clone();
        async move {
            provider
                .verify(
                    &unsigned(&json!({"alg": "ES256", "kid": "x"})),
                    Algorithm::ALL,
                )
                .await
        }
    });
    wait_until(|| fake.request_count(Endpoint::Keys) == 2).await;
    attacker.abort();
    gate.add_permits(1);
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert_eq!(fake.request_count(Endpoint::Keys), 2);
}

#[tokio::test]
async fn a_key_that_is_taken_back_is_refused_after_ten_minutes() {
    let (kept, removed) = (Signer::es256("kept", 1), Signer::es256("removed", 2));
    let fake = FakeProvider::publishing(&[&kept, &removed]).await;
    let (provider, clock) = fake.client();
    provider
        .verify(&removed.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    fake.reply(Endpoint::Keys, Reply::keys(&[kept.jwk()]));
    clock.advance(599);
    provider
        .verify(&removed.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    clock.advance(1);
    assert!(matches!(
        provider
            .verify(&removed.sign(&claims()), Algorithm::ALL)
            .await,
        Err(VerifyError::UnknownKey)
    ));
    provider
        .verify(&kept.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_last_good_keys_serve_for_a_day_and_no_longer() {
    let signer = Signer::es256("key", 1);
    let large = Reply::text(200, "application/json", &" ".repeat(10 * 1024 * 1024));
    let too_many: Vec<_> = (0..101).map(|_| signer.jwk()).collect();
    let private =
        json!({"kty": "EC", "crv": "P-256", "kid": "key", "x": "AA", "y": "AA", "d": "AA"});
    for (name, outage) in [
        ("500", Reply::status(500)),
        ("html", Reply::html(200)),
        ("empty object", Reply::Json(200, json!({}))),
        ("no keys", Reply::keys(&[])),
        ("large", large),
        ("too many", Reply::keys(&too_many)),
        ("private", Reply::keys(&[private])),
        ("null", Reply::Json(200, json!(null))),
    ] {
        let fake = FakeProvider::publishing(&[&signer]).await;
        let (provider, clock) = fake.client();
        let token = signer.sign(&claims());
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        fake.reply(Endpoint::Keys, outage);
        clock.advance(3600);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        provider.ready().await.unwrap();
        assert_eq!(fake.request_count(Endpoint::Keys), 2, "{name}");
        clock.advance(23 * 3600 - 1);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        clock.advance(6);
        assert!(
            matches!(
                provider.verify(&token, Algorithm::ALL).await,
                Err(VerifyError::Unavailable(_))
            ),
            "{name}"
        );
        assert!(provider.ready().await.is_err());

        fake.reply(Endpoint::Keys, Reply::keys(&[signer.jwk()]));
        clock.advance(6);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
    }
}

#[tokio::test]
async fn a_provider_without_keys_says_nothing_about_a_token() {
    let fake = FakeProvider::without_keys().await;
    fake.reply(Endpoint::Keys, Reply::NoResponse);
    let (provider, _) = fake.client_with(HttpClientOptions {
        total_timeout: Duration::from_millis(150),
        ..HttpClientOptions::default()
    });
    let token = Signer::es256("key", 1).sign(&claims());
    for _ in 0..5 {
        assert!(matches!(
            provider.verify(&token, Algorithm::ALL).await,
            Err(VerifyError::Unavailable(_))
        ));
    }
    assert_eq!(fake.request_count(Endpoint::Keys), 1);
}
