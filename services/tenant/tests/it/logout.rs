//! `/oidc/logout`, `/v2/logout` and back-channel logout.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::json;
use tenant::Outcome;
use url::{Url, form_urlencoded};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path},
};

use crate::world::{Answer, Browser, CLIENT_ID, NOON, World, location, login_handle, parameter};

const SIGNED_OUT: &str = "http://localhost:3000/signed-out";

fn logout_path(parameters: &[(&str, &str)]) -> String {
    format!(
        "oidc/logout?{}",
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish()
    )
}

async fn logged_in(world: &World) -> (Browser<'_>, Answer) {
    let mut browser = world.browser();
    let callback = browser.log_in("alice@example.com", &[]).await;
    let tokens = world.redeem(&parameter(&callback, "code").unwrap()).await;
    (browser, tokens)
}

#[tokio::test]
async fn logout_with_the_id_token_ends_the_session_and_returns_with_state() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    let hint = tokens.text("id_token");
    let path = logout_path(&[
        ("id_token_hint", hint),
        ("post_logout_redirect_uri", SIGNED_OUT),
        ("state", "s1"),
    ]);
    let before = browser.cookies["tenant_sso"].clone();
    assert_eq!(
        location(&browser.get(&path).await).as_str(),
        format!("{SIGNED_OUT}?state=s1")
    );
    assert!(browser.cookies.is_empty());
    browser.cookies.insert("tenant_sso".to_owned(), before);
    login_handle(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn an_expired_id_token_is_still_a_good_hint() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    world.clock.advance(11 * 60 * 60);
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
}

#[tokio::test]
async fn the_sid_as_logout_hint_is_proof_enough() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    let (_, claims) = world.verified(tokens.text("id_token")).await;
    let path = logout_path(&[
        ("client_id", CLIENT_ID),
        ("logout_hint", claims["sid"].as_str().unwrap()),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
}

#[tokio::test]
async fn without_proof_the_person_is_asked_and_nothing_happens_before_they_agree() {
    let world = World::start().await;
    let (mut browser, _) = logged_in(&world).await;
    let form = [
        ("client_id", CLIENT_ID),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ];
    let asked = browser.get(&logout_path(&form)).await;
    assert_eq!(asked.status(), StatusCode::OK);
    assert!(
        asked
            .text()
            .await
            .unwrap()
            .contains("Do you want to log out")
    );
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );

    let mut confirmed = form.to_vec();
    confirmed.push(("confirmed", "yes"));
    let foreign = world
        .request(Method::POST, "oidc/logout")
        .form(&confirmed)
        .header("origin", "http://evil.example");
    assert_eq!(
        browser.send(foreign).await.status(),
        StatusCode::OK,
        "another site cannot confirm"
    );
    assert_eq!(
        location(&browser.post("oidc/logout", &confirmed).await).as_str(),
        SIGNED_OUT
    );
    login_handle(&browser.authorize(&[]).await);
}

#[tokio::test]
async fn a_logout_url_that_is_not_registered_gets_a_page_and_ends_nothing() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    let hint = ("id_token_hint", tokens.text("id_token"));
    for wrong in [
        "http://evil.example/",
        "http://localhost:3000/signed-out?x=1",
        "javascript:alert(1)",
    ] {
        let refused = browser
            .get(&logout_path(&[hint, ("post_logout_redirect_uri", wrong)]))
            .await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    }
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );
}

#[tokio::test]
async fn hints_that_are_not_id_tokens_of_the_client_are_refused() {
    let world = World::start().await;
    let tokens = world.tokens(&[("audience", crate::world::PRODUCTS)]).await;
    for hint in ["rubbish", tokens.text("access_token")] {
        assert_eq!(
            world
                .get(&logout_path(&[("id_token_hint", hint)]))
                .await
                .status(),
            StatusCode::BAD_REQUEST
        );
    }
    let other = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("client_id", "other"),
    ]);
    assert_eq!(world.get(&other).await.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn logging_out_twice_lands_at_the_same_place() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    for _ in 0..2 {
        assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
    }
}

#[tokio::test]
async fn refresh_tokens_outlive_the_session_as_at_auth0() {
    let world = World::start().await;
    let (mut browser, tokens) = logged_in(&world).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;
    assert_eq!(
        world
            .refresh(tokens.text("refresh_token"), &[])
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn v2_logout_returns_to_a_registered_url_only() {
    let world = World::start().await;
    let (mut browser, _) = logged_in(&world).await;
    let evil = browser
        .get(&format!(
            "v2/logout?client_id={CLIENT_ID}&returnTo=http%3A%2F%2Fevil.example"
        ))
        .await;
    assert_eq!(evil.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        browser
            .get(&format!("v2/logout?returnTo={SIGNED_OUT}"))
            .await
            .status(),
        StatusCode::BAD_REQUEST
    );
    assert!(
        parameter(&location(&browser.authorize(&[]).await), "code").is_some(),
        "still logged in"
    );

    let path = format!("v2/logout?client_id={CLIENT_ID}&returnTo={SIGNED_OUT}");
    assert_eq!(location(&browser.get(&path).await).as_str(), SIGNED_OUT);
    login_handle(&browser.authorize(&[]).await);
}

/// The logout tokens that an application received, once there are `count`.
async fn received(application: &MockServer, count: usize) -> Vec<String> {
    let arrived = async {
        loop {
            let requests = application.received_requests().await.unwrap();
            if requests.len() >= count {
                return requests;
            }
            tokio::task::yield_now().await;
        }
    };
    let requests = tokio::time::timeout(Duration::from_secs(10), arrived)
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

async fn listening() -> MockServer {
    let application = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/auth/backchannel-logout"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&application)
        .await;
    application
}

#[tokio::test]
async fn the_application_is_told_by_a_logout_token() {
    let application = listening().await;
    let url = Url::parse(&format!("{}/auth/backchannel-logout", application.uri())).unwrap();
    let world =
        World::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = logged_in(&world).await;
    browser
        .get(&logout_path(&[("id_token_hint", tokens.text("id_token"))]))
        .await;

    let received = received(&application, 1).await;
    let (header, mut claims) = world.verified(&received[0]).await;
    assert_eq!(header.typ.as_deref(), Some("logout+jwt"));
    assert!(claims.remove("jti").unwrap().is_string());
    let (_, id_claims) = world.verified(tokens.text("id_token")).await;
    assert_eq!(
        serde_json::Value::Object(claims),
        json!({
            "iss": world.issuer, "aud": CLIENT_ID, "sub": "auth0|alice", "sid": id_claims["sid"],
            "iat": NOON, "exp": NOON + 120,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        })
    );
}

#[tokio::test]
async fn an_administrator_ending_all_sessions_tells_the_applications_of_each() {
    let application = listening().await;
    let url = Url::parse(&format!("{}/auth/backchannel-logout", application.uri())).unwrap();
    let world =
        World::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    world.tokens(&[]).await;
    let mut bob = world.browser();
    bob.log_in("bob@example.com", &[]).await;
    world.tenant.end_all_sessions().await.unwrap();
    let received = received(&application, 2).await;
    let mut subs = Vec::new();
    for token in &received {
        subs.push(
            world.verified(token).await.1["sub"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    subs.sort();
    assert_eq!(subs, ["auth0|alice", "auth0|bob"]);
    login_handle(&bob.authorize(&[]).await);
}

#[tokio::test]
async fn logging_out_does_not_wait_for_an_application_that_does_not_answer() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", silent.local_addr().unwrap())).unwrap();
    let world =
        World::with(|settings| settings.applications[0].backchannel_logout_url = Some(url)).await;
    let (mut browser, tokens) = logged_in(&world).await;
    let path = logout_path(&[
        ("id_token_hint", tokens.text("id_token")),
        ("post_logout_redirect_uri", SIGNED_OUT),
    ]);
    let answered = tokio::time::timeout(Duration::from_secs(3), browser.get(&path))
        .await
        .unwrap();
    assert_eq!(location(&answered).as_str(), SIGNED_OUT);
    assert!(world.logged(Outcome::Granted, "auth0|alice logged out"));
}
