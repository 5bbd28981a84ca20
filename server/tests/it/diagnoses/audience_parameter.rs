//! Providers that ignore the parameter of the audience, and default audiences.

use axum::Router;
use tenant::ApiSettings;

use super::{
    audience::STOCK_API,
    fixes::{apply_fix, restartable},
    modified_tenant::{ModifiedTenant, without_audience},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::{ALICE, Browser},
    test_env::{ORDERS_API, PRODUCTS_API, TestEnv, TestEnvBuilder},
};

pub(crate) async fn auth0_ignores_resource() -> ReportedDiagnosis {
    let by_resource =
        |builder: &mut TestEnvBuilder| builder.set("AUTH0_AUDIENCE_PARAMETER", "resource");
    let env = TestEnv::with(|builder| {
        restartable(builder);
        by_resource(builder);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "`resource=https://products.example.com` was sent",
            "Auth0 ignores",
        ],
        &[
            "Remove AUTH0_AUDIENCE_PARAMETER",
            "Resource Parameter Compatibility Profile",
        ],
    );
    let env = apply_fix(env, &alice, |_| {}).await;
    apply_fix(env, &alice, |builder| {
        by_resource(builder);
        builder.tenant.resource_parameter = true;
    })
    .await;
    diagnosis
}

pub(crate) async fn a_login_without_an_audience_gets_the_default_audience() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.variables.remove("AUTH0_AUDIENCE");
        builder.set("PRODUCTS_API_AUDIENCE", PRODUCTS_API);
        default_audience(builder, STOCK_API);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "`https://products.example.com` was asked for",
            "issued one for `https://stock.example.com`",
            "Default Audience",
        ],
        &["Set AUTH0_AUDIENCE", "API Authorization Settings"],
    );
    apply_fix(env, &alice, |builder| default_audience(builder, STOCK_API)).await;
    diagnosis
}

/// Starts an RFC 8707 provider that issues tokens for `audience` if a request names no API.
async fn with_resource_provider(
    change: impl FnOnce(&mut TestEnvBuilder),
) -> (TestEnv, ModifiedTenant) {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
        builder.tenant.resource_parameter = true;
        change(builder);
    })
    .await;
    let router: Router = without_audience(env.tenant.router());
    let provider = ModifiedTenant::at_tenant_of(&env, router);
    (env, provider)
}

/// Applies the fix at the same provider: requests use `resource`.
async fn fix_by_resource_parameter(
    (env, provider): (TestEnv, ModifiedTenant),
    browser: &Browser,
    change: impl FnOnce(&mut TestEnvBuilder),
) {
    provider.go().await;
    apply_fix(env, browser, |builder| {
        builder.tenant.resource_parameter = true;
        change(builder);
        builder.set("AUTH0_AUDIENCE_PARAMETER", "resource");
    })
    .await;
}

fn default_audience(builder: &mut TestEnvBuilder, audience: &str) {
    if !builder
        .tenant
        .apis
        .iter()
        .any(|api| api.identifier == audience)
    {
        let api = ApiSettings::new(
            audience,
            "Another API",
            &["read:products", "write:products"],
        );
        builder.tenant.apis.push(api);
    }
    builder.tenant.default_audience = Some(audience.to_owned());
}

pub(crate) async fn a_provider_without_audience_parameter_issues_a_token_for_another_api()
-> ReportedDiagnosis {
    let change = |builder: &mut TestEnvBuilder| {
        builder.set("ORDERS_API_URL", "http://127.0.0.1:4002");
        builder.set("ORDERS_API_AUDIENCE", ORDERS_API);
        default_audience(builder, ORDERS_API);
    };
    let (env, provider) = with_resource_provider(change).await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "`https://products.example.com` was asked for",
            "issued one for `https://orders.example.com`",
        ],
        &["Check AUTH0_AUDIENCE", "AUTH0_AUDIENCE_PARAMETER=resource"],
    );
    let one_api = |builder: &mut TestEnvBuilder| default_audience(builder, ORDERS_API);
    fix_by_resource_parameter((env, provider), &alice, one_api).await;
    diagnosis
}

pub(crate) async fn a_provider_without_audience_parameter_issues_a_token_for_its_userinfo()
-> ReportedDiagnosis {
    let change = |builder: &mut TestEnvBuilder| {
        let userinfo = format!("{}userinfo", builder.tenant.issuer);
        default_audience(builder, &userinfo);
    };
    let (env, provider) = with_resource_provider(change).await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "the provider's own /userinfo only",
            "`https://products.example.com`",
        ],
        &["Check that AUTH0_AUDIENCE", "AUTH0_AUDIENCE_PARAMETER"],
    );
    fix_by_resource_parameter((env, provider), &alice, change).await;
    diagnosis
}

pub(crate) async fn a_provider_without_audience_parameter_issues_an_opaque_token()
-> ReportedDiagnosis {
    let (env, provider) = with_resource_provider(|_| {}).await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "`https://products.example.com` was asked for",
            "opaque access token instead of a JWT",
        ],
        &[
            "AUTH0_AUDIENCE_PARAMETER=resource",
            "PRODUCTS_API_TOKEN_FORMAT=opaque",
        ],
    );
    fix_by_resource_parameter((env, provider), &alice, |_| {}).await;
    diagnosis
}
