//! The setup of a second factor in a login that requires one, and its removal on the dashboard.

use reqwest::{Method, Response, StatusCode};
use tenant::{Outcome, Settings};

use crate::test_env::{Browser, TestEnv, location, parameter};

const PATH: &str = "u/second-factor/enroll";
const REMOVE_PATH: &str = "dashboard/second-factor/remove";
const ALICE: &str = "alice@example.com";
const MULTI_FACTOR: &str = "http://schemas.openid.net/pape/policies/2007/06/multi-factor";

fn without_factor(settings: &mut Settings) {
    settings.users[0].second_factor = false;
    settings.require_second_factor = true;
}

/// Logs in with the password, and returns the ID of the login that waits for the setup.
async fn password(browser: &mut Browser<'_>, more: &[(&str, &str)]) -> String {
    let next = browser.log_in(ALICE, more).await;
    assert_eq!(next.path(), "/u/second-factor/enroll", "{next}");
    parameter(&next, "state").unwrap()
}

/// Returns the page, and the code that it shows.
async fn page(browser: &mut Browser<'_>, login_id: &str) -> (String, String) {
    let response = browser.get(&format!("{PATH}?state={login_id}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let html = response.text().await.unwrap();
    let html = html_escape::decode_html_entities(&html).into_owned();
    let code = html.split("name=\"code\" value=\"").nth(1).unwrap();
    let code = code.split('"').next().unwrap().to_owned();
    (html, code)
}

/// Returns the key that the page shows.
fn key(html: &str) -> &str {
    let key = html.split("<code class=\"key\">").nth(1).unwrap();
    key.split('<').next().unwrap()
}

async fn type_code(browser: &mut Browser<'_>, login_id: &str, code: &str) -> Response {
    let form = [("state", login_id), ("code", code)];
    browser.post(PATH, &form).await
}

async fn remove(env: &TestEnv, origin: &str, sub: &str) -> StatusCode {
    let request = env.request(Method::POST, REMOVE_PATH);
    let request = request.header("origin", origin).form(&[("sub", sub)]);
    request.send().await.unwrap().status()
}

#[tokio::test]
async fn a_user_without_a_second_factor_sets_one_up_in_the_login() {
    let env = TestEnv::with(without_factor).await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[]).await;
    let (html, code) = page(&mut browser, &login_id).await;
    let plain = key(&html).replace(' ', "");
    assert_eq!(plain.len(), 32, "160 bits in Base32");
    for part in [
        "<h1>Set up a second factor</h1>",
        "<svg class=\"qr\"",
        "otpauth://totp/",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(html.contains(&format!("secret={plain}&issuer=Local%20tenant")));
    let callback = location(&type_code(&mut browser, &login_id, &code).await);
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["acr"], MULTI_FACTOR);
    assert!(env.logged(Outcome::Granted, "auth0|alice set up a second factor"));

    // The next login asks for a code of the same key, and not for the one that was used.
    let mut other = env.browser();
    let next = other.log_in(ALICE, &[]).await;
    assert_eq!(next.path(), "/u/second-factor");
    let other_id = parameter(&next, "state").unwrap();
    let replayed = [("state", other_id.as_str()), ("code", &code)];
    let response = other.post("u/second-factor", &replayed).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let dashboard = env.get("").await.text().await.unwrap();
    assert!(dashboard.contains(&plain), "{dashboard}");
}

#[tokio::test]
async fn a_wrong_code_sets_nothing_up_and_keeps_the_key() {
    let env = TestEnv::with(without_factor).await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[]).await;
    let (html, code) = page(&mut browser, &login_id).await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let response = type_code(&mut browser, &login_id, wrong).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let again = response.text().await.unwrap();
    assert!(
        again.contains("Wrong code.") && again.contains(key(&html)),
        "{again}"
    );
    let next = env.browser().log_in(ALICE, &[]).await;
    assert_eq!(next.path(), "/u/second-factor/enroll");
    let callback = location(&type_code(&mut browser, &login_id, &code).await);
    assert!(parameter(&callback, "code").is_some());
}

#[tokio::test]
async fn a_second_factor_is_not_replaced_by_another_one() {
    let env = TestEnv::with(without_factor).await;
    let mut first = env.browser();
    let mut second = env.browser();
    let first_id = password(&mut first, &[]).await;
    let second_id = password(&mut second, &[]).await;
    let (first_page, code) = page(&mut first, &first_id).await;
    let (second_page, other_code) = page(&mut second, &second_id).await;
    // An attacker with the password does not see the key of the user.
    assert_ne!(key(&first_page), key(&second_page));
    location(&type_code(&mut first, &first_id, &code).await);
    let next = location(&type_code(&mut second, &second_id, &other_code).await);
    assert_eq!(next.path(), "/u/second-factor");
    let response = second.get(&format!("{PATH}?state={second_id}")).await;
    assert_eq!(location(&response).path(), "/u/second-factor");
    // A user of the settings has one from the start.
    let mut bob = env.browser();
    let next = bob.log_in("bob@example.com", &[]).await;
    assert_eq!(next.path(), "/u/second-factor");
    let login_id = parameter(&next, "state").unwrap();
    let next = location(&type_code(&mut bob, &login_id, "000000").await);
    assert_eq!(next.path(), "/u/second-factor");
}

#[tokio::test]
async fn the_form_belongs_to_the_browser_that_logged_in() {
    let env = TestEnv::with(without_factor).await;
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    let mut attacker = env.browser();
    let response = type_code(&mut attacker, &login_id, &code).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    let request = env
        .request(Method::POST, PATH)
        .form(&[("state", login_id.as_str()), ("code", &code)])
        .header("origin", "http://evil.example");
    assert_eq!(browser.send(request).await.status(), StatusCode::FORBIDDEN);
    // No form before it gives the code of the login.
    let silent = location(&browser.authorize(&[("prompt", "none")]).await);
    assert_eq!(
        parameter(&silent, "error").as_deref(),
        Some("interaction_required")
    );
}

#[tokio::test]
async fn without_enrollment_there_is_no_page() {
    let env = TestEnv::with(|settings| {
        without_factor(settings);
        settings.second_factor_enrollment = false;
    })
    .await;
    let mut browser = env.browser();
    let callback = browser.log_in(ALICE, &[]).await;
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("unmet_authentication_requirements")
    );
    let response = browser.get(&format!("{PATH}?state=any")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_dashboard_removes_a_second_factor_and_the_user_sets_up_another_one() {
    let env = TestEnv::with(|settings| settings.require_second_factor = true).await;
    let mut browser = env.browser();
    let next = browser.log_in(ALICE, &[]).await;
    let login_id = parameter(&next, "state").unwrap();
    let form = [("state", login_id.as_str())];
    browser.post("u/second-factor/one-click", &form).await;

    let origin = env.issuer.trim_end_matches('/').to_owned();
    let cross_site = remove(&env, "http://evil.example", "auth0|alice").await;
    assert_eq!(cross_site, StatusCode::FORBIDDEN);
    assert_eq!(
        remove(&env, &origin, "auth0|mallory").await,
        StatusCode::BAD_REQUEST
    );
    assert!(parameter(&location(&browser.authorize(&[]).await), "code").is_some());
    assert_eq!(
        remove(&env, &origin, "auth0|alice").await,
        StatusCode::FOUND
    );
    assert!(env.logged(
        Outcome::Granted,
        "The second factor of auth0|alice was removed"
    ));

    // The session in which it was given has to give the new one.
    let next = location(&browser.authorize(&[]).await);
    assert_eq!(next.path(), "/u/second-factor/enroll");
    let login_id = parameter(&next, "state").unwrap();
    let (_, code) = page(&mut browser, &login_id).await;
    let callback = location(&type_code(&mut browser, &login_id, &code).await);
    assert!(parameter(&callback, "code").is_some());
}

#[tokio::test]
async fn what_was_set_up_or_removed_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tenant.db");
    let start = async |address: &str| {
        let file = file.clone();
        TestEnv::at(address.parse().unwrap(), move |settings| {
            without_factor(settings);
            settings.database = tenant::Database::File(file);
        })
        .await
    };
    let env = start("127.0.0.1:0").await;
    let address = env.address.to_string();
    let mut browser = env.browser();
    let login_id = password(&mut browser, &[]).await;
    let (_, code) = page(&mut browser, &login_id).await;
    type_code(&mut browser, &login_id, &code).await;
    let origin = env.issuer.trim_end_matches('/').to_owned();
    remove(&env, &origin, "auth0|bob").await;
    env.stop().await;

    let env = start(&address).await;
    for (user, path) in [
        (ALICE, "/u/second-factor"),
        ("bob@example.com", "/u/second-factor/enroll"),
    ] {
        let next = env.browser().log_in(user, &[]).await;
        assert_eq!(next.path(), path, "{user}");
    }
}
