//! Introspection of opaque tokens (RFC 7662).

mod cache;
mod outages;
mod responses;

use axum_auth0_bearer::{BearerErrorKind, Introspection};
use serde_json::{Value, json};
use test_support::{CLIENT_ID, CLIENT_SECRET, NOW, Part, Reply};

use crate::env::{API, TestEnv};

const PATH: &str = "/oauth/introspect";

const TOKEN: &str = "0paque-t0ken_without-dots";

async fn start() -> TestEnv {
    with(Introspection::new(CLIENT_ID, CLIENT_SECRET)).await
}

async fn with(introspection: Introspection) -> TestEnv {
    let env = TestEnv::new().await;
    let endpoint = env.fake.url(PATH);
    env.fake.modify(Part::Metadata, move |metadata| {
        metadata["introspection_endpoint"] = json!(endpoint);
    });
    TestEnv {
        verifier: env.verifier.clone().introspection(introspection),
        ..env
    }
}

/// An active token of Alice, changed: `null` removes a member.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers write json!({…}) in place"
)]
fn active(changes: Value) -> Reply {
    let mut response = json!({
        "active": true, "sub": "auth0|alice", "client_id": "site", "aud": API, "exp": NOW + 3600,
        "scope": "openid read:products", "token_type": "Bearer",
    });
    let members = response.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap().clone() {
        if value.is_null() {
            members.remove(&name);
        } else {
            members.insert(name, value);
        }
    }
    Reply::Json(200, response)
}

fn introspections(env: &TestEnv) -> usize {
    env.fake.request_count_at(PATH)
}

/// Returns the error for a token with this response.
async fn error(response: Reply) -> BearerErrorKind {
    let env = start().await;
    env.fake.reply_at(PATH, response);
    env.rejected(TOKEN).await
}
