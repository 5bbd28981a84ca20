//! Access tokens: audience, refresh and expiry.

mod expiry;
mod issued;
mod refresh;

use std::time::Duration;

use jsonwebtoken::{DecodingKey, Validation, jwk::JwkSet};
use reqwest::Method;
use serde_json::{Map, Value};

use crate::test_env::{PRODUCTS_API, RecordedExchange, TestEnv, TestEnvBuilder};

/// Verifies a JWT with the tenant's published keys and returns its claims.
async fn verified(env: &TestEnv, token: &str) -> Map<String, Value> {
    let keys = env
        .browser()
        .visit(&env.tenant_url("/.well-known/jwks.json"))
        .await
        .assert_status(200);
    let keys: JwkSet = serde_json::from_str(&keys.body).unwrap();
    let header = jsonwebtoken::decode_header(token).unwrap();
    let key = DecodingKey::from_jwk(keys.find(&header.kid.unwrap()).unwrap()).unwrap();
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.set_audience(&[PRODUCTS_API]);
    jsonwebtoken::decode(token, &key, &validation)
        .unwrap()
        .claims
}

/// Returns the refresh requests to the tenant.
fn refreshes(env: &TestEnv) -> Vec<RecordedExchange> {
    let mut entries = env.tenant_requests.matching(&Method::POST, "/oauth/token");
    entries.retain(|entry| entry.form_field("grant_type").as_deref() == Some("refresh_token"));
    entries
}

/// Uses access tokens that last ten seconds. The clocks start slightly behind, so that the API, which uses the system's clock,
/// accepts all tokens within its leeway of 30 seconds.
fn short_lived(builder: &mut TestEnvBuilder) {
    builder.tenant.access_token_lifetime = Duration::from_secs(10);
    builder.seconds_behind = 15;
}
