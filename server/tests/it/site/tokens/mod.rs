//! Access tokens: audience, refresh and expiry.

mod expiry;
mod issued;
mod refresh;

use std::time::Duration;

use reqwest::Method;

use crate::test_env::{RecordedExchange, TestEnv, TestEnvBuilder};

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
