//! What a token looks like, and who issued it.

use axum_auth0::{Diagnosis, jwt};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use tenant::TokenSigning;

use super::{
    fixes::{mended, to_be_mended},
    modified_tenant::{StandIn, with_access_tokens, with_line_breaks},
    reported,
    reported::says,
};
use crate::{
    browser::{ALICE, PASSWORD},
    test_env::{Plan, World},
};

const NEW_API: &str = "https://products-2.example.com";

pub(crate) async fn the_api_wants_encrypted_tokens() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.products_at_tenant().encrypted = true;
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &["encrypts access tokens for `https://products.example.com` (JWE)"],
        &[
            "Switch the encryption off",
            "PRODUCTS_API_TOKEN_FORMAT=opaque",
        ],
    );
    // Passed on unchecked: an API that can read it would take it, and this one says that it cannot.
    let world = world
        .start_again(|plan| {
            plan.products_at_tenant().encrypted = true;
            plan.set("PRODUCTS_API_TOKEN_FORMAT", "opaque");
        })
        .await;
    alice.open("/auth/login?returnTo=%2Fproducts").await;
    let sent = world.at_api.entries().pop().unwrap();
    assert_eq!(sent.bearer().unwrap().split('.').count(), 5);
    mended(world, &alice, |_| {}).await;
    told
}

pub(crate) async fn the_api_wants_tokens_signed_with_a_secret() -> Diagnosis {
    let by_secret = |plan: &mut Plan| plan.products_at_tenant().signing = TokenSigning::Hs256;
    let world = World::with(|plan| {
        to_be_mended(plan);
        by_secret(plan);
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &["`https://products.example.com` is signed with a shared secret (HS256)"],
        &[
            "Register the API anew with the signing algorithm RS256",
            "AUTH0_AUDIENCE and the API itself",
        ],
    );
    assert_eq!(world.at_api.entries().len(), 0);
    mended(world, &alice, |plan| {
        by_secret(plan);
        let mut anew = plan.products_at_tenant().clone();
        NEW_API.clone_into(&mut anew.identifier);
        anew.signing = TokenSigning::Rs256;
        plan.tenant.apis.push(anew);
        plan.set("AUTH0_AUDIENCE", NEW_API);
        NEW_API.clone_into(&mut plan.api_audience);
    })
    .await;
    told
}

pub(crate) async fn the_tenant_issues_under_its_custom_domain() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant.access_token_issuer = Some("https://login.example.com/".parse().unwrap());
    })
    .await;
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    says(
        &told,
        &[
            "from the issuer `https://login.example.com/`",
            "AUTH0_DOMAIN stands for",
        ],
        &[
            "Set AUTH0_DOMAIN to the domain that issues the tokens",
            "custom domain",
        ],
    );
    assert_eq!(world.at_api.entries().len(), 0);

    // Under its other name, as one domain for everything: the token is sent. This API trusts the first name only.
    let mut domain = String::new();
    let world = world
        .start_again(|plan| {
            let custom = plan
                .tenant
                .issuer
                .as_str()
                .replace("127.0.0.1", "localhost");
            plan.set("AUTH0_DOMAIN", &custom);
            plan.tenant.issuer = custom.parse().unwrap();
            domain = custom;
        })
        .await;
    let page = alice.open("/auth/login?returnTo=%2Fproducts").await;
    alice.fill_in(&page, ALICE, PASSWORD).await;
    let sent = world.at_api.entries().pop().unwrap();
    let claims = jwt::decode_unverified(sent.bearer().unwrap()).unwrap();
    assert_eq!(claims.unverified().required_string("iss").unwrap(), domain);
    told
}

pub(crate) async fn a_token_that_no_header_can_carry_is_not_sent() -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant_is_up = false;
        // A JWT has no such characters.
        plan.set("PRODUCTS_API_TOKEN_FORMAT", "opaque");
    })
    .await;
    let stand_in = StandIn::at_tenant_of(&world, with_line_breaks(world.tenant.router()));
    let alice = world.person();
    let page = alice.log_in(ALICE).await;
    let told = reported::in_answer(&alice.get_json("/api/products").await);
    reported::is_on(&page, &told);
    says(
        &told,
        &["`https://products.example.com`", "no HTTP header can carry"],
        &["fault of the provider"],
    );
    assert_eq!(world.at_api.entries().len(), 0);
    stand_in.go().await;
    mended(world, &alice, |_| {}).await;
    told
}

pub(crate) async fn a_token_with_too_much_in_it_is_not_read() -> Diagnosis {
    let many_groups = |token: &str| format!("{token:g<20000}");
    let told = told_of_tokens(many_groups).await;
    says(
        &told,
        &["`https://products.example.com` has 20000 bytes", "16384"],
        &["fewer groups"],
    );
    told
}

pub(crate) async fn a_token_whose_end_cannot_be_read_is_not_one_without_an_end() -> Diagnosis {
    let told = told_of_tokens(with_an_end_in_words).await;
    says(
        &told,
        &["the claim exp is malformed"],
        &["Times are numbers of seconds"],
    );
    told
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

/// What is told if the provider makes this of its access tokens; nothing is told any more once it does not.
async fn told_of_tokens(rewrite: fn(&str) -> String) -> Diagnosis {
    let world = World::with(|plan| {
        to_be_mended(plan);
        plan.tenant_is_up = false;
    })
    .await;
    let tenant = with_access_tokens(world.tenant.router(), rewrite);
    let stand_in = StandIn::at_tenant_of(&world, tenant);
    let alice = world.person();
    alice.log_in(ALICE).await;
    let told = reported::on_the_page(&world, &alice).await;
    assert_eq!(world.at_api.entries().len(), 0);
    stand_in.go().await;
    mended(world, &alice, |_| {}).await;
    told
}
