//! Organizations: `organization` and `invitation` at `/authorize`, claims, and the page that asks for one.

use reqwest::StatusCode;
use tenant::{OrganizationUsage, Outcome};

use crate::test_env::{JsonResponse, PRODUCTS, TestEnv, location, parameter};

const ACME: &str = "org_Acme0000000001";
const GLOBEX: &str = "org_Globex00000001";

#[tokio::test]
async fn a_login_with_an_organization_has_its_claims_in_both_tokens_also_after_a_refresh() {
    let env = TestEnv::start().await;
    for organization in [GLOBEX, "globex", "GLOBEX"] {
        let login = [("audience", PRODUCTS), ("organization", organization)];
        let tokens = env.tokens(&login).await;
        let refreshed = env.refresh(tokens.text("refresh_token"), &[]).await;
        for response in [&tokens, &refreshed] {
            for token in ["id_token", "access_token"] {
                let (_, claims) = env.verify(response.text(token)).await;
                assert_eq!(claims["org_id"], GLOBEX, "{organization} {token}");
                assert_eq!(claims["org_name"], "globex", "{organization} {token}");
            }
        }
    }
    let (_, claims) = env.verify(env.tokens(&[]).await.text("id_token")).await;
    assert!(!claims.contains_key("org_id"));
}

#[tokio::test]
async fn an_organization_is_for_its_members() {
    let env = TestEnv::start().await;
    let login = [("organization", GLOBEX)];
    let callback = env.browser().log_in("bob@example.com", &login).await;
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
    let description = format!("user auth0|bob is not part of the {GLOBEX} organization");
    assert_eq!(
        parameter(&callback, "error_description"),
        Some(description.clone())
    );
    assert!(env.logged(Outcome::Refused, &description));
    assert_eq!(parameter(&callback, "code"), None);
    // The same with a session, and without a page.
    let mut browser = env.browser();
    browser
        .log_in("bob@example.com", &[("organization", ACME)])
        .await;
    for prompt in ["", "none"] {
        let response = browser
            .authorize(&[("organization", GLOBEX), ("prompt", prompt)])
            .await;
        let error = parameter(&location(&response), "error");
        assert_eq!(error.as_deref(), Some("access_denied"), "{prompt}");
    }
}

#[tokio::test]
async fn an_unknown_organization_and_an_invitation_without_one_are_refused() {
    let env = TestEnv::start().await;
    for parameters in [
        &[("organization", "org_unknown")][..],
        &[("organization", "acme2")],
        &[("invitation", "ticket")],
        &[("invitation", "ticket"), ("organization", ACME)],
    ] {
        let response = env.browser().authorize(parameters).await;
        let error = parameter(&location(&response), "error");
        assert_eq!(error.as_deref(), Some("invalid_request"), "{parameters:?}");
    }
}

#[tokio::test]
async fn the_login_page_names_the_organization() {
    let env = TestEnv::start().await;
    let mut browser = env.browser();
    let response = browser.authorize(&[("organization", "acme")]).await;
    let page = browser
        .get(location(&response).as_str().trim_start_matches(&env.issuer))
        .await;
    assert!(
        page.text()
            .await
            .unwrap()
            .contains("<h1>Log in to Acme</h1>")
    );
}

#[tokio::test]
async fn a_tenant_that_requires_organizations_asks_for_one_of_the_users() {
    let env =
        TestEnv::with(|settings| settings.organization_usage = OrganizationUsage::Required).await;
    let mut browser = env.browser();
    let page = browser.log_in("bob@example.com", &[]).await;
    assert_eq!(page.path(), "/u/organization");
    let state = parameter(&page, "state").unwrap();
    let html = browser.get(&format!("u/organization?state={state}")).await;
    let html = html.text().await.unwrap();
    assert!(html.contains(ACME) && !html.contains(GLOBEX), "{html}");
    let form = [("state", state.as_str()), ("organization", ACME)];
    let callback = location(&browser.post("u/organization", &form).await);
    let tokens = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["org_id"], ACME);
    // The page is for one use, and for members.
    assert_eq!(
        browser.post("u/organization", &form).await.status(),
        StatusCode::BAD_REQUEST
    );
    let page = location(&browser.authorize(&[]).await);
    let state = parameter(&page, "state").unwrap();
    let form = [("state", state.as_str()), ("organization", GLOBEX)];
    let callback = location(&browser.post("u/organization", &form).await);
    assert_eq!(
        parameter(&callback, "error").as_deref(),
        Some("access_denied")
    );
    // Without a page, there is no choice.
    let response = browser.authorize(&[("prompt", "none")]).await;
    let error = parameter(&location(&response), "error");
    assert_eq!(error.as_deref(), Some("interaction_required"));
}

#[tokio::test]
async fn an_invitation_of_the_dashboard_makes_one_user_a_member() {
    let env = TestEnv::start().await;
    let create = env
        .request(reqwest::Method::POST, "dashboard/invitations")
        .header("origin", env.issuer.trim_end_matches('/'))
        .form(&[("organization", GLOBEX)]);
    let html = create.send().await.unwrap().text().await.unwrap();
    let link = html
        .split("href=\"")
        .find(|part| part.contains("invitation="))
        .unwrap();
    let link = html_escape::decode_html_entities(link.split('"').next().unwrap()).into_owned();
    let link = url::Url::parse(&link).unwrap();
    assert!(
        link.as_str()
            .starts_with("http://localhost:3000/auth/login?")
    );
    assert_eq!(
        parameter(&link, "organization_name").as_deref(),
        Some("globex")
    );
    let ticket = parameter(&link, "invitation").unwrap();
    // It is for its organization.
    let other = [("invitation", ticket.as_str()), ("organization", ACME)];
    let response = env.browser().authorize(&other).await;
    assert!(parameter(&location(&response), "error").is_some());
    let accept = [("invitation", ticket.as_str()), ("organization", GLOBEX)];
    let callback = env.browser().log_in("bob@example.com", &accept).await;
    let tokens: JsonResponse = env.redeem(&parameter(&callback, "code").unwrap()).await;
    let (_, claims) = env.verify(tokens.text("id_token")).await;
    assert_eq!(claims["org_id"], GLOBEX);
    // Bob is a member now, and the invitation is used up.
    let callback = env
        .browser()
        .log_in("bob@example.com", &[("organization", GLOBEX)])
        .await;
    assert!(parameter(&callback, "code").is_some());
    let response = env.browser().authorize(&accept).await;
    assert!(parameter(&location(&response), "error").is_some());
    let dashboard = env.get("").await.text().await.unwrap();
    assert!(dashboard.contains("Globex") && dashboard.contains(ACME));
}

#[tokio::test]
async fn another_site_cannot_create_invitations() {
    let env = TestEnv::start().await;
    let create = env
        .request(reqwest::Method::POST, "dashboard/invitations")
        .header("origin", "https://evil.example")
        .form(&[("organization", GLOBEX)]);
    assert_eq!(create.send().await.unwrap().status(), StatusCode::FORBIDDEN);
}
