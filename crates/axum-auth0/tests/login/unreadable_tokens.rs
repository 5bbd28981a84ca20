//! Tokens with empty members, malformed dates, too many bytes, or a signature that cannot be verified.

use http::StatusCode;
use serde_json::{Value, json};

use crate::app::{TestEnv, TestEnvBuilder};
use test_support::{
    Endpoint, PRODUCTS, Part, Reply, Signer, log_capture,
    signer::{encode, parts},
};

const HOUR: i64 = 3_600;

/// Changes the response of the provider.
type Change = fn(&mut Value);

/// The values that providers write for an empty optional member.
fn empty() -> [Value; 2] {
    [Value::Null, json!("")]
}

#[tokio::test]
async fn a_refreshed_id_token_with_empty_members_keeps_the_session() {
    for name in [
        "nonce",
        "azp",
        "auth_time",
        "at_hash",
        "sid",
        "amr",
        "acr",
        "email",
    ] {
        for value in empty() {
            let env = TestEnv::new().await;
            env.provider.modify(Part::IdToken, |claims| {
                claims["auth_time"] = json!(1_600_000_000);
            });
            let mut browser = env.logged_in("alice").await;
            env.provider.modify(Part::RefreshedIdToken, move |claims| {
                claims[name] = value.clone();
            });
            for _ in 0..2 {
                env.clock.advance(2 * HOUR);
                let response = browser.get("/token").await;
                assert_eq!(response.status, StatusCode::OK, "{name}: {}", response.body);
            }
        }
    }
}

/// A provider that writes `null` for every empty optional member.
#[tokio::test]
async fn null_members_in_every_response_and_token_are_ignored() {
    let env = TestEnv::new().await;
    env.provider.policy(|policy| policy.null_members = true);
    let mut browser = env.logged_in("alice").await;
    for _ in 0..3 {
        env.token(&mut browser).await;
        env.clock.advance(2 * HOUR);
    }
    assert_eq!(browser.whoami().await, "auth0|alice");
}

#[tokio::test]
async fn empty_optional_claims_of_an_id_token_are_ignored() {
    let optional = [
        "azp",
        "at_hash",
        "nbf",
        "sid",
        "acr",
        "name",
        "middle_name",
        "picture",
    ];
    for value in empty() {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, move |claims| {
            for name in optional {
                claims[name] = value.clone();
            }
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        let profile = profile.as_object().unwrap();
        assert_eq!(profile["email"], "alice@example.com");
        for name in optional {
            assert!(!profile.contains_key(name), "{name}: {profile:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_required_claim_of_an_id_token_is_reported_by_name() {
    for name in ["iss", "aud", "exp", "iat", "sub", "nonce"] {
        for value in empty() {
            let env = TestEnv::new().await;
            env.provider
                .modify(Part::IdToken, move |claims| claims[name] = value.clone());
            let mut browser = env.browser();
            let response = browser.attempt_login(&env.provider, "alice").await;
            env.assert_login_failed(&mut browser, &response, 502, name)
                .await;
            let says = format!("the claim {name} is required, but its value is null or empty");
            assert!(log_capture::captured().contains(&says), "{says}");
        }
    }
}

/// Missing names are read from userinfo, also if the ID token has them without a value.
#[tokio::test]
async fn empty_members_of_userinfo_are_ignored() {
    for value in empty() {
        let env = TestEnv::new().await;
        let nameless = value.clone();
        env.provider.modify(Part::IdToken, move |claims| {
            for name in ["name", "email", "nickname", "given_name"] {
                claims[name] = nameless.clone();
            }
        });
        env.provider.modify(Part::Userinfo, move |claims| {
            claims["nickname"] = json!("ali");
            claims["picture"] = value.clone();
            claims["scope"] = json!("openid");
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        assert_eq!(profile["nickname"], "ali", "{profile}");
        assert_eq!(profile.get("picture"), None, "{profile}");
        assert_eq!(profile.get("scope"), None, "{profile}");
    }
}

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

/// Adds groups that make the token too long.
fn many_groups(claims: &mut Value) {
    let groups: Vec<_> = (0..1_000)
        .map(|group| format!("group-number-{group}"))
        .collect();
    claims["groups"] = json!(groups);
}

#[tokio::test]
async fn an_access_token_that_is_too_long_is_reported_with_its_size_and_not_as_opaque() {
    let long: [Change; 3] = [
        |response| response["access_token"] = json!("a".repeat(20_000)),
        |response| response["access_token"] = json!(format!("a.b.{}", "c".repeat(19_996))),
        |response| {
            let (header, mut claims) = parts(response["access_token"].as_str().unwrap());
            claims["pad"] = json!("");
            let unpadded = format!(
                "{}.{}.c2ln",
                encode(header.to_string()),
                encode(claims.to_string())
            );
            claims["pad"] = json!("x".repeat((20_000 - unpadded.len()) * 3 / 4));
            response["access_token"] = json!(format!(
                "{}.{}.c2ln",
                encode(header.to_string()),
                encode(claims.to_string())
            ));
        },
    ];
    for (number, lengthen) in long.into_iter().enumerate() {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::IdToken, |claims| claims["at_hash"] = Value::Null);
        env.provider.modify(Part::ExchangeResponse, lengthen);
        env.provider.modify(Part::RefreshResponse, lengthen);
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "token_too_long", "{number}: {diagnosis}");
        let cause = diagnosis["cause"].as_str().unwrap();
        assert!(
            cause.contains(PRODUCTS) && cause.contains("16384"),
            "{cause}"
        );
        assert!(
            cause.contains("has 20000 bytes") || cause.contains("has 19999 bytes"),
            "{cause}"
        );
        assert!(!diagnosis.to_string().contains("opaque"), "{diagnosis}");
        assert_ne!(browser.whoami().await, "anonymous");
    }
}

#[tokio::test]
async fn an_id_token_that_is_too_long_is_reported_with_its_size() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, many_groups);
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 502, "too long")
        .await;
    for text in [response.body, log_capture::captured()] {
        assert!(text.contains("The ID token has "), "{text:.2000}");
        assert!(text.contains("at most 16384 are read"));
    }
}

#[tokio::test]
async fn an_unreadable_refreshed_id_token_keeps_the_session() {
    let unreadable: [(&str, Change); 3] = [
        ("too long", |response| {
            let token = format!(
                "{}.{}",
                response["id_token"].as_str().unwrap(),
                "x".repeat(20_000)
            );
            response["id_token"] = json!(token);
        }),
        ("too long and no JWT", |response| {
            response["id_token"] = json!("x".repeat(20_000));
        }),
        ("encrypted", |response| {
            response["id_token"] =
                json!("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.aaaa.bbbb.cccc.dddd");
        }),
    ];
    for (case, make) in unreadable {
        let env = TestEnv::new().await;
        let mut browser = env.logged_in("alice").await;
        env.provider.modify(Part::RefreshResponse, make);
        for _ in 0..2 {
            env.clock.advance(2 * HOUR);
            let response = browser.get("/token").await;
            assert_eq!(response.status, StatusCode::OK, "{case}: {}", response.body);
        }
        assert_eq!(browser.whoami().await, "auth0|alice", "{case}");
        let says = if case == "encrypted" {
            "is encrypted"
        } else {
            "at most 16384 are read"
        };
        assert!(log_capture::captured().contains(says), "{case}");
    }
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.provider.modify(Part::RefreshedIdToken, many_groups);
    env.clock.advance(2 * HOUR);
    assert_eq!(browser.get("/token").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_id_token_that_is_signed_with_a_secret_or_encrypted_is_reported_with_the_setting() {
    let jwe = "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.aaaa.bbbb.cccc.dddd";
    for (case, code, says) in [
        (
            "HS256",
            "symmetric_signature",
            ["HS256", "RS256", "id_token_signed_response_alg"],
        ),
        (
            "HS512",
            "symmetric_signature",
            ["HS256", "RS256", "id_token_signed_response_alg"],
        ),
        (
            "JWE",
            "encrypted_token",
            [
                "encrypted (JWE)",
                "signed and not encrypted",
                "id_token_encrypted_response_alg",
            ],
        ),
    ] {
        let env = TestEnv::new().await;
        env.provider
            .modify(Part::ExchangeResponse, move |response| {
                if case == "JWE" {
                    response["id_token"] = json!(jwe);
                    return;
                }
                let (_, claims) = parts(response["id_token"].as_str().unwrap());
                let signer = Signer::hs256("first", test_support::CLIENT_SECRET.as_bytes());
                let mut header = signer.header();
                header["alg"] = json!(case);
                response["id_token"] = json!(signer.sign_with_header(&header, &claims));
            });
        let mut browser = env.browser();
        let response = browser.attempt_login(&env.provider, "alice").await;
        env.assert_login_failed(&mut browser, &response, 502, case)
            .await;
        let log = log_capture::captured();
        assert!(log.contains(&format!("code=\"{code}\"")), "{case}");
        for says in says {
            assert!(
                response.body.contains(says),
                "{case}: {says} is not in {}",
                response.body
            );
            assert!(log.contains(says), "{case}: {says} is not in the log");
        }
    }
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

#[tokio::test]
async fn a_scope_of_another_type_does_not_count_as_the_requested_one() {
    for scope in [
        json!(5),
        json!({ "read:products": true }),
        json!(["read:products", 5]),
    ] {
        let env = TestEnv::new().await;
        let changed = scope.clone();
        env.provider.modify(Part::AccessToken, move |claims| {
            claims["scope"] = changed.clone();
        });
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "malformed_token", "{scope}");
        assert!(
            diagnosis["cause"]
                .as_str()
                .unwrap()
                .contains("the claim scope is malformed")
        );
    }
}

#[tokio::test]
async fn scopes_are_read_from_scope_or_scp_and_the_log_says_which() {
    for (changes, claim) in [
        (
            json!({ "scope": ["read:products", "write:products"], "scp": "x" }),
            "scope",
        ),
        (
            json!({ "scope": null, "scp": ["read:products", "write:products"] }),
            "scp",
        ),
        (
            json!({ "scope": "", "scp": "read:products write:products" }),
            "scp",
        ),
    ] {
        let env = TestEnv::new().await;
        let changed = changes.clone();
        env.provider.modify(Part::AccessToken, move |claims| {
            for (name, value) in changed.as_object().unwrap() {
                claims[name] = value.clone();
            }
        });
        let mut browser = env.logged_in("alice").await;
        env.token(&mut browser).await;
        let log = log_capture::captured();
        let line =
            format!("read the scopes of an access token audience=\"{PRODUCTS}\" claim=\"{claim}\"");
        assert!(log.contains(&line), "{changes}");
    }
}

#[tokio::test]
async fn a_second_issuer_of_access_tokens_is_accepted_only_if_it_is_configured_and_exactly() {
    const ADFS: &str = "http://adfs.example.com/adfs/services/trust";
    let issuing = |issuer: &'static str| move |claims: &mut Value| claims["iss"] = json!(issuer);
    let build = || {
        TestEnvBuilder::new()
            .set("AUTH0_TOKEN_ISSUER", ADFS)
            .build()
    };
    let env = build().await;
    env.provider.modify(Part::AccessToken, issuing(ADFS));
    let mut browser = env.logged_in("alice").await;
    env.token(&mut browser).await;
    // The provider's own issuer is still accepted.
    env.provider.reset(Part::AccessToken);
    env.clock.advance(2 * HOUR);
    env.token(&mut browser).await;

    for other in [
        "https://adfs.example.com/adfs/services/trust",
        "http://adfs.example.com/adfs/services/trust/",
        "http://ADFS.example.com/adfs/services/trust",
    ] {
        let env = build().await;
        env.provider.modify(Part::AccessToken, issuing(other));
        let mut browser = env.logged_in("alice").await;
        let diagnosis = browser.get("/token").await.json();
        assert_eq!(diagnosis["code"], "wrong_issuer", "{other}");
        assert!(
            diagnosis["cause"].as_str().unwrap().contains(ADFS),
            "{diagnosis}"
        );
    }
    // An ID token has the provider's own issuer in any case.
    let env = build().await;
    env.provider.modify(Part::IdToken, issuing(ADFS));
    let mut browser = env.browser();
    let response = browser.attempt_login(&env.provider, "alice").await;
    env.assert_login_failed(&mut browser, &response, 502, "an ID token")
        .await;

    let env = TestEnv::new().await;
    env.provider.modify(Part::AccessToken, issuing(ADFS));
    let mut browser = env.logged_in("alice").await;
    let diagnosis = browser.get("/token").await.json();
    assert_eq!(diagnosis["code"], "wrong_issuer");
    assert!(
        diagnosis["fix"]
            .as_str()
            .unwrap()
            .contains("AUTH0_TOKEN_ISSUER")
    );
}

#[tokio::test]
async fn protocol_claims_are_not_in_the_profile() {
    let protocol = json!({
        "scope": "openid profile", "client_id": "leptos-auth0-sample", "token_use": "id", "alg": "RS256", "typ": "ID",
        "scp": ["openid"], "kid": "first", "ver": "2.0", "cid": "x", "cnf": { "jkt": "x" }, "origin_jti": "x", "session_state": "x",
        "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": {} },
    });
    let personal =
        json!({ "department": "sales", "https://example.com/roles": ["admin"], "org_id": "org_1" });
    for part in [Part::IdToken, Part::Userinfo] {
        let env = TestEnv::new().await;
        env.provider.modify(Part::IdToken, |claims| {
            for name in ["name", "email"] {
                claims.as_object_mut().unwrap().remove(name);
            }
        });
        let (protocol_claims, personal_claims) = (protocol.clone(), personal.clone());
        env.provider.modify(part, move |claims| {
            if part == Part::IdToken {
                claims["name"] = Value::Null;
            }
            for added in [&protocol_claims, &personal_claims] {
                for (name, value) in added.as_object().unwrap() {
                    claims[name] = value.clone();
                }
            }
        });
        let mut browser = env.logged_in("alice").await;
        let profile = browser.get("/auth/profile").await.json();
        for name in protocol.as_object().unwrap().keys() {
            assert_eq!(profile.get(name), None, "{part:?}: {name}");
        }
        for (name, value) in personal.as_object().unwrap() {
            assert_eq!(profile.get(name), Some(value), "{part:?}: {name}");
        }
    }
}

#[tokio::test]
async fn a_compressed_userinfo_response_is_logged_and_the_login_succeeds() {
    let env = TestEnv::new().await;
    env.provider.modify(Part::IdToken, |claims| {
        for name in ["name", "email"] {
            claims.as_object_mut().unwrap().remove(name);
        }
    });
    env.provider.reply(
        Endpoint::Userinfo,
        Reply::Json(200, json!({ "sub": "auth0|alice" })).gzipped(),
    );
    let mut browser = env.logged_in("alice").await;
    assert_eq!(browser.whoami().await, "auth0|alice");
    assert!(log_capture::captured().contains("answered with the content coding gzip"));
}
