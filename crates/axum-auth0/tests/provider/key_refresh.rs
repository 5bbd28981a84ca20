//! When the provider's keys are fetched, and how long they are trusted.

use std::{sync::Arc, time::Duration};

use axum_auth0::{
    jwt::{Algorithm, JwtError},
    outbound::OutboundOptions,
};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::{
    double::{Answer, Double, KEYS, until},
    signer::{Signer, unsigned},
};

fn claims() -> serde_json::Value {
    json!({"sub": "auth0|alice"})
}

#[tokio::test]
async fn new_keys_are_fetched_for_a_token_that_needs_them() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let double = Double::publishing(&[&old]).await;
    let (provider, _) = double.provider();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    // In the same second.
    double.answer(KEYS, Answer::keys(&[new.jwk(), old.jwk()]));
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert_eq!(double.asked(KEYS), 2);
}

#[tokio::test]
async fn a_new_key_under_an_old_id_is_found_too() {
    let (old, new) = (Signer::es256("key", 1), Signer::es256("key", 2));
    let double = Double::publishing(&[&old]).await;
    let (provider, _) = double.provider();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    double.answer(KEYS, Answer::keys(&[new.jwk()]));
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert!(matches!(
        provider.verify(&old.sign(&claims()), Algorithm::ALL).await,
        Err(JwtError::BadSignature)
    ));
}

#[tokio::test]
async fn thousands_of_unknown_key_ids_cause_one_fetch_in_ten_seconds() {
    let signer = Signer::es256("good", 1);
    let double = Double::publishing(&[&signer]).await;
    let (provider, clock) = double.provider();
    let good = signer.sign(&claims());
    provider.verify(&good, Algorithm::ALL).await.unwrap();
    assert_eq!(double.asked(KEYS), 1);

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
            assert!(matches!(attempt.await.unwrap(), Err(JwtError::UnknownKey)));
        }
        assert_eq!(double.asked(KEYS), 1 + round);
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
        assert_eq!(double.asked(KEYS), 1 + round);
        clock.advance(1);
    }
    provider.verify(&good, Algorithm::ALL).await.unwrap();
}

#[tokio::test]
async fn good_tokens_do_not_wait_while_keys_are_fetched_for_unknown_ones() {
    let signer = Signer::es256("good", 1);
    let double = Double::publishing(&[&signer]).await;
    let (provider, _) = double.provider();
    let good = signer.sign(&claims());
    provider.verify(&good, Algorithm::ALL).await.unwrap();

    double.answer(KEYS, Answer::Silence);
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
    until(|| double.asked(KEYS) == 2).await;
    provider.verify(&good, Algorithm::ALL).await.unwrap();
    assert!(!unknown.is_finished());
    unknown.abort();
}

#[tokio::test]
async fn tokens_with_a_new_key_wait_for_the_fetch_that_is_under_way() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let double = Double::publishing(&[&old]).await;
    let (provider, _) = double.provider();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    let gate = Arc::new(Semaphore::new(0));
    double.answer(
        KEYS,
        Answer::Gated(gate.clone(), Box::new(Answer::keys(&[new.jwk()]))),
    );
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let (provider, token) = (provider.clone(), new.sign(&claims()));
            tokio::spawn(async move { provider.verify(&token, Algorithm::ALL).await })
        })
        .collect();
    until(|| double.asked(KEYS) == 2).await;
    gate.add_permits(20);
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(double.asked(KEYS), 2);
}

#[tokio::test]
async fn callers_who_hang_up_do_not_keep_new_keys_away() {
    let (old, new) = (Signer::es256("old", 1), Signer::es256("new", 2));
    let double = Double::publishing(&[&old]).await;
    let (provider, _) = double.provider();
    provider
        .verify(&old.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();

    let gate = Arc::new(Semaphore::new(0));
    double.answer(
        KEYS,
        Answer::Gated(gate.clone(), Box::new(Answer::keys(&[new.jwk()]))),
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
    until(|| double.asked(KEYS) == 2).await;
    attacker.abort();
    gate.add_permits(1);
    provider
        .verify(&new.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    assert_eq!(double.asked(KEYS), 2);
}

#[tokio::test]
async fn a_key_that_is_taken_back_is_refused_after_ten_minutes() {
    let (kept, removed) = (Signer::es256("kept", 1), Signer::es256("removed", 2));
    let double = Double::publishing(&[&kept, &removed]).await;
    let (provider, clock) = double.provider();
    provider
        .verify(&removed.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
    double.answer(KEYS, Answer::keys(&[kept.jwk()]));
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
        Err(JwtError::UnknownKey)
    ));
    provider
        .verify(&kept.sign(&claims()), Algorithm::ALL)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_last_good_keys_serve_for_a_day_and_no_longer() {
    let signer = Signer::es256("key", 1);
    let large = Answer::Text {
        status: 200,
        media_type: "application/json",
        body: " ".repeat(10 * 1024 * 1024),
        headers: Vec::new(),
    };
    let too_many: Vec<_> = (0..101).map(|_| signer.jwk()).collect();
    let private =
        json!({"kty": "EC", "crv": "P-256", "kid": "key", "x": "AA", "y": "AA", "d": "AA"});
    for (name, outage) in [
        ("500", Answer::status(500)),
        ("html", Answer::html()),
        ("empty object", Answer::Json(json!({}))),
        ("no keys", Answer::keys(&[])),
        ("large", large),
        ("too many", Answer::keys(&too_many)),
        ("private", Answer::keys(&[private])),
        ("null", Answer::Json(json!(null))),
    ] {
        let double = Double::publishing(&[&signer]).await;
        let (provider, clock) = double.provider();
        let token = signer.sign(&claims());
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        double.answer(KEYS, outage);
        clock.advance(3600);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        provider.ready().await.unwrap();
        assert_eq!(double.asked(KEYS), 2, "{name}");
        clock.advance(23 * 3600 - 1);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
        clock.advance(6);
        assert!(
            matches!(
                provider.verify(&token, Algorithm::ALL).await,
                Err(JwtError::Unavailable(_))
            ),
            "{name}"
        );
        assert!(provider.ready().await.is_err());

        double.answer(KEYS, Answer::keys(&[signer.jwk()]));
        clock.advance(6);
        provider.verify(&token, Algorithm::ALL).await.unwrap();
    }
}

#[tokio::test]
async fn a_provider_without_keys_says_nothing_about_a_token() {
    let double = Double::start().await;
    double.answer(KEYS, Answer::Silence);
    let (provider, _) = double.provider_with(OutboundOptions {
        total_timeout: Duration::from_millis(150),
        ..OutboundOptions::default()
    });
    let token = Signer::es256("key", 1).sign(&claims());
    for _ in 0..5 {
        assert!(matches!(
            provider.verify(&token, Algorithm::ALL).await,
            Err(JwtError::Unavailable(_))
        ));
    }
    assert_eq!(double.asked(KEYS), 1);
}
