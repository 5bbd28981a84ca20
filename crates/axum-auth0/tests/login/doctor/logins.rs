//! The check of the authorization endpoint, as users start a login and with `prompt=none`. A failure only of the latter is not a
//! problem.

use std::time::Duration;

use axum_auth0_doctor::Status;
use test_support::{Endpoint, Reply, SITE};

use super::{assert_contains, assert_problems, config, examine_within, examined, the};
use crate::app::TestEnv;

const CONSENT: (&str, Option<&str>) = ("AUTH0_PROMPT", Some("consent"));

#[tokio::test]
async fn a_provider_that_fails_only_for_prompt_none_is_not_a_problem() {
    let env = TestEnv::new().await;
    for status in [500, 400, 404, 429, 503] {
        env.provider
            .policy(|policy| policy.authorization.prompt_none_page = Some(status));
        let report = examined(&env, &[]).await;
        for id in ["callback", "login", "audience"] {
            let check = the(&report, Status::Skipped, id);
            assert_contains(
                check,
                &["Could not be checked", "prompt=none", &status.to_string()],
            );
        }
        assert_problems(&report, &[]);
    }
}

#[tokio::test]
async fn an_unknown_client_is_recognised_by_the_text_of_the_error_page() {
    let env = TestEnv::new().await;
    let unknown = [("AUTH0_CLIENT_ID", Some("of-another-tenant"))];
    for page in [
        (404, ""),
        (404, "<h1>Not found</h1>"),
        (400, "<p>Bad request</p>"),
        (410, ""),
    ] {
        env.provider
            .policy(|policy| policy.authorization.unknown_client = Some(page));
        let report = examined(&env, &unknown).await;
        let login = the(&report, Status::Skipped, "login");
        assert_contains(
            login,
            &[
                "Could not be checked",
                &page.0.to_string(),
                "an application that does not exist",
            ],
        );
        the(&report, Status::Skipped, "callback");
        // The token endpoint reports it.
        assert_problems(&report, &["client"]);
    }
    env.provider.policy(|policy| {
        policy.authorization.unknown_client = Some((404, "<h1>Client not found</h1>"));
    });
    let report = examined(&env, &unknown).await;
    assert_eq!(
        the(&report, Status::Problem, "login").code,
        Some("client_rejected")
    );
}

#[tokio::test]
async fn an_authorization_endpoint_that_responds_alike_to_everything_gives_no_evidence() {
    let env = TestEnv::new().await;
    for status in [403, 404, 500, 502, 503] {
        env.provider
            .policy(|policy| policy.authorization.error_page = Some(status));
        let report = examined(&env, &[]).await;
        for id in ["callback", "login", "audience"] {
            assert_contains(
                the(&report, Status::Skipped, id),
                &["Could not be checked", &status.to_string()],
            );
        }
        assert_problems(&report, &[]);
    }
}

#[tokio::test]
async fn an_authorization_endpoint_that_does_not_respond_is_skipped() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Authorize, Reply::NoResponse);
    let changed = config(&env, &[("AUTH0_HTTP_TIMEOUT", Some("300"))]);
    let report = examine_within(&env, &changed, Duration::from_secs(20)).await;
    assert_contains(
        the(&report, Status::Skipped, "login"),
        &["Could not be checked", "did not answer"],
    );
    assert_problems(&report, &[]);

    // Neither is a check for which the doctor has no time left.
    let changed = config(&env, &[("AUTH0_HTTP_TIMEOUT", Some("12000"))]);
    let report = examine_within(&env, &changed, Duration::from_millis(1_500)).await;
    the(&report, Status::Skipped, "login");
    assert_problems(&report, &[]);
}

#[tokio::test]
async fn a_required_consent_for_offline_access_is_quoted_and_not_attributed_to_an_api() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.authorization.offline_access_requires_consent = true);
    let says_consent = "offline_access requires the prompt consent";

    // The configuration is correct; only the request with prompt=none cannot succeed.
    let report = examined(&env, &[CONSENT]).await;
    let login = the(&report, Status::Skipped, "login");
    assert_contains(
        login,
        &[
            "Could not be checked to the end",
            says_consent,
            "without offline_access it does not",
        ],
    );
    assert_problems(&report, &[]);

    // Users would be rejected in the same way.
    let report = examined(&env, &[]).await;
    let login = the(&report, Status::Problem, "login");
    assert_contains(
        login,
        &[
            says_consent,
            "The same login without offline_access is accepted",
        ],
    );
    assert_problems(&report, &["login"]);
    the(&report, Status::Ok, "callback");
}

#[tokio::test]
async fn a_rejected_scope_is_reported_with_all_scopes_and_their_variables() {
    let env = TestEnv::new().await;
    for describes in [false, true] {
        env.provider.policy(|policy| {
            policy.authorization.rejected_scopes = vec!["write:products"];
            policy.authorization.describes_rejected_scopes = describes;
        });
        let report = examined(&env, &[]).await;
        let login = the(&report, Status::Problem, "login");
        assert_eq!(login.code, Some("scope_refused"));
        assert_contains(
            login,
            &[
                "AUTH0_SCOPE: `openid`, `profile`, `email`, `offline_access`",
                "PRODUCTS_API_SCOPE: `read:products`, `write:products`",
                "`PRODUCTS_API_SCOPE=` asks for none",
                "The same login without the scopes of PRODUCTS_API_SCOPE is accepted",
            ],
        );
        let named = "It names `write:products` (PRODUCTS_API_SCOPE)";
        assert_eq!(super::text(login).contains(named), describes);
        assert_problems(&report, &["login"]);
    }
    // Applies the fix.
    let report = examined(&env, &[("PRODUCTS_API_SCOPE", Some(""))]).await;
    the(&report, Status::Ok, "login");
}

#[tokio::test]
async fn an_unregistered_callback_is_a_problem_if_the_provider_reports_it() {
    let env = TestEnv::new().await;
    let unregistered = |text| {
        let registered = vec!["https://www.example.com/auth/callback".to_owned()];
        Some((registered, 403, text))
    };
    env.provider.policy(|policy| {
        policy.authorization.registered_callbacks =
            unregistered("<script>x</script><p>redirect_uri mismatch</p>");
    });
    let report = examined(&env, &[]).await;
    let callback = the(&report, Status::Problem, "callback");
    assert_contains(
        callback,
        &[
            &format!("{SITE}/auth/callback"),
            "status 403 (“redirect_uri mismatch”)",
        ],
    );
    assert_problems(&report, &["callback"]);

    // Without a text, the response to an unknown client is the evidence.
    env.provider.policy(|policy| {
        policy.authorization.registered_callbacks = unregistered("");
        policy.authorization.unknown_client = Some((401, ""));
    });
    let report = examined(&env, &[]).await;
    let login = the(&report, Status::Problem, "login");
    assert_eq!(login.code, Some("login_refused"));
    assert_contains(login, &["status 403", "Most often the callback URL"]);
    the(&report, Status::Skipped, "callback");
}

/// `server_error` and `temporarily_unavailable` (RFC 6749 §4.1.2.1) do not reject the request.
#[tokio::test]
async fn a_temporary_error_at_the_callback_is_not_a_rejection() {
    let env = TestEnv::new().await;
    for code in ["server_error", "temporarily_unavailable"] {
        let back = format!("{SITE}/auth/callback?error={code}");
        let reply = Reply::status(302).with_header("location", &back);
        env.provider.reply(Endpoint::Authorize, reply);
        let report = examined(&env, &[]).await;
        assert_contains(
            the(&report, Status::Skipped, "login"),
            &["Could not be checked", code],
        );
        assert_problems(&report, &[]);
    }
}
