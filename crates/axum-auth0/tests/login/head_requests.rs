//! HEAD runs the handlers of GET, but refreshes no tokens.

use http::StatusCode;

use crate::app::TestEnv;
use test_support::Endpoint;

#[tokio::test]
async fn a_head_request_refreshes_no_token() {
    let env = TestEnv::new().await;
    let mut browser = env.logged_in("alice").await;
    env.clock.advance(7_200);
    for path in [
        "/token",
        "/token/orders",
        "/token/renewed",
        "/token/deleting",
        "/token/revoke",
    ] {
        let response = browser.head(path).await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(response.body, "", "{path}");
    }
    assert_eq!(browser.head("/products").await.status, StatusCode::OK);
    for endpoint in [Endpoint::Refresh, Endpoint::Revocation] {
        assert_eq!(env.provider.request_count(endpoint), 0);
    }
    env.token(&mut browser).await;
    assert_eq!(env.provider.request_count(Endpoint::Refresh), 1);
}
