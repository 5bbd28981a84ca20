//! Back-channel logout.

use std::time::Duration;

use serde_json::json;
use tenant::Outcome;
use url::{Url, form_urlencoded};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::{
    logout::{SIGNED_OUT, log_in, logout_path},
    test_env::{CLIENT_ID, START_TIME, TestEnv, location, login_id_of},
};

/// Waits until the application has received `count` logout tokens and returns them.
pub(crate) async fn received_logout_tokens(application: &MockServer, count: usize) -> Vec<String> {
    let wait = async {
        loop {
            let requests = application.received_requests().await.unwrap();
            if requests.len() >= count {
                return requests;
            }
            tokio::task::yield_now().await;
        }
    };
    let requests = tokio::time::timeout(Duration::from_secs(10), wait)
        .await
        .unwrap();
    requests
        .iter()
        .map(|request| {
            let mut form = form_urlencoded::parse(&request.body);
            form.find(|(name, _)| name == "logout_token")
                .unwrap()
                .1
                .into_owned()
        })
        .collect()
}

pub(crate) async fn start_application() -> MockServer {
    let application = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/auth/backchannel-logout"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&application)
        .await;
    application
}

pub(crate) fn backchannel_url(application: &MockServer) -> Url {
    Url::parse(&format!("{}/auth/backchannel-logout", application.uri())).unwrap()
}

#[tokio::test]
async fn the_application_receives_a_logout_token() {
    let application = start_application().await;
    let url = backchannel_url(&application);
    let env =
        TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = log_in(&env).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;

    let received = received_logout_tokens(&application, 1).await;
    let (header, mut claims) = env.verify(&received[0]).await;
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    assert!(claims.remove("jti").unwrap().is_string());
    let (_, id_claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": env.issuer, "aud": CLIENT_ID, "sub": "auth0|alice", "sid": id_claims["sid"],
            "iat": START_TIME, "exp": START_TIME + 120,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        })
    );
}

#[tokio::test]
async fn ending_all_sessions_notifies_the_applications_of_each() {
    let application = start_application().await;
    let url = backchannel_url(&application);
    let env =
        TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    env.tokens(&[]).await;
    let mut bob = env.browser();
    bob.log_in("bob@example.com", &[]).await;
    env.tenant.end_all_sessions().await.unwrap();
    let received = received_logout_tokens(&application, 2).await;
    let mut subs = Vec::new();
    for token in &received {
        subs.push(
            env.verify(token).await.1["sub"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    subs.sort();
    assert_eq!(subs, ["auth0|alice", "auth0|bob"]);
    login_id_of(&bob.authorize(&[]).await);
}

/// Each attempt has a token of its own: the response to the previous one may have been lost after the token was used.
#[tokio::test]
async fn an_unavailable_application_receives_another_token() {
    let application = MockServer::start().await;
    for status in [503, 200] {
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(status))
            .up_to_n_times(1)
            .mount(&application)
            .await;
    }
    let url = Url::parse(&application.uri()).unwrap();
    let env =
        TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = log_in(&env).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;
    let received = received_logout_tokens(&application, 2).await;
    let (_, first) = env.verify(&received[0]).await;
    let (_, second) = env.verify(&received[1]).await;
    assert_eq!(first["sid"], second["sid"]);
    assert_ne!(first["jti"], second["jti"]);
}

#[tokio::test]
async fn a_rejected_logout_token_is_not_repeated() {
    let application = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(400))
        .expect(1)
        .mount(&application)
        .await;
    let url = Url::parse(&application.uri()).unwrap();
    let env =
        TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = log_in(&env).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;
    received_logout_tokens(&application, 1).await;
    let logged = async {
        while !env.logged(Outcome::Refused, "responded with 400") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), logged)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_logout_does_not_wait_for_an_unresponsive_application() {
    let unresponsive = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", unresponsive.local_addr().unwrap())).unwrap();
    let env =
        TestEnv::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = log_in(&env).await;
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    let response = tokio::time::timeout(Duration::from_secs(3), browser.get(&path))
        .await
        .unwrap();
    assert_eq!(location(&response).as_str(), SIGNED_OUT);
    assert!(env.logged(Outcome::Granted, "auth0|alice logged out"));
}
