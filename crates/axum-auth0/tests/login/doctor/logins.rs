//! A login as people begin it, and one with `prompt=none`: what fails only in the second way is no problem.

use std::time::Duration;

use axum_auth0_doctor::Status;
use test_support::{Endpoint, Reply, SITE};

use super::{are_problems, config, examine_within, examined, says, the};
use crate::app::TestEnv;

const CONSENT: (&str, Option<&str>) = ("AUTH0_PROMPT", Some("consent"));

#[tokio::test]
async fn a_provider_that_fails_at_prompt_none_is_not_one_that_lets_nobody_in() {
    let env = TestEnv::new().await;
    for status in [500, 400, 404, 429, 503] {
        env.provider
            .policy(|policy| policy.authorization.prompt_none_page = Some(status));
        let report = examined(&env, &[]).await;
        for id in ["callback", "login", "audience"] {
            let check = the(&report, Status::Skipped, id);
            says(
                check,
                &["Could not be checked", "prompt=none", &status.to_string()],
            );
        }
        are_problems(&report, &[]);
    }
}

#[tokio::test]
async fn an_error_page_for_a_client_that_does_not_exist_is_told_only_by_its_words() {
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
        says(
            login,
            &[
                "Could not be checked",
                &page.0.to_string(),
                "an application that does not exist",
            ],
        );
        the(&report, Status::Skipped, "callback");
        // The token endpoint says it.
        are_problems(&report, &["client"]);
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
async fn an_authorization_endpoint_that_answers_everything_alike_says_nothing() {
    let env = TestEnv::new().await;
    for status in [403, 404, 500, 502, 503] {
        env.provider
            .policy(|policy| policy.authorization.error_page = Some(status));
        let report = examined(&env, &[]).await;
        for id in ["callback", "login", "audience"] {
            says(
                the(&report, Status::Skipped, id),
                &["Could not be checked", &status.to_string()],
            );
        }
        are_problems(&report, &[]);
    }
}

#[tokio::test]
async fn an_authorization_endpoint_that_is_silent_could_not_be_checked() {
    let env = TestEnv::new().await;
    env.provider.reply(Endpoint::Authorize, Reply::NoResponse);
    let changed = config(&env, &[("AUTH0_HTTP_TIMEOUT", Some("300"))]);
    let report = examine_within(&env, &changed, Duration::from_secs(20)).await;
    says(
        the(&report, Status::Skipped, "login"),
        &["Could not be checked", "did not answer"],
    );
    are_problems(&report, &[]);

    // Nor is what the doctor itself has no time for.
    let changed = config(&env, &[("AUTH0_HTTP_TIMEOUT", Some("12000"))]);
    let report = examine_within(&env, &changed, Duration::from_millis(1_500)).await;
    the(&report, Status::Skipped, "login");
    are_problems(&report, &[]);
}

#[tokio::test]
async fn a_provider_that_wants_consent_for_offline_access_is_quoted_and_no_api_is_blamed() {
    let env = TestEnv::new().await;
    env.provider
        .policy(|policy| policy.authorization.offline_access_requires_consent = true);
    let says_consent = "offline_access requires the prompt consent";

    // As it is set up right; only the experiment with prompt=none cannot work.
    let report = examined(&env, &[CONSENT]).await;
    let login = the(&report, Status::Skipped, "login");
    says(
        login,
        &[
            "Could not be checked to the end",
            says_consent,
            "without offline_access it does not",
        ],
    );
    are_problems(&report, &[]);

    // As people would be refused.
    let report = examined(&env, &[]).await;
    let login = the(&report, Status::Problem, "login");
    says(
        login,
        &[
            says_consent,
            "The same login without offline_access goes on",
        ],
    );
    are_problems(&report, &["login"]);
    the(&report, Status::Ok, "callback");
}

#[tokio::test]
async fn a_refused_scope_is_listed_with_all_scopes_and_their_variables() {
    let env = TestEnv::new().await;
    for describes in [false, true] {
        env.provider.policy(|policy| {
            policy.authorization.rejected_scopes = vec!["write:products"];
            policy.authorization.describes_rejected_scopes = describes;
        });
        let report = examined(&env, &[]).await;
        let login = the(&report, Status::Problem, "login");
        assert_eq!(login.code, Some("scope_refused"));
        says(
            login,
            &[
                "AUTH0_SCOPE: `openid`, `profile`, `email`, `offline_access`",
                "PRODUCTS_API_SCOPE: `read:products`, `write:products`",
                "`PRODUCTS_API_SCOPE=` asks for none",
                "The same login without the scopes of PRODUCTS_API_SCOPE goes on",
            ],
        );
        let named = "It names `write:products` (PRODUCTS_API_SCOPE)";
        assert_eq!(super::text(login).contains(named), describes);
        are_problems(&report, &["login"]);
    }
    // What the fix says.
    let report = examined(&env, &[("PRODUCTS_API_SCOPE", Some(""))]).await;
    the(&report, Status::Ok, "login");
}

#[tokio::test]
async fn a_callback_that_is_not_registered_is_a_problem_if_the_provider_says_so() {
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
    says(
        callback,
        &[
            &format!("{SITE}/auth/callback"),
            "status 403 (“redirect_uri mismatch”)",
        ],
    );
    are_problems(&report, &["callback"]);

    // Without a word, a client that does not exist makes the difference.
    env.provider.policy(|policy| {
        policy.authorization.registered_callbacks = unregistered("");
        policy.authorization.unknown_client = Some((401, ""));
    });
    let report = examined(&env, &[]).await;
    let login = the(&report, Status::Problem, "login");
    assert_eq!(login.code, Some("login_refused"));
    says(login, &["status 403", "Most often the callback URL"]);
    the(&report, Status::Skipped, "callback");
}

/// What is written like an error and is one of a provider that is down (RFC 6749 §4.1.2.1).
#[tokio::test]
async fn a_provider_that_is_busy_at_the_callback_refuses_nothing() {
    let env = TestEnv::new().await;
    for code in ["server_error", "temporarily_unavailable"] {
        let back = format!("{SITE}/auth/callback?error={code}");
        let reply = Reply::status(302).with_header("location", &back);
        env.provider.reply(Endpoint::Authorize, reply);
        let report = examined(&env, &[]).await;
        says(
            the(&report, Status::Skipped, "login"),
            &["Could not be checked", code],
        );
        are_problems(&report, &[]);
    }
}
