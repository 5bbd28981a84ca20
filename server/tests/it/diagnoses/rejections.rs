//! Requests that the tenant rejects.

use tenant::ApplicationAccess;

use super::{
    fixes::{apply_fix, assert_works, logged_in_long_ago, restartable, signed_in},
    modified_tenant::{self, ModifiedTenant},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::{ORDERS_API, TestEnv, TestEnvBuilder},
};

pub(crate) async fn the_refresh_grant_of_the_application_was_removed() -> ReportedDiagnosis {
    let env = TestEnv::with(logged_in_long_ago).await;
    let alice = signed_in(&env).await;
    let env = env
        .restart(|builder| builder.tenant.applications[0].refresh_tokens = false)
        .await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["Grant type 'refresh_token' not allowed for the client"],
        &[
            "Switch the grants Authorization Code and Refresh Token on",
            "Grant Types",
        ],
    );
    // Nothing was lost: the refresh token works again.
    let env = env.restart(|_| {}).await;
    env.advance(2);
    alice.get_json("/api/products").await.assert_status(200);
    drop(env);
    diagnosis
}

pub(crate) async fn an_unauthorized_application_is_rejected_at_login() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.products_api_settings().access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let alice = env.browser();
    let page = alice.open("/products").await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["does not let this application have tokens for `https://products.example.com`"],
        &["Application Access"],
    );
    let granted = ApplicationAccess::ClientGrants(vec!["leptos-auth0-sample".to_owned()]);
    apply_fix(env, &alice, |builder| {
        builder.products_api_settings().access = granted;
    })
    .await;
    diagnosis
}

pub(crate) async fn an_unauthorized_application_is_rejected_at_refresh() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.add_orders();
        let orders = builder
            .tenant
            .apis
            .iter_mut()
            .find(|api| api.identifier == ORDERS_API);
        orders.unwrap().access = ApplicationAccess::ClientGrants(Vec::new());
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::by_call(&env, &alice, "/api/orders").await;
    assert_says(
        &diagnosis,
        &["tokens for `https://orders.example.com`"],
        &["Application Access"],
    );
    alice.get_json("/api/products").await.assert_status(200);
    let _world = apply_fix(env, &alice, TestEnvBuilder::add_orders).await;
    alice.get_json("/api/orders").await.assert_status(200);
    diagnosis
}

pub(crate) async fn a_wrong_client_secret_is_reported_on_the_page_of_the_failed_login()
-> ReportedDiagnosis {
    const WRONG: &str = "not-the-secret-of-the-tenant";
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.set("AUTH0_CLIENT_SECRET", WRONG);
    })
    .await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["does not accept this application's credentials"],
        &[
            "Compare AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET",
            "AUTH0_CLIENT_AUTHENTICATION",
        ],
    );
    assert!(!page.body.contains(WRONG) && !env.log.text().contains(WRONG));
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn a_login_parameter_is_rejected() -> ReportedDiagnosis {
    let env = TestEnv::start().await;
    let alice = env.browser();
    let page = alice
        .open("/auth/login?connection=google-oauth2&returnTo=%2Fproducts")
        .await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &[
            "refused the request: invalid_request",
            "The connection was not found",
        ],
        &[
            "Monitoring > Logs",
            "AUTH0_PROMPT",
            "the link to /auth/login",
        ],
    );
    assert_works(&alice).await;
    diagnosis
}

pub(crate) async fn a_required_acr_that_the_provider_ignores_fails_the_login() -> ReportedDiagnosis
{
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
    })
    .await;
    let provider = modified_tenant::without_second_factors(env.tenant.router());
    let stand_in = ModifiedTenant::at_tenant_of(&env, provider);
    let alice = signed_in(&env).await;
    let page = alice
        .open("/auth/login?acr_values=urn:example:gold&require_acr=true&returnTo=%2Fproducts")
        .await;
    let diagnosis = reported::at_login_with_status(&env, &page, 502);
    assert_says(
        &diagnosis,
        &["strength of the login was required"],
        &["api.multifactor.enable", "acr_values"],
    );
    // The session of before is kept.
    assert_works(&alice).await;
    stand_in.go().await;
    diagnosis
}

pub(crate) async fn a_provider_without_mutual_tls_fails_the_login() -> ReportedDiagnosis {
    let folder = tempfile::tempdir().unwrap();
    let certificate = test_support::Authority::default().client("site");
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("client.crt"), &certificate.certificate).unwrap();
    std::fs::write(path("client.key"), &certificate.private_key).unwrap();
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.variables.remove("AUTH0_CLIENT_SECRET");
        builder.set("AUTH0_MTLS", "true");
        builder.set("AUTH0_MTLS_CERTIFICATE_FILE", &path("client.crt"));
        builder.set("AUTH0_MTLS_KEY_FILE", &path("client.key"));
    })
    .await;
    let alice = env.browser();
    let page = alice.open("/products").await;
    let diagnosis = reported::at_login_start(&env, &page);
    assert_says(
        &diagnosis,
        &["AUTH0_MTLS requires", "mtls_endpoint_aliases"],
        &["Switch it on at the provider"],
    );
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn an_organization_that_the_provider_ignores_fails_the_login() -> ReportedDiagnosis
{
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
    })
    .await;
    let provider = modified_tenant::without_organizations(env.tenant.router());
    let stand_in = ModifiedTenant::at_tenant_of(&env, provider);
    let alice = env.browser();
    let login = "/auth/login?organization=acme&returnTo=%2Fproducts";
    let form = alice.open(login).await.assert_status(200);
    let page = alice.submit_login(&form, ALICE, PASSWORD).await;
    let diagnosis = reported::at_login_with_status(&env, &page, 502);
    assert_says(&diagnosis, &["org_id is missing"], &["Business Users"]);
    stand_in.go().await;
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn several_resources_in_one_request_are_rejected() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.add_orders();
        builder.set("AUTH0_AUDIENCE_PARAMETER", "resource");
        builder.tenant.resource_parameter = true;
    })
    .await;
    let alice = env.browser();
    let page = alice.open("/products").await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &["several APIs at once", "send one resource"],
        &["AUTH0_AUDIENCE_PARAMETER=audience", "one API only"],
    );
    let env = apply_fix(env, &alice, |builder| {
        builder.add_orders();
        builder.set("AUTH0_AUDIENCE_PARAMETER", "audience");
    })
    .await;
    alice.get_json("/api/orders").await.assert_status(200);
    // The alternative fix: remove the second API.
    apply_fix(env, &alice, |builder| {
        builder.set("AUTH0_AUDIENCE_PARAMETER", "resource");
        builder.tenant.resource_parameter = true;
    })
    .await;
    diagnosis
}

pub(crate) async fn an_unknown_scope_is_rejected_at_login() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
    })
    .await;
    let provider = modified_tenant::rejecting_write_products(env.tenant.router());
    let stand_in = ModifiedTenant::at_tenant_of(&env, provider);
    let alice = env.browser();
    let page = alice.open("/products").await;
    let diagnosis = reported::at_login(&env, &page);
    assert_says(
        &diagnosis,
        &[
            "AUTH0_SCOPE: `openid`",
            "PRODUCTS_API_SCOPE: `read:products`, `write:products`",
        ],
        &["`PRODUCTS_API_SCOPE=` asks for none"],
    );
    stand_in.go().await;
    apply_fix(env, &alice, |builder| {
        builder.set("PRODUCTS_API_SCOPE", "read:products");
    })
    .await;
    diagnosis
}
