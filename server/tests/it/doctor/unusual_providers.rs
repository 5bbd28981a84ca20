//! Providers that never respond, echo secrets, or handle `prompt=none` differently.

use std::time::{Duration, Instant};

use axum_auth0::clock::MockClock;
use serde_json::{Value, json};
use test_support::{FakeProvider, Part, RecordedRequest, Reply, SecretScanner};
use tokio::net::TcpListener;

use super::doctor_env::{CLIENT_SECRET, DoctorEnv};

/// Starts a provider that is not Auth0 and publishes no keys.
async fn provider() -> FakeProvider {
    let clock = MockClock::from_system();
    let provider = FakeProvider::start("/", clock, SecretScanner::default()).await;
    provider.publish(Vec::new());
    let issuer = provider.issuer().to_owned();
    provider.modify(Part::Metadata, move |metadata| {
        *metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}oauth2/auth"),
            "token_endpoint": format!("{issuer}oauth2/token"),
            "jwks_uri": format!("{issuer}keys"),
            "scopes_supported": ["openid", "profile"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
        });
    });
    provider
}

const AUTHORIZE: &str = "/oauth2/auth";
const TOKEN: &str = "/oauth2/token";

fn to_login() -> Reply {
    Reply::status(303).with_header("location", "/login")
}

#[tokio::test]
async fn a_login_page_despite_prompt_none_is_inconclusive() {
    let provider = provider().await;
    provider.reply_at(AUTHORIZE, to_login());
    provider.reply_at(TOKEN, Reply::error(400, "invalid_grant"));
    let env = DoctorEnv::with_provider(&provider).await;
    let found = env.run_doctor().await;
    for id in ["callback", "login", "audience"] {
        found.the("skipped", id);
    }
    // The response is the same for every secret.
    found
        .the("skipped", "client")
        .contains("summary", "same answer to a deliberately wrong secret");
    found.the("warning", "audience_parameter").assert_says(
        "audience_ignored",
        "does not look like Auth0",
        "AUTH0_AUDIENCE_PARAMETER=resource",
    );
    found.the("warning", "refresh").assert_says(
        "no_refresh_token",
        "offline_access",
        "AUTH0_PROMPT=consent",
    );
    found
        .assert_problems(&["keys"])
        .the("problem", "keys")
        .assert_says(
            "keys_unusable",
            "none of them is a public signature key",
            "jwks_uri",
        );
}

#[tokio::test]
async fn a_rejection_without_a_description_is_not_attributed() {
    let provider = provider().await;
    provider.reply_at(AUTHORIZE, Reply::status(400));
    let env = DoctorEnv::with_provider(&provider).await;
    let found = env.run_doctor().await;
    found.the("skipped", "callback");
    found.the("skipped", "login").contains(
        "summary",
        "status 400, as it does for an application that does not exist",
    );
    found.assert_problems(&["keys"]);
}

#[tokio::test]
async fn a_provider_error_about_the_api_is_not_a_callback_problem() {
    for status in [400, 500] {
        let provider = provider().await;
        let authorize: fn(&RecordedRequest) -> Reply = if status == 400 {
            |request| authorize(request, 400)
        } else {
            |request| authorize(request, 500)
        };
        provider.reply_at(AUTHORIZE, Reply::Computed(authorize));
        let env = DoctorEnv::with_provider(&provider).await;
        let found = env.run_doctor().await;
        found.the("ok", "callback");
        found.the("skipped", "login");
        found.the("problem", "audience").assert_says(
            "audience_unknown",
            &format!("status {status}. The same login without the API is accepted"),
            "Set AUTH0_AUDIENCE to",
        );
    }
}

fn authorize(request: &RecordedRequest, status: u16) -> Reply {
    if request.get("audience").is_some() {
        return Reply::status(status);
    }
    if request.get("prompt") != Some("none") {
        return to_login();
    }
    let callback = request.get("redirect_uri").unwrap();
    Reply::status(302).with_header("location", &format!("{callback}?error=login_required"))
}

#[tokio::test]
async fn a_missing_authorization_endpoint_is_not_a_callback_problem() {
    let env = DoctorEnv::with_provider(&provider().await).await;
    let found = env.run_doctor().await;
    found.the("skipped", "callback");
    found.the("skipped", "login").contains(
        "summary",
        "status 404, as it does for an application that does not exist",
    );
    found.assert_problems(&["keys"]);
}

/// Starts a provider whose error descriptions repeat the request.
fn refuse(said: &str) -> Reply {
    let error = json!({ "error": "invalid_scope", "error_description": said });
    Reply::Json(400, error)
}

#[tokio::test]
async fn a_secret_that_the_provider_repeats_is_not_printed() {
    let talkative: [fn(&RecordedRequest) -> Reply; 3] = [
        |request| {
            refuse(&format!(
                "{CLIENT_SECRET} is not welcome with {:?}",
                request.form
            ))
        },
        // The report truncates long texts.
        |_| refuse(&format!("{}{CLIENT_SECRET}", "x".repeat(190))),
        |request| {
            let credentials = request.authorization.as_deref().unwrap();
            refuse(&format!("not welcome: {credentials}"))
        },
    ];
    let provider = provider().await;
    provider.reply_at(AUTHORIZE, Reply::status(502));
    let env = DoctorEnv::with_provider(&provider).await;
    for reply in talkative {
        provider.reply_at(TOKEN, Reply::Computed(reply));
        // `run_doctor` asserts that no output contains a secret; this asserts that none contains the beginning of one.
        let found = env.run_doctor().await;
        assert!(
            !found.text.contains(&CLIENT_SECRET[..8]) && !found.text.contains("Basic "),
            "{}",
            found.text
        );
        found
            .the("skipped", "client")
            .contains("summary", "says invalid_scope");
        found
            .the("skipped", "login")
            .contains("summary", "status 502");
    }
}

#[tokio::test]
async fn a_provider_that_never_responds_times_out() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}/", silent.local_addr().unwrap());
    let env = DoctorEnv::with(|builder| {
        builder.set("AUTH0_DOMAIN", &issuer);
        builder.set("AUTH0_HTTP_TIMEOUT", "12500");
    })
    .await;
    let begun = Instant::now();
    let output = env.run(&["doctor", "--json", "--timeout", "1"]).await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let checks = report["checks"].as_array().unwrap();
    let status = |id: &str| {
        let mut of_id = checks.iter().filter(|check| check["id"] == id);
        of_id.next().unwrap()["status"].as_str().unwrap()
    };
    assert_eq!(status("provider"), "problem");
    for id in ["keys", "clock", "client", "callback", "login", "logout"] {
        assert_eq!(status(id), "skipped", "{id}");
    }
    assert_eq!(status("session_store"), "ok");
}
