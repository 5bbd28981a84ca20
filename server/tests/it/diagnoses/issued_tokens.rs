//! Format and issuer of a token.

use axum_auth0::jwt;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use tenant::TokenSigning;

use super::{
    fixes::{apply_fix, restartable},
    modified_tenant::{ModifiedTenant, with_access_tokens, with_line_breaks},
    reported,
    reported::{ReportedDiagnosis, assert_says},
};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::{TestEnv, TestEnvBuilder},
};

const NEW_API: &str = "https://products-2.example.com";

pub(crate) async fn the_api_requires_encrypted_tokens() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.products_api_settings().encrypted = true;
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["encrypts access tokens for `https://products.example.com` (JWE)"],
        &[
            "Switch the encryption off",
            "PRODUCTS_API_TOKEN_FORMAT=opaque",
        ],
    );
    // Sent unchecked: an API that can decrypt the token would accept it; this one cannot.
    let env = env
        .restart(|builder| {
            builder.products_api_settings().encrypted = true;
            builder.set("PRODUCTS_API_TOKEN_FORMAT", "opaque");
        })
        .await;
    alice.open("/auth/login?returnTo=%2Fproducts").await;
    let sent = env.products_requests.entries().pop().unwrap();
    assert_eq!(sent.bearer_token().unwrap().split('.').count(), 5);
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn the_api_requires_tokens_signed_with_a_secret() -> ReportedDiagnosis {
    let by_secret = |builder: &mut TestEnvBuilder| {
        builder.products_api_settings().signing = TokenSigning::Hs256;
    };
    let env = TestEnv::with(|builder| {
        restartable(builder);
        by_secret(builder);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &["`https://products.example.com` is signed with a shared secret (HS256)"],
        &[
            "Register the API again with the signing algorithm RS256",
            "AUTH0_AUDIENCE and the API itself",
        ],
    );
    assert_eq!(env.products_requests.entries().len(), 0);
    apply_fix(env, &alice, |builder| {
        by_secret(builder);
        let mut registered_again = builder.products_api_settings().clone();
        NEW_API.clone_into(&mut registered_again.identifier);
        registered_again.signing = TokenSigning::Rs256;
        builder.tenant.apis.push(registered_again);
        builder.set("AUTH0_AUDIENCE", NEW_API);
        NEW_API.clone_into(&mut builder.api_audience);
    })
    .await;
    diagnosis
}

pub(crate) async fn the_tenant_issues_under_its_custom_domain() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant.access_token_issuer = Some("https://login.example.com/".parse().unwrap());
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_says(
        &diagnosis,
        &[
            "from the issuer `https://login.example.com/`",
            "AUTH0_DOMAIN stands for",
        ],
        &[
            "Set AUTH0_DOMAIN to the domain that issues the tokens",
            "custom domain",
        ],
    );
    assert_eq!(env.products_requests.entries().len(), 0);

    // With the custom domain as the only domain, the token is sent. This API trusts the original issuer only.
    let mut domain = String::new();
    let env = env
        .restart(|builder| {
            let custom = builder
                .tenant
                .issuer
                .as_str()
                .replace("127.0.0.1", "localhost");
            builder.set("AUTH0_DOMAIN", &custom);
            builder.tenant.issuer = custom.parse().unwrap();
            domain = custom;
        })
        .await;
    let page = alice.open("/auth/login?returnTo=%2Fproducts").await;
    alice.submit_login(&page, ALICE, PASSWORD).await;
    let sent = env.products_requests.entries().pop().unwrap();
    let claims = jwt::decode_unverified(sent.bearer_token().unwrap()).unwrap();
    assert_eq!(claims.unverified().required_string("iss").unwrap(), domain);
    diagnosis
}

pub(crate) async fn a_token_that_is_no_valid_header_value_is_not_sent() -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
        // A JWT does not contain such characters.
        builder.set("PRODUCTS_API_TOKEN_FORMAT", "opaque");
    })
    .await;
    let stand_in = ModifiedTenant::at_tenant_of(&env, with_line_breaks(env.tenant.router()));
    let alice = env.browser();
    let page = alice.log_in(ALICE).await;
    let diagnosis = reported::in_response(&alice.get_json("/api/products").await);
    reported::assert_on_page(&page, &diagnosis);
    assert_says(
        &diagnosis,
        &["`https://products.example.com`", "no HTTP header can carry"],
        &["fault of the provider"],
    );
    assert_eq!(env.products_requests.entries().len(), 0);
    stand_in.go().await;
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}

pub(crate) async fn a_token_that_is_too_long_is_not_parsed() -> ReportedDiagnosis {
    let many_groups = |token: &str| format!("{token:g<20000}");
    let diagnosis = told_of_tokens(many_groups).await;
    assert_says(
        &diagnosis,
        &["`https://products.example.com` has 20000 bytes", "16384"],
        &["fewer groups"],
    );
    diagnosis
}

pub(crate) async fn a_token_with_an_invalid_expiry_is_not_one_without_expiry() -> ReportedDiagnosis
{
    let diagnosis = told_of_tokens(with_an_end_in_words).await;
    assert_says(
        &diagnosis,
        &["the claim exp is malformed"],
        &["Times are numbers of seconds"],
    );
    diagnosis
}

fn with_an_end_in_words(token: &str) -> String {
    let mut segments = token.split('.');
    let [Some(header), Some(payload), Some(signature)] = [(); 3].map(|()| segments.next()) else {
        return token.to_owned();
    };
    let mut claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["exp"] = "2026-01-01T00:00:00Z".into();
    let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("{header}.{payload}.{signature}")
}

/// Returns the diagnosis if the provider rewrites its access tokens like this, and checks that it disappears once it does not.
async fn told_of_tokens(rewrite: fn(&str) -> String) -> ReportedDiagnosis {
    let env = TestEnv::with(|builder| {
        restartable(builder);
        builder.tenant_is_up = false;
    })
    .await;
    let tenant = with_access_tokens(env.tenant.router(), rewrite);
    let stand_in = ModifiedTenant::at_tenant_of(&env, tenant);
    let alice = env.browser();
    alice.log_in(ALICE).await;
    let diagnosis = reported::on_products_page(&env, &alice).await;
    assert_eq!(env.products_requests.entries().len(), 0);
    stand_in.go().await;
    apply_fix(env, &alice, |_| {}).await;
    diagnosis
}
