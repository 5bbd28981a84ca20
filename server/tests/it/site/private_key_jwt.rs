//! The site authenticates at the tenant with a private key.

use std::time::Duration;

use tenant::PublicKey;

use crate::{
    browser::ALICE,
    test_env::{TestEnv, TestEnvBuilder},
};

const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg4e/64Yvi4Sa1jorK
6rmC3QZc7rq8LEZLeTQYyYEKTVqhRANCAASF1He7LXZSHMCHLBdZXTkS6tEH7D+B
xA6b9/SBHsoWN5f6XdVyziozahOAVzTfNOAYCD9Xt2Sg/QL2dtgTThDv
-----END PRIVATE KEY-----";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEhdR3uy12UhzAhywXWV05EurRB+w/
gcQOm/f0gR7KFjeX+l3Vcs4qM2oTgFc03zTgGAg/V7dkoP0C9nbYE04Q7w==
-----END PUBLIC KEY-----";
const OTHER_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAolu0ZTNX4VnBhQI1tPiTdLDeLsK407Nsb2GXYTj2XWA=
-----END PUBLIC KEY-----";

/// Registers the public key at the tenant, and gives the private key to the site.
fn use_private_key(builder: &mut TestEnvBuilder, public: &str) {
    builder.variables.remove("AUTH0_CLIENT_SECRET");
    builder.set("AUTH0_CLIENT_ASSERTION_SIGNING_KEY", PRIVATE);
    builder.tenant.applications[0].public_keys = PublicKey::parse(public).unwrap();
}

#[tokio::test]
async fn the_sample_site_works_with_a_private_key_and_signed_requests() {
    let env = TestEnv::with(|builder| {
        use_private_key(builder, PUBLIC);
        builder.set("AUTH0_PUSHED_AUTHORIZATION_REQUESTS", "true");
        builder.set("AUTH0_SIGNED_REQUEST_OBJECT", "true");
        builder.tenant.applications[0].require_signed_requests = true;
        // The API has the clock of the system, and must accept the tokens before and after the refresh.
        builder.seconds_behind = 590;
        builder.tenant.access_token_lifetime = Duration::from_mins(10);
    })
    .await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    alice.get_json("/api/products").await.assert_status(200);
    env.advance(560);
    alice.get_json("/api/products").await.assert_status(200);
    assert_eq!(env.tenant.refreshes().granted, 1);
}

#[tokio::test]
async fn a_login_with_another_key_than_the_registered_fails() {
    let env = TestEnv::with(|builder| use_private_key(builder, OTHER_PUBLIC)).await;
    let alice = env.browser();
    let page = alice.log_in(ALICE).await;
    page.assert_status(500);
    assert_eq!(env.tenant.refreshes().granted, 0);
}
