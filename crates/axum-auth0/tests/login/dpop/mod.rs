//! Access tokens that are bound to a key of their login (`DPoP`, RFC 9449).

mod bound_tokens;
mod proofs;

use test_support::{Endpoint, RecordedRequest, dpop::Proof};

use crate::app::{TestEnv, TestEnvBuilder};

const HOUR: i64 = 3_600;

async fn env() -> TestEnv {
    TestEnvBuilder::new()
        .set("AUTH0_DPOP", "true")
        .build()
        .await
}

fn proof(request: &RecordedRequest) -> Proof {
    Proof::of(&request.headers)
}

/// Returns the only request at `endpoint`.
fn only(env: &TestEnv, endpoint: Endpoint) -> RecordedRequest {
    let mut requests = env.provider.requests(endpoint);
    assert_eq!(requests.len(), 1, "{endpoint:?}");
    requests.remove(0)
}
