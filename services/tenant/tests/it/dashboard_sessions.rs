//! Sessions that end from the dashboard, and the delivery of logout tokens.

use std::time::Duration;

use reqwest::{Method, Response, StatusCode};
use tenant::Outcome;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::method};

use crate::{
    backchannel_logout::{backchannel_url, received_logout_tokens, start_application},
    test_env::{TestEnv, login_id_of},
};

const END_PATH: &str = "dashboard/sessions/end";

async fn start(application: &MockServer) -> TestEnv {
    let url = backchannel_url(application);
    TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await
}

async fn submit(env: &TestEnv, field: &str, value: &str) -> Response {
    let request = env.request(Method::POST, END_PATH);
    let origin = env.issuer.trim_end_matches('/');
    let request = request.header("origin", origin).form(&[(field, value)]);
    request.send().await.unwrap()
}

/// Returns the value of the first hidden field `field` of the dashboard.
async fn field(env: &TestEnv, field: &str) -> String {
    let html = env.get("").await.text().await.unwrap();
    let start = format!("name=\"{field}\" value=\"");
    let value = html.split(&start).nth(1).unwrap();
    let value = value.split('"').next().unwrap();
    html_escape::decode_html_entities(value).into_owned()
}

#[tokio::test]
async fn the_dashboard_ends_one_session_and_shows_the_response_of_the_application() {
    let application = start_application().await;
    let env = start(&application).await;
    let mut alice = env.browser();
    alice.log_in("alice@example.com", &[]).await;
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("End session"), "{html}");
    let sid = field(&env, "sid").await;
    let response = submit(&env, "sid", &sid).await;
    assert_eq!(response.status(), StatusCode::FOUND);
    assert_eq!(response.headers()["location"], "/");

    let received = received_logout_tokens(&application, 1).await;
    let (_, claims) = env.verify(&received[0]).await;
    assert_eq!(claims["sid"], sid.as_str());
    assert_eq!(claims["sub"], "auth0|alice");
    // The form waited for the application.
    assert!(env.logged(Outcome::Granted, "responded with 200 OK"));
    let html = env.get("").await.text().await.unwrap();
    assert!(html.contains("No user has a session."), "{html}");
    login_id_of(&alice.authorize(&[]).await);
    // The page may be outdated.
    submit(&env, "sid", &sid).await;
    assert!(env.logged(Outcome::Granted, "The session had ended before."));
}

#[tokio::test]
async fn sign_out_everywhere_ends_all_sessions_of_one_user_with_one_logout_token() {
    let application = start_application().await;
    let env = start(&application).await;
    let mut alices = [env.browser(), env.browser()];
    for alice in &mut alices {
        alice.log_in("alice@example.com", &[]).await;
    }
    let mut bob = env.browser();
    bob.log_in("bob@example.com", &[]).await;
    submit(&env, "sub", "auth0|alice").await;
    let received = received_logout_tokens(&application, 1).await;
    assert_eq!(received.len(), 1);
    let (_, claims) = env.verify(&received[0]).await;
    assert_eq!(claims["sub"], "auth0|alice");
    assert_eq!(
        claims.get("sid"),
        None,
        "a logout of the user, not of a session"
    );
    assert!(env.logged(Outcome::Granted, "2 sessions ended"));
    for alice in &mut alices {
        login_id_of(&alice.authorize(&[]).await);
    }
    let html = env.get("").await.text().await.unwrap();
    assert_eq!(html.matches("End session").count(), 1, "that of Bob");
}

#[tokio::test]
async fn the_forms_of_the_dashboard_reject_other_sites_and_unknown_users() {
    let env = TestEnv::start().await;
    let mut alice = env.browser();
    alice.log_in("alice@example.com", &[]).await;
    let request = env.request(Method::POST, END_PATH);
    let request = request
        .header("origin", "http://evil.example")
        .form(&[("sub", "auth0|alice")]);
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let unknown = submit(&env, "sub", "auth0|mallory").await;
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
    assert!(!field(&env, "sid").await.is_empty(), "her session remains");
}

#[tokio::test]
async fn the_form_does_not_wait_for_an_unavailable_application() {
    let application = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&application)
        .await;
    let env = start(&application).await;
    env.tokens(&[]).await;
    let submitted = submit(&env, "sub", "auth0|alice");
    let response = tokio::time::timeout(Duration::from_secs(5), submitted).await;
    assert_eq!(response.unwrap().status(), StatusCode::FOUND);
    assert!(env.logged(Outcome::Refused, "responded with 503"));
}

#[tokio::test]
async fn the_dashboard_shows_ten_sessions_and_leads_to_the_others() {
    let env = TestEnv::start().await;
    let shown = async |path: &str| {
        let html = env.get(path).await.text().await.unwrap();
        let count = html.matches("name=\"sid\"").count();
        (count, html)
    };
    for _ in 0..10 {
        env.browser().log_in("alice@example.com", &[]).await;
    }
    let (count, html) = shown("").await;
    assert_eq!(count, 10);
    assert!(!html.contains("sessions=all"), "{html}");
    for _ in 0..2 {
        env.browser().log_in("bob@example.com", &[]).await;
    }
    let (count, html) = shown("").await;
    assert_eq!(count, 10);
    assert!(html.contains("The newest 10 of 12 sessions."), "{html}");
    assert!(html.contains("Show 2 more"), "{html}");
    let (count, html) = shown("?sessions=all").await;
    assert_eq!(count, 12);
    assert!(!html.contains("The newest"), "{html}");
}
