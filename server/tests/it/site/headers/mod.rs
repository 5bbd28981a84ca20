//! Security headers on every response.

mod kinds;

use std::collections::BTreeSet;

use self::kinds::every_kind;
use crate::{browser::ALICE, test_env::TestEnv};

#[tokio::test]
async fn every_kind_of_response_has_security_headers() {
    let env = TestEnv::start().await;
    for (kind, response) in every_kind(&env).await {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(response.header(name), value, "{name} of {kind}");
        }
        assert!(
            ["same-origin", "no-referrer"].contains(&response.header("referrer-policy")),
            "{kind}"
        );
        assert!(
            response.header("permissions-policy").contains("camera=()"),
            "{kind}"
        );
        let policy = response.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{part} of {kind}: {policy}");
        }
        for part in [
            "unsafe-inline",
            "'unsafe-eval'",
            " * ",
            "http: ",
            "data: 'self'",
        ] {
            assert!(!policy.contains(part), "{part} of {kind}: {policy}");
        }
        assert_eq!(
            response
                .headers
                .get_all("content-security-policy")
                .iter()
                .count(),
            1,
            "{kind}"
        );
        // No HSTS with http on loopback.
        assert_eq!(response.header("strict-transport-security"), "", "{kind}");
        for text in ["server", "x-powered-by"] {
            assert_eq!(response.header(text), "", "{kind}");
        }
    }
}

#[tokio::test]
async fn responses_that_depend_on_the_session_are_not_cached() {
    let env = TestEnv::start().await;
    for (kind, response) in every_kind(&env).await {
        let cached = response.header("cache-control");
        if ["a built file", "a file"].contains(&kind) {
            assert!(!cached.contains("no-store"), "{kind}: {cached}");
            assert_eq!(response.set_cookies(), [""; 0], "{kind}");
            assert!(!response.header("vary").contains("cookie"), "{kind}");
        } else {
            assert!(cached.contains("no-store"), "{kind}: {cached}");
        }
        if !response.set_cookies().is_empty() {
            assert!(cached.contains("no-store"), "{kind} sets cookies: {cached}");
        }
    }
}

#[tokio::test]
async fn the_scripts_of_a_page_carry_the_nonce_of_its_policy_and_every_answer_has_its_own() {
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let mut nonces = BTreeSet::new();
    for path in [
        "/",
        "/products",
        "/profile",
        "/signed-out",
        "/nothing",
        "/",
        "/products",
    ] {
        let page = alice.visit(path).await;
        let policy = page.header("content-security-policy");
        let (_, rest) = policy.split_once("script-src 'nonce-").unwrap();
        let (nonce, _) = rest.split_once('\'').unwrap();
        assert!(nonce.len() >= 22, "{nonce}");
        let html = page.html();
        let scripts = html.all("script");
        assert!(!scripts.is_empty(), "{path}");
        for script in scripts {
            assert_eq!(script.get("nonce"), nonce, "{path}");
        }
        assert!(
            !html
                .all("style")
                .iter()
                .any(|style| style.get("nonce").is_empty()),
            "{path}"
        );
        assert!(
            !page.body.contains(" style=\""),
            "the policy would block it: {path}"
        );
        assert!(
            !page.body.contains(" onclick=") && !page.body.contains("javascript:"),
            "{path}"
        );
        assert!(
            nonces.insert(nonce.to_owned()),
            "{path} has a nonce that was there before"
        );
    }
}

#[tokio::test]
async fn the_policy_lets_the_logout_form_reach_the_tenant_and_nothing_else() {
    let env = TestEnv::start().await;
    let policy = env
        .browser()
        .visit("/")
        .await
        .header("content-security-policy")
        .to_owned();
    let (_, rest) = policy.split_once("form-action ").unwrap();
    let (targets, _) = rest.split_once(';').unwrap();
    assert_eq!(targets, format!("'self' {}", env.tenant_url("")));
}
