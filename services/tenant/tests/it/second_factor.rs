//! The second factor: when it is asked for, its codes, and what tokens say about it.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tenant::Outcome;
use url::Url;

use crate::test_env::{Browser, PRODUCTS, TestEnv, location, parameter};

const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";
const PATH: &str = "u/second-factor";
const ALICE: &str = "alice@example.com";
const REQUESTED: (&str, &str) = ("acr_values", MULTI_FACTOR);

/// Logs in with the password, and returns the ID of the login that waits for the second factor.
async fn password(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> String {
    let next = browser.log_in(ALICE, more).await;
    assert_eq!(next.path(), "/u/second-factor", "{next}");
    parameter(&next, "state").unwrap()
}

/// Returns the page, and the code that it shows.
async fn page(browser: &mut Browser<'_>, login_id: &str) -> (String, String) {
    let response = browser.get(&format!("{PATH}?state={login_id}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let html = response.text().await.unwrap();
    let html = html_escape::decode_html_entities(&html).into_owned();
    let code = html.split("<code class=\"code\">").nth(1).unwrap();
    let code = code.split('<').next().unwrap().to_owned();
    (html, code)
}

async fn type_code(browser: &mut Browser<'_>, login_id: &str, code: &str) -> Response {
    browser
        .post(PATH, &[("state", login_id), ("code", code)])
        .await
}

/// Returns the claims of the ID token and of the access token.
async fn claims(env: &TestEnv, callback: &Url) -> (Value, Value) {
    let code = parameter(callback, "code").unwrap_or_else(|| panic!("{callback}"));
    let tokens = env.redeem(&code).await;
    let (_, id) = env.verify(tokens.text("id_token")).await;
    let (_, access) = env.verify(tokens.text("access_token")).await;
    (Value::Object(id), Value::Object(access))
}

fn wrong(code: &str) -> String {
    let last = code.chars().last().unwrap();
    let other = if last == '0' { '1' } else { '0' };
    format!("{}{other}", &code[..code.len() - 1])
}

#[tokio::test]
async fn the_code_of_the_page_logs_in_with_acr_and_amr_in_both_tokens() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED, ("audience", PRODUCTS)]).await;
    let (html, code) = page(&mut browser, &login_id).await;
    assert!(html.contains("<h1>Second factor</h1>"), "{html}");
    assert_eq!(code.replace(' ', "").len(), 6);
    let callback = location(&type_code(&mut browser, &login_id, &code).await);
    let (id, access) = claims(&env, &callback).await;
    for token in [&id, &access] {
        assert_eq!(token["acr"], MULTI_FACTOR);
        assert_eq!(token["amr"], json!(["pwd", "otp", "mfa"]));
    }
    assert!(env.logged(Outcome::Granted, "gave the second factor for"));
}

#[tokio::test]
async fn a_login_that_does_not_ask_for_it_has_neither_the_page_nor_the_claims() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let other = [("acr_values", "urn:other"), ("audience", PRODUCTS)];
    let callback = browser.log_in(ALICE, &other).await;
    let (id, access) = claims(&env, &callback).await;
    for token in [&id, &access] {
        assert_eq!((&token["acr"], &token["amr"]), (&Value::Null, &Value::Null));
    }
}

#[tokio::test]
async fn one_click_gives_the_second_factor() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED, ("audience", PRODUCTS)]).await;
    let path = format!("{PATH}/one-click");
    let callback = location(&browser.post(&path, &[("state", &login_id)]).await);
    assert_eq!(claims(&env, &callback).await.0["acr"], MULTI_FACTOR);
    let again = browser.post(&path, &[("state", &login_id)]).await;
    assert_eq!(
        again.status(),
        StatusCode::BAD_REQUEST,
        "a form is valid once"
    );

    let env = TestEnv::with(|settings| settings.one_click_login = false).await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED]).await;
    let response = browser.post(&path, &[("state", &login_id)]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    let response = browser.get(&format!("{PATH}?state={login_id}")).await;
    let html = response.text().await.unwrap();
    assert!(!html.contains("current code"), "{html}");
    let dashboard = env.get("").await.text().await.unwrap();
    assert!(!dashboard.contains("class=\"code\""), "{dashboard}");
}

#[tokio::test]
async fn the_session_remembers_the_second_factor_until_the_next_login() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    type_code(&mut browser, &login_id, &code).await;
    env.clock.advance(100);
    let silent = location(
        &browser
            .authorize(&[REQUESTED, ("audience", PRODUCTS)])
            .await,
    );
    assert_eq!(claims(&env, &silent).await.0["acr"], MULTI_FACTOR);
    password(&mut browser, &[REQUESTED, ("prompt", "login")]).await;
    let silent = location(&browser.authorize(&[("audience", PRODUCTS)]).await);
    assert_eq!(claims(&env, &silent).await.0["acr"], Value::Null);
    let none = location(&browser.authorize(&[REQUESTED, ("prompt", "none")]).await);
    assert_eq!(
        parameter(&none, "error").as_deref(),
        Some("interaction_required")
    );
}

#[tokio::test]
async fn a_session_without_it_is_asked_for_the_code_only() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    browser.log_in(ALICE, &[]).await;
    let next = location(&browser.authorize(&[REQUESTED, ("prompt", "consent")]).await);
    assert_eq!(next.path(), "/u/second-factor");
    let login_id = parameter(&next, "state").unwrap();
    let (_, code) = page(&mut browser, &login_id).await;
    let next = location(&type_code(&mut browser, &login_id, &code).await);
    assert_eq!(next.path(), "/u/consent");
}

#[tokio::test]
async fn a_wrong_code_is_an_error_and_attempts_are_limited() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    for left in (1..=4).rev() {
        let response = type_code(&mut browser, &login_id, &wrong(&code)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        let html = response.text().await.unwrap();
        assert!(html.contains("Wrong code"), "{html}");
        assert!(html.contains(&format!("{left} attempt")), "{html}");
    }
    for attempt in [wrong(&code), code] {
        let response = type_code(&mut browser, &login_id, &attempt).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(
            response
                .text()
                .await
                .unwrap()
                .contains("Too many wrong codes")
        );
    }
    // A new login does not help.
    let mut other = env.browser();
    let other_id = password(&mut other, &[REQUESTED]).await;
    let (_, code) = page(&mut other, &other_id).await;
    let response = type_code(&mut other, &other_id, &code).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(env.logged(Outcome::Refused, "is blocked"));

    env.clock.advance(5 * 60);
    let (_, code) = page(&mut browser, &login_id).await;
    let callback = location(&type_code(&mut browser, &login_id, &code).await);
    assert!(parameter(&callback, "code").is_some());
}

#[tokio::test]
async fn a_code_is_accepted_once_and_within_one_period() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    env.clock.advance(60);
    let late = type_code(&mut browser, &login_id, &code).await;
    assert_eq!(late.status(), StatusCode::BAD_REQUEST);
    let (_, code) = page(&mut browser, &login_id).await;
    location(&type_code(&mut browser, &login_id, &code).await);

    let mut other = env.browser();
    let login_id = password(&mut other, &[REQUESTED]).await;
    let replayed = type_code(&mut other, &login_id, &code).await;
    assert_eq!(replayed.status(), StatusCode::BAD_REQUEST);
    let (_, next) = page(&mut other, &login_id).await;
    assert_ne!(next, code, "the page shows a code that is not used yet");
    location(&type_code(&mut other, &login_id, &next).await);
}

#[tokio::test]
async fn the_form_belongs_to_the_browser_that_logged_in() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[REQUESTED]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    let mut attacker = env.browser();
    let response = type_code(&mut attacker, &login_id, &code).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let response = attacker.get(&format!("{PATH}?state={login_id}")).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let request = env
        .request(Method::POST, PATH)
        .form(&[("state", login_id.as_str()), ("code", &code)])
        .header("origin", "http://evil.example");
    assert_eq!(browser.send(request).await.status(), StatusCode::FORBIDDEN);
    // The page of the password gives no second factor.
    let form = [("state", login_id.as_str()), ("user", "auth0|alice")];
    let skipped = browser.post("u/login/one-click", &form).await;
    let next = location(&skipped);
    assert_eq!(next.path(), "/u/second-factor");
}

#[tokio::test]
async fn a_user_who_cannot_have_a_second_factor_fails_only_if_it_is_essential() {
    let env = TestEnv::with(|settings| {
        settings.users[0].second_factor = false;
        settings.second_factor_enrollment = false;
    })
    .await;
    let mut browser = env.browser();
    let voluntary = [REQUESTED, ("audience", PRODUCTS)];
    let callback = browser.log_in(ALICE, &voluntary).await;
    assert_eq!(claims(&env, &callback).await.0["acr"], Value::Null);
    let claims =
        format!(r#"{{"id_token":{{"acr":{{"essential":true,"values":["{MULTI_FACTOR}"]}}}}}}"#);
    let unmet = |url: &Url| {
        assert_eq!(
            parameter(url, "error").as_deref(),
            Some("unmet_authentication_requirements")
        );
    };
    unmet(&location(&browser.authorize(&[("claims", &claims)]).await));
    unmet(&env.browser().log_in(ALICE, &[("claims", &claims)]).await);
    let other = r#"{"id_token":{"acr":{"essential":true,"values":["urn:gold"]}}}"#;
    unmet(&location(&browser.authorize(&[("claims", other)]).await));
    let malformed = location(&browser.authorize(&[("claims", "[")]).await);
    assert_eq!(
        parameter(&malformed, "error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn the_dashboard_shows_codes_and_requires_a_second_factor_for_everybody() {
    let env = TestEnv::start().await;
    let html = env.get("").await.text().await.unwrap();
    assert_eq!(html.matches("class=\"code\"").count(), 2, "{html}");
    assert!(html.contains("Second factor for all users"), "{html}");
    let path = "dashboard/second-factor";
    let form = [("required", "true")];
    let cross_site = env
        .request(Method::POST, path)
        .form(&form)
        .header("origin", "http://evil.example");
    assert_eq!(
        cross_site.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    let mut browser = env.browser();
    let callback = browser.log_in(ALICE, &[]).await;
    assert!(parameter(&callback, "code").is_some());

    browser.post(path, &form).await;
    let next = location(&browser.authorize(&[]).await);
    assert_eq!(next.path(), "/u/second-factor");
    browser.post(path, &[("required", "false")]).await;
    assert!(parameter(&location(&browser.authorize(&[]).await), "code").is_some());
}

#[tokio::test]
async fn discovery_names_the_class() {
    let env = TestEnv::start().await;
    let document: Value = env
        .get(".well-known/openid-configuration")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(document["acr_values_supported"], json!([MULTI_FACTOR]));
    assert_eq!(document["claims_parameter_supported"], true);
}
