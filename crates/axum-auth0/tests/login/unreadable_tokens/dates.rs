//! Dates that are malformed or past.

use http::StatusCode;
use serde_json::{Value, json};
use test_support::{
    Endpoint, Part, log_capture,
    signer::{encode, parts},
};

use super::HOUR;
use crate::app::TestEnv;

#[tokio::test]
async fn a_malformed_date_of_an_access_token_is_reported_by_name() {
    for (name, value) in [
        ("exp", json!("tomorrow")),
        ("exp", json!("1796000000")),
        ("exp", json!(1e308)),
        ("exp", json!(-1e308)),
        ("exp", json!(true)),
        ("exp", json!([1_796_000_000])),
        ("iat", json!("now")),
        ("nbf", json!({})),
    ] {
        let env = TestEnv::new().await;
        let changed = value.clone();
        env.provider.modify(Part::AccessToken, move |claims| {
            claims[name] = changed.clone();
        });
        let mut browser = env.logged_in("alice").await;
        let response = browser.get("/token").await;
        assert_eq!(
            response.status,
            StatusCode::INTERNAL_SERVER_ERROR,
            "{value}"
        );
        let diagnosis = response.json();
        assert_eq!(diagnosis["code"], "malformed_token", "{value}: {diagnosis}");
        let says = format!("the claim {name} is malformed");
        assert!(
            diagnosis["cause"].as_str().unwrap().contains(&says),
            "{diagnosis}"
        );
        assert_ne!(browser.whoami().await, "anonymous", "{value}");
    }
}

#[tokio::test]
async fn dates_of_an_access_token_can_have_a_fraction_or_an_exponent() {
    for fraction in [0.0, 0.336, 0.999] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::AccessToken, move |claims| {
            #[expect(clippy::cast_precision_loss, reason = "a date")]
            let end = (claims["iat"].as_i64().unwrap() + 600) as f64;
            claims["exp"] = json!(end + fraction);
        });
        env.provider.modify(Part::ExchangeResponse, |response| {
            response["expires_in"] = Value::Null;
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
        assert_eq!(env.provider.request_count(Endpoint::Refresh), 0);
        env.clock.advance(601);
        env.token(&mut browser).await;
        assert_eq!(
            env.provider.request_count(Endpoint::Refresh),
            1,
            "{fraction}"
        );
    }
    // With an exponent, as some serializers write large numbers.
    let env = TestEnv::new().await;
    env.provider
        .modify(Part::IdToken, |claims| claims["at_hash"] = Value::Null);
    env.provider.modify(Part::ExchangeResponse, |response| {
        let (header, mut claims) = parts(response["access_token"].as_str().unwrap());
        claims["exp"] = json!("END");
        let claims = claims.to_string().replace("\"END\"", "9.796E9");
        response["access_token"] = json!(format!(
            "{}.{}.c2ln",
            encode(header.to_string()),
            encode(claims)
        ));
    });
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
}

/// A token that has expired when it is issued is near the end of the provider's session, unless the clocks differ by more than
/// the leeway.
#[tokio::test]
async fn a_token_that_is_issued_expired_is_not_a_clock_difference() {
    for (end, begin, code) in [
        (0, 0, None),
        (-60, -60, None),
        (-1, -30, None),
        (-61, -3_600, Some("clock_skew")),
        (-10, -300, Some("clock_skew")),
        (-61, 0, Some("malformed_token")),
        (-1_000_000, 0, Some("malformed_token")),
    ] {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.clock.advance(2 * HOUR);
        env.provider.modify(Part::AccessToken, move |claims| {
            let now = claims["iat"].as_i64().unwrap();
            claims["iat"] = json!(now + begin);
            claims["exp"] = json!(now + end);
        });
        let response = browser.get("/token").await;
        let log = log_capture::captured();
        match code {
            None => {
                assert_eq!(
                    response.status,
                    StatusCode::OK,
                    "{end} {begin}: {}",
                    response.body
                );
                assert!(!log.contains("clock_skew") && !log.contains("The clock of this server"));
            }
            Some(code) => assert_eq!(
                response.json()["code"],
                code,
                "{end} {begin}: {}",
                response.body
            ),
        }
    }
}
