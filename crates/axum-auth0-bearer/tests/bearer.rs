//! The extractor on a real router, with valid and hostile access tokens.

#![expect(clippy::unwrap_used, reason = "tests")]

use axum::{Router, body::Body, routing::get};
use axum_auth0_bearer::{
    BearerError, BearerErrorKind, Principal, Profile, VerifiedToken, Verifier,
};
use http::{Request, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use test_support::{Endpoint, FakeProvider, NOW, Reply, Signer};

const API: &str = "https://products.example.com";

struct TestEnv {
    fake: FakeProvider,
    signer: Signer,
    verifier: Verifier,
}

impl TestEnv {
    async fn new() -> Self {
        let signer = Signer::es256("key", 1);
        let fake = FakeProvider::publishing(&[&signer]).await;
        let verifier = Verifier::with_provider(fake.client().0, API);
        Self {
            fake,
            signer,
            verifier,
        }
    }

    /// The claims of an access token as Auth0 issues it.
    fn claims(&self) -> Value {
        json!({
            "iss": self.fake.issuer(), "sub": "auth0|alice", "aud": [API, format!("{}userinfo", self.fake.issuer())],
            "iat": NOW - 60, "exp": NOW + 3600, "azp": "site", "scope": "openid profile read:products",
        })
    }

    /// Those claims, changed: `null` removes one.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers write json!({…}) in place"
    )]
    fn claims_with(&self, changes: Value) -> Value {
        let mut claims = self.claims();
        for (name, value) in changes.as_object().unwrap().clone() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(&name);
            } else {
                claims[name] = value;
            }
        }
        claims
    }

    async fn verify(&self, changes: Value) -> Result<VerifiedToken, BearerErrorKind> {
        self.verify_as("JWT", changes).await
    }

    async fn verify_as(&self, typ: &str, changes: Value) -> Result<VerifiedToken, BearerErrorKind> {
        let mut header = self.signer.header();
        header["typ"] = json!(typ);
        let token = self
            .signer
            .sign_text(&header.to_string(), &self.claims_with(changes).to_string());
        self.verifier
            .verify(&token)
            .await
            .map_err(|error| error.kind().clone())
    }

    async fn rejection_kind(&self, changes: Value) -> Option<BearerErrorKind> {
        self.verify(changes).await.err()
    }
}

struct Answered {
    status: StatusCode,
    challenge: Option<String>,
    cache: Option<String>,
    body: Value,
}

async fn ask(verifier: &Verifier, headers: &[&str]) -> Answered {
    async fn handler(token: VerifiedToken) -> Result<String, BearerError> {
        token.require_scope("read:products")?;
        Ok(format!("\"{}\"", token.subject()))
    }
    let router: Router = Router::new()
        .route("/", get(handler))
        .with_state(verifier.clone());
    let mut request = Request::get("/?access_token=query");
    for header in headers {
        request = request.header(AUTHORIZATION, *header);
    }
    let response = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let text = |name: &str| {
        response
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap().to_owned())
    };
    let (status, challenge, cache) = (
        response.status(),
        text("www-authenticate"),
        text("cache-control"),
    );
    let body = axum::body::to_bytes(response.into_body(), 10_000)
        .await
        .unwrap();
    Answered {
        status,
        challenge,
        cache,
        body: serde_json::from_slice(&body).unwrap(),
    }
}

#[tokio::test]
async fn a_users_token_is_accepted_and_says_who_it_is() {
    let env = TestEnv::new().await;
    let token = env.verify(json!({})).await.unwrap();
    assert_eq!(
        (token.subject(), token.issuer(), token.client_id()),
        ("auth0|alice", env.fake.issuer(), "site")
    );
    assert_eq!(
        (token.principal(), token.expires_at()),
        (Principal::User, NOW + 3600)
    );
    assert_eq!(
        token.scopes().collect::<Vec<_>>(),
        ["openid", "profile", "read:products"]
    );
    assert!(!format!("{token:?}").contains("alice"));

    let answered = ask(
        &env.verifier,
        &[&format!("bearer {}", env.signer.sign(&env.claims()))],
    )
    .await;
    assert_eq!(
        (answered.status, answered.body),
        (StatusCode::OK, json!("auth0|alice"))
    );
}

#[tokio::test]
async fn a_request_without_a_token_gets_a_bare_challenge() {
    let env = TestEnv::new().await;
    for headers in [&[][..], &["Basic YWxpY2U6c2VjcmV0"]] {
        let answered = ask(&env.verifier, headers).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert_eq!(
            answered.challenge.unwrap(),
            format!("Bearer realm=\"{API}\"")
        );
        assert_eq!(answered.cache.unwrap(), "no-store");
        assert_eq!(answered.body["error"], "unauthorized");
    }
    assert_eq!(env.fake.request_count(Endpoint::Keys), 0);
}

#[tokio::test]
async fn a_bad_token_is_answered_with_the_reason() {
    let env = TestEnv::new().await;
    let wrong = env
        .signer
        .sign(&env.claims_with(json!({"aud": "https://orders.example.com"})));
    let answered = ask(&env.verifier, &[&format!("Bearer {wrong}")]).await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        answered.challenge.unwrap(),
        format!(
            "Bearer realm=\"{API}\", error=\"invalid_token\", error_description=\"the access token was not issued for this API: the claim aud does not name it\""
        )
    );
    assert_eq!(answered.cache.unwrap(), "no-store");
    assert_eq!(
        answered.body,
        json!({"error": "invalid_token", "error_description": "the access token was not issued for this API: the claim aud does not name it"})
    );
}

#[tokio::test]
async fn an_opaque_token_is_answered_with_what_is_missing() {
    let env = TestEnv::new().await;
    for opaque in [
        "0paque-t0ken_without-dots",
        "eyJhbGciOiJkaXIifQ..aaaa.bbbb.cccc",
    ] {
        let answered = ask(&env.verifier, &[&format!("Bearer {opaque}")]).await;
        assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answered.body["error"], "invalid_token");
        assert!(
            answered.body["error_description"]
                .as_str()
                .unwrap()
                .contains("without the audience of this API")
        );
    }
}

#[tokio::test]
async fn two_tokens_are_none() {
    let env = TestEnv::new().await;
    let token = format!("Bearer {}", env.signer.sign(&env.claims()));
    for headers in [
        &[token.as_str(), token.as_str()][..],
        &[&format!("{token}, {token}")],
        &["Bearer"],
    ] {
        let answered = ask(&env.verifier, headers).await;
        assert_eq!(
            (answered.status, answered.body["error"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_request"))
        );
    }
}

#[tokio::test]
async fn a_missing_scope_is_forbidden_and_named() {
    let env = TestEnv::new().await;
    for scope in [
        json!(null),
        json!(""),
        json!("read"),
        json!("read:products:all"),
        json!("READ:products"),
        json!(["read:products "]),
        json!(["read:products write:products"]),
        json!([]),
        json!("xread:products"),
    ] {
        let token = env.signer.sign(&env.claims_with(json!({ "scope": scope })));
        let answered = ask(&env.verifier, &[&format!("Bearer {token}")]).await;
        assert_eq!(answered.status, StatusCode::FORBIDDEN, "{scope}");
        let challenge = answered.challenge.unwrap();
        assert!(
            challenge.contains("error=\"insufficient_scope\"")
                && challenge.ends_with("scope=\"read:products\""),
            "{challenge}"
        );
        assert_eq!(answered.body["error"], "insufficient_scope");
    }
}

#[tokio::test]
async fn only_this_audience_will_do() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"aud": API})).await.is_ok());
    assert!(env.verify(json!({"aud": [API]})).await.is_ok());
    for aud in [
        json!("https://orders.example.com"),
        json!(format!("{API}/")),
        json!(API.to_uppercase()),
        json!(&API[..API.len() - 1]),
        json!(format!("{API} {API}")),
        json!(["https://orders.example.com"]),
        json!(format!(" {API}")),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "aud": aud })).await,
            Some(BearerErrorKind::WrongAudience),
            "{aud}"
        );
    }
    for aud in [
        json!(null),
        json!([]),
        json!(""),
        json!(1),
        json!([API, 1]),
        json!({API: true}),
        json!([[API]]),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "aud": aud })).await,
            Some(BearerErrorKind::MalformedToken),
            "{aud}"
        );
    }
}

#[tokio::test]
async fn only_this_issuer_will_do() {
    let env = TestEnv::new().await;
    for iss in [
        json!(env.fake.base()),
        json!(format!("{}1", env.fake.issuer())),
        json!("https://evil.example.com/"),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "iss": iss })).await,
            Some(BearerErrorKind::WrongIssuer),
            "{iss}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"iss": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"iss": [env.fake.issuer()]}))
            .await,
        Some(BearerErrorKind::MalformedToken)
    );
}

#[tokio::test]
async fn times_are_numbers_and_count_with_a_small_leeway() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"exp": NOW - 29})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"exp": NOW - 30})).await,
        Some(BearerErrorKind::Expired)
    );
    assert!(env.verify(json!({"exp": 1_767_225_610.5})).await.is_ok());
    assert!(env.verify(json!({"iat": NOW + 30})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"iat": NOW + 31})).await,
        Some(BearerErrorKind::NotYetValid)
    );
    assert!(env.verify(json!({"nbf": NOW + 30})).await.is_ok());
    assert_eq!(
        env.rejection_kind(json!({"nbf": NOW + 31})).await,
        Some(BearerErrorKind::NotYetValid)
    );
    assert_eq!(
        env.rejection_kind(json!({"exp": -1})).await,
        Some(BearerErrorKind::Expired)
    );
    for claim in ["exp", "iat", "nbf"] {
        for value in [
            json!("9999999999"),
            json!(true),
            json!([NOW]),
            json!({}),
            json!(1e308),
            json!(i64::MAX),
        ] {
            assert_eq!(
                env.rejection_kind(json!({ claim: value })).await,
                Some(BearerErrorKind::MalformedToken),
                "{claim} {value}"
            );
        }
    }
    assert_eq!(
        env.rejection_kind(json!({"exp": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"iat": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );

    let generous = env
        .verifier
        .clone()
        .leeway(std::time::Duration::from_hours(1));
    let expired = |seconds: i64| {
        env.signer
            .sign(&env.claims_with(json!({"exp": NOW - seconds})))
    };
    assert!(generous.verify(&expired(59)).await.is_ok());
    assert!(generous.verify(&expired(60)).await.is_err());
}

#[tokio::test]
async fn a_subject_is_text_of_reasonable_length() {
    let env = TestEnv::new().await;
    assert!(env.verify(json!({"sub": "s".repeat(255)})).await.is_ok());
    for sub in [
        json!(null),
        json!(""),
        json!(7),
        json!(["auth0|alice"]),
        json!("s".repeat(256)),
        json!("s".repeat(4096)),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "sub": sub })).await,
            Some(BearerErrorKind::MalformedToken),
            "{sub}"
        );
    }
}

#[tokio::test]
async fn other_kinds_of_tokens_are_not_access_tokens() {
    let env = TestEnv::new().await;
    for (name, changes) in [
        ("an ID token with a nonce", json!({"nonce": "n"})),
        ("an ID token with a hash", json!({"at_hash": "h"})),
        (
            "an ID token whose audience is the client and the API",
            json!({"aud": ["site", API]}),
        ),
        (
            "a logout token",
            json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}),
        ),
        (
            "a DPoP proof",
            json!({"htm": "GET", "htu": "https://products.example.com/products"}),
        ),
    ] {
        assert_eq!(
            env.rejection_kind(changes).await,
            Some(BearerErrorKind::NotAnAccessToken),
            "{name}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"aud": "site"})).await,
        Some(BearerErrorKind::WrongAudience)
    );
    for typ in [
        "",
        "logout+jwt",
        "dpop+jwt",
        "application/logout+jwt",
        "id+jwt",
        "JWT ",
        "at+jwt+x",
        "application/",
    ] {
        assert_eq!(
            env.verify_as(typ, json!({})).await.err(),
            Some(BearerErrorKind::NotAnAccessToken),
            "{typ}"
        );
    }
    let untyped = env
        .signer
        .sign_text(r#"{"alg":"ES256","kid":"key"}"#, &env.claims().to_string());
    assert_eq!(
        env.verifier.verify(&untyped).await.unwrap_err().kind(),
        &BearerErrorKind::NotAnAccessToken
    );
}

#[tokio::test]
async fn a_token_that_is_bound_to_a_key_is_no_bearer_token() {
    let env = TestEnv::new().await;
    for cnf in [
        json!({"jkt": "thumbprint"}),
        json!({"x5t#S256": "thumbprint"}),
        json!({}),
        json!("odd"),
    ] {
        assert_eq!(
            env.rejection_kind(json!({ "cnf": cnf })).await,
            Some(BearerErrorKind::SenderConstrained)
        );
    }
}

#[tokio::test]
async fn an_application_is_not_a_user() {
    let env = TestEnv::new().await;
    let serving = TestEnv {
        verifier: env.verifier.clone().allow_client_credentials(),
        ..TestEnv::new().await
    };
    for changes in [
        json!({"sub": "site@clients", "gty": "client-credentials"}),
        json!({"sub": "site@clients"}),
        json!({"sub": "site"}),
        json!({"sub": "site", "client_id": "site", "azp": null}),
        json!({"sub": "whoever", "gty": "client-credentials"}),
    ] {
        assert_eq!(
            env.rejection_kind(changes.clone()).await,
            Some(BearerErrorKind::ClientCredentialsNotAllowed),
            "{changes}"
        );
        let token = env.signer.sign(&env.claims_with(changes));
        assert_eq!(
            serving.verifier.verify(&token).await.unwrap().principal(),
            Principal::Client
        );
    }
    assert_eq!(
        env.verify(json!({"sub": "other@clients"}))
            .await
            .unwrap()
            .principal(),
        Principal::User
    );
}

#[tokio::test]
async fn the_default_profile_takes_both_dialects_of_auth0() {
    let env = TestEnv::new().await;
    for typ in [
        "JWT",
        "jwt",
        "at+jwt",
        "AT+JWT",
        "application/at+jwt",
        "Application/AT+jwt",
    ] {
        assert!(
            env.verify_as(typ, json!({"client_id": "site", "jti": "1"}))
                .await
                .is_ok(),
            "{typ}"
        );
    }
    assert_eq!(
        env.rejection_kind(json!({"azp": null})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"azp": 5})).await,
        Some(BearerErrorKind::MalformedToken)
    );
    assert_eq!(
        env.rejection_kind(json!({"client_id": "", "azp": null}))
            .await,
        Some(BearerErrorKind::MalformedToken)
    );
    // An empty claim is an absent one: the next one counts.
    let token = env.verify(json!({"client_id": ""})).await.unwrap();
    assert_eq!(token.client_id(), "site");
}

#[tokio::test]
async fn the_strict_profile_is_rfc_9068_to_the_letter() {
    let mut env = TestEnv::new().await;
    env.verifier = env.verifier.clone().profile(Profile::Rfc9068);
    let complete = json!({"client_id": "site", "jti": "1", "azp": null});
    for typ in ["at+jwt", "AT+jwt", "application/at+jwt"] {
        assert!(env.verify_as(typ, complete.clone()).await.is_ok(), "{typ}");
    }
    assert_eq!(
        env.verify_as("JWT", complete).await.err(),
        Some(BearerErrorKind::NotAnAccessToken)
    );
    for changes in [
        json!({"client_id": "site"}),
        json!({"jti": "1"}),
        json!({"client_id": "site", "jti": ""}),
        json!({"client_id": "site", "jti": 1}),
    ] {
        assert_eq!(
            env.verify_as("at+jwt", changes.clone()).await.err(),
            Some(BearerErrorKind::MalformedToken),
            "{changes}"
        );
    }
}

#[tokio::test]
async fn a_forged_token_is_refused_and_a_narrower_list_of_algorithms_too() {
    let env = TestEnv::new().await;
    let forged = Signer::es256("key", 66).sign(&env.claims());
    assert_eq!(
        env.verifier.verify(&forged).await.unwrap_err().kind(),
        &BearerErrorKind::WrongSignature
    );
    let narrow = env
        .verifier
        .clone()
        .algorithms(&[axum_auth0_bearer::jwt::Algorithm::Rs256]);
    let good = env.signer.sign(&env.claims());
    assert_eq!(
        narrow.verify(&good).await.unwrap_err().kind(),
        &BearerErrorKind::WrongSignature
    );
}

#[tokio::test]
async fn without_keys_the_answer_is_try_again_and_not_a_verdict() {
    let env = TestEnv::new().await;
    env.fake.reply(Endpoint::Keys, Reply::status(500));
    let answered = ask(
        &env.verifier,
        &[&format!("Bearer {}", env.signer.sign(&env.claims()))],
    )
    .await;
    assert_eq!(answered.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answered.challenge, None);
    assert_eq!(answered.body["error"], "temporarily_unavailable");
}

#[tokio::test]
async fn a_header_of_64_kib_is_refused_without_asking_the_provider() {
    let env = TestEnv::new().await;
    let answered = ask(
        &env.verifier,
        &[&format!("Bearer {}", "a.".repeat(32 * 1024))],
    )
    .await;
    assert_eq!(answered.status, StatusCode::UNAUTHORIZED);
    assert_eq!(env.fake.request_count(Endpoint::Keys), 0);
}
