//! The prefix of server functions.

use axum::{Router, routing::get};
use http::Method;

use crate::app::TestEnv;

#[tokio::test]
async fn server_functions_are_data_routes_below_their_prefix() {
    let env = TestEnv::new().await;
    let builder = env.auth0_builder().server_function_prefix("/rpc/");
    let app = Router::new()
        .route("/rpc/list", get(|| async { "data" }))
        .route("/rpcs", get(|| async { "page" }))
        .route("/api/list", get(|| async { "page" }));
    let router = builder.build().await.unwrap().wrap(app);
    let mut browser = env.browser().with_router(&router);
    for (path, status) in [("/rpc/list", 403), ("/rpcs", 200), ("/api/list", 200)] {
        let request = browser
            .request(Method::GET, path)
            .header("sec-fetch-site", "cross-site")
            .body(axum::body::Body::empty())
            .unwrap();
        assert_eq!(browser.send(request).await.status, status, "{path}");
    }
}
