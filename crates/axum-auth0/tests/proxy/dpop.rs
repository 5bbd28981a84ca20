//! Tokens that are bound to a key (`DPoP`, RFC 9449).

use axum_auth0::clock::Clock as _;
use http::{Method, StatusCode};
use test_support::dpop::Proof;

use crate::{
    api::{HostileApi, RecordedRequest, Reply},
    connection::{exchange, full},
    proxy_test_env::{TestEnv, open, script, start},
};

fn assert_proof(api: &HostileApi, request: &RecordedRequest, site: &TestEnv, nonce: Option<&str>) {
    let token = request.header("authorization").unwrap();
    let token = token.strip_prefix("DPoP ").unwrap();
    let url = format!("{}{}", api.address(), request.target);
    let target = (request.method.as_str(), &*url);
    let proof = Proof::of(&request.headers);
    let now = site.clock.unix_seconds();
    assert_eq!(proof.violation(target, now, nonce, Some(token)), None);
}

#[tokio::test]
async fn a_proxied_request_has_the_sites_proof_and_never_the_browsers() {
    let api = HostileApi::start().await;
    let variables = [("AUTH0_DPOP", "true")];
    let (site, address, browser) = start(api.address(), &variables, open).await;
    let asks = Reply::With(
        401,
        vec![
            (
                "www-authenticate",
                r#"DPoP error="use_dpop_nonce""#.to_owned(),
            ),
            ("dpop-nonce", "nonce-1".to_owned()),
        ],
        String::new(),
    );
    api.replies([Reply::status(200), asks, Reply::status(201)]);
    for (method, status) in [(Method::GET, 200), (Method::POST, 201)] {
        let request = script(&browser, method, "/orders-api/orders");
        let request = request
            .header("dpop", "of-the-browser")
            .header("authorization", "DPoP x");
        let request = request.body(full("{}")).unwrap();
        let response = exchange(address, http::Version::HTTP_11, request).await;
        assert_eq!(response.status, StatusCode::from_u16(status).unwrap());
        assert_eq!(response.header("dpop-nonce"), None);
    }
    let requests = api.requests();
    assert_eq!(requests.len(), 3);
    assert_proof(&api, &requests[0], &site, None);
    assert_proof(&api, &requests[1], &site, None);
    assert_proof(&api, &requests[2], &site, Some("nonce-1"));
    assert_eq!(requests[2].body, "{}");
}
