//! The FAPI 2.0 switch: `AUTH0_FAPI2`.

use axum_auth0::{NotReady, Variables};
use serde_json::{Value, json};
use test_support::{Authority, Endpoint, Part};

use crate::app::{TestEnv, TestEnvBuilder};

/// A configuration with every part of the profile, with a client certificate.
fn complete(env: &Files) -> Vec<(&'static str, String)> {
    vec![
        ("APP_BASE_URL", "https://www.example.com".to_owned()),
        ("AUTH0_DOMAIN", "op.example.com".to_owned()),
        ("AUTH0_CLIENT_ID", "client".to_owned()),
        (
            "AUTH0_SECRET",
            "4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c".to_owned(),
        ),
        ("AUTH0_FAPI2", "true".to_owned()),
        ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true".to_owned()),
        ("AUTH0_MTLS", "true".to_owned()),
        ("AUTH0_MTLS_CERTIFICATE_FILE", env.path("client.crt")),
        ("AUTH0_MTLS_KEY_FILE", env.path("client.key")),
        ("AUTH0_MTLS_CA_FILE", env.path("ca.crt")),
        ("AUTH0_MTLS_BOUND_ACCESS_TOKENS", "true".to_owned()),
    ]
}

pub(crate) struct Files {
    folder: tempfile::TempDir,
    authority: Authority,
    thumbprint: String,
}

impl Files {
    fn new() -> Self {
        let authority = Authority::default();
        let client = authority.client("client");
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
            thumbprint: client.thumbprint(),
            authority,
        };
        for (name, content) in [
            ("client.crt", &client.certificate),
            ("client.key", &client.private_key),
            ("ca.crt", &files.authority.pem),
        ] {
            std::fs::write(files.path(name), content).unwrap();
        }
        files
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

/// Returns the variables of the problems of the complete configuration with these changes.
fn problems(changes: &[(&'static str, Option<&str>)]) -> Vec<String> {
    let files = Files::new();
    let mut variables: Variables = complete(&files).into_iter().collect();
    for (name, value) in changes {
        match value {
            Some(value) => variables.set(*name, *value),
            None => variables.remove(name),
        }
    }
    match axum_auth0::Config::from_variables(&variables, &[]) {
        Ok(_) => Vec::new(),
        Err(error) => {
            let problems = error.problems().iter();
            problems.map(|problem| problem.variable.clone()).collect()
        }
    }
}

#[test]
fn a_configuration_with_every_part_is_accepted() {
    assert_eq!(problems(&[]), Vec::<String>::new());
}

#[test]
fn each_missing_part_is_named() {
    let without_mtls = [
        ("AUTH0_MTLS", None),
        ("AUTH0_MTLS_CERTIFICATE_FILE", None),
        ("AUTH0_MTLS_KEY_FILE", None),
        ("AUTH0_MTLS_CA_FILE", None),
        ("AUTH0_MTLS_BOUND_ACCESS_TOKENS", None),
    ];
    let secret = (
        "AUTH0_CLIENT_SECRET",
        Some("4f1b1c6a5e0d7f3b9a8c2e6d1f0a7b5c"),
    );
    for (change, name) in [
        (
            ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", None),
            "AUTH0_PUSHED_AUTHORIZATION_REQUESTS",
        ),
        (("AUTH0_MTLS_BOUND_ACCESS_TOKENS", None), "AUTH0_DPOP"),
        (
            ("AUTH0_ID_TOKEN_SIGNING_ALG", Some("RS256")),
            "AUTH0_ID_TOKEN_SIGNING_ALG",
        ),
        (
            ("APP_BASE_URL", Some("http://www.example.com")),
            "APP_BASE_URL",
        ),
        (
            ("AUTH0_PROVIDER_INTERNAL_URL", Some("http://op:8080")),
            "AUTH0_PROVIDER_INTERNAL_URL",
        ),
        (("AUTH0_FAPI2", Some("yes")), "AUTH0_FAPI2"),
    ] {
        assert_eq!(problems(&[change]), [name]);
    }
    // All at once.
    let mut changes = without_mtls.to_vec();
    changes.extend([secret, ("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", None)]);
    let found = problems(&changes);
    for name in [
        "AUTH0_PUSHED_AUTHORIZATION_REQUESTS",
        "AUTH0_CLIENT_ASSERTION_SIGNING_KEY",
        "AUTH0_DPOP",
    ] {
        assert!(found.iter().any(|found| found == name), "{found:?}");
    }
    assert_eq!(found.len(), 3, "{found:?}");
    // A private key whose algorithm the profile excludes.
    let key = &test_support::signer::rsa_pem();
    changes = without_mtls.to_vec();
    changes.push(("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", Some(key)));
    let found = problems(&changes);
    assert!(
        found.contains(&"AUTH0_CLIENT_ASSERTION_SIGNING_ALG".to_owned()),
        "{found:?}"
    );
    changes.push(("AUTH0_CLIENT_ASSERTION_SIGNING_ALG", Some("PS256")));
    assert_eq!(problems(&changes), ["AUTH0_DPOP"]);
}

/// Returns a site with the profile at a provider that offers all of it.
pub(crate) async fn site() -> (TestEnv, Files) {
    let files = Files::new();
    let mut builder = TestEnvBuilder::new().unset("AUTH0_CLIENT_SECRET");
    for (name, value) in complete(&files).into_iter().skip(4) {
        builder = builder.set(name, &value);
    }
    let env = builder.build().await;
    env.provider.serve_mtls(&files.authority).await;
    let thumbprint = files.thumbprint.clone();
    env.provider
        .policy(|policy| policy.client_certificate = Some(thumbprint));
    let cnf = json!({ "x5t#S256": files.thumbprint });
    env.provider
        .modify(Part::AccessToken, move |claims| claims["cnf"] = cnf.clone());
    offer(&env, |_| {});
    (env, files)
}

/// Lets the metadata announce what the profile requires, with a change.
pub(crate) fn offer(env: &TestEnv, change: impl Fn(&mut Value) + Send + Sync + 'static) {
    env.provider.modify(Part::Metadata, move |metadata| {
        metadata["authorization_response_iss_parameter_supported"] = json!(true);
        metadata["tls_client_certificate_bound_access_tokens"] = json!(true);
        metadata["token_endpoint_auth_methods_supported"] = json!(["tls_client_auth"]);
        change(metadata);
    });
}

#[tokio::test]
async fn a_login_with_every_part_works() {
    let (env, _files) = site().await;
    env.auth0.ready().await.unwrap();
    let mut browser = env.browser();
    let response = browser.start_login("/products").await;
    let returned = env.provider.authorize(response.location(), "alice");
    let returned = returned.with("iss", env.provider.issuer());
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.location(), "/products", "{}", response.body);
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::PushedAuthorization), 1);
}

#[tokio::test]
async fn a_provider_without_a_part_fails_readiness_and_every_login() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 6] = [
        (
            "authorization_response_iss_parameter_supported",
            |metadata| {
                metadata["authorization_response_iss_parameter_supported"] = json!(false);
            },
        ),
        ("pushed_authorization_request_endpoint", |metadata| {
            metadata["pushed_authorization_request_endpoint"] = Value::Null;
        }),
        ("code_challenge_methods_supported", |metadata| {
            metadata["code_challenge_methods_supported"] = json!(["plain"]);
        }),
        ("token_endpoint_auth_methods_supported", |metadata| {
            metadata["token_endpoint_auth_methods_supported"] = json!(["client_secret_basic"]);
        }),
        ("tls_client_certificate_bound_access_tokens", |metadata| {
            metadata["tls_client_certificate_bound_access_tokens"] = Value::Null;
        }),
        ("id_token_signing_alg_values_supported", |metadata| {
            metadata["id_token_signing_alg_values_supported"] = json!(["RS256"]);
        }),
    ];
    for (name, change) in cases {
        let (env, _files) = site().await;
        offer(&env, change);
        let Err(NotReady::NotSupported(diagnosis)) = env.auth0.ready().await else {
            panic!("{name}: ready");
        };
        assert!(diagnosis.cause().contains(name), "{name}: {diagnosis}");
        let mut browser = env.browser();
        let response = browser.get("/auth/login").await;
        env.assert_login_failed(&mut browser, &response, 500, name)
            .await;
        assert!(response.body.contains("AUTH0_FAPI2"), "{}", response.body);
    }
}

/// The metadata can lose the announcement while a login is under way.
#[tokio::test]
async fn a_response_without_the_issuer_is_refused() {
    let (env, _files) = site().await;
    for with in [None, Some("https://another.example/")] {
        let mut browser = env.browser();
        let response = browser.start_login("/products").await;
        let returned = env.provider.authorize(response.location(), "alice");
        let returned = match with {
            None => returned,
            Some(issuer) => returned.with("iss", issuer),
        };
        let response = browser.get(&returned.path()).await;
        assert_eq!(response.status, 400, "{}", response.body);
        assert!(!browser.has_session());
        assert_eq!(env.provider.request_count(Endpoint::Exchange), 0);
    }
}

/// An ID token with RS256 is valid without the profile.
#[tokio::test]
async fn an_id_token_with_another_algorithm_is_refused() {
    let (env, _files) = site().await;
    let signer = test_support::Signer::rsa("rsa", jsonwebtoken::Algorithm::RS256);
    env.provider.sign_with(&signer);
    let mut browser = env.browser();
    let response = browser.start_login("/products").await;
    let returned = env.provider.authorize(response.location(), "alice");
    let returned = returned.with("iss", env.provider.issuer());
    let response = browser.get(&returned.path()).await;
    assert_eq!(response.status, 502, "{}", response.body);
    assert!(!browser.has_session());
}
