//! Metrics for Prometheus, on a port of their own.

use axum_auth0::Variables;

use crate::{browser::ALICE, test_env::TestEnv};

fn variables(address: &str) -> Variables {
    [("METRICS_ADDR", address)].into_iter().collect()
}

#[tokio::test]
async fn metrics_are_on_a_port_of_their_own_and_not_on_the_site() {
    let started = server::metrics::start(&variables("127.0.0.1:0"))
        .await
        .unwrap();
    let (address, serving) = started.unwrap();
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    alice.open("/products").await.assert_status(200);

    let url = format!("http://{address}/metrics");
    let response = reqwest::get(&url).await.unwrap();
    let media_type = response.headers()["content-type"].to_str().unwrap();
    assert!(
        media_type.starts_with("text/plain; version=0.0.4"),
        "{media_type}"
    );
    let text = response.text().await.unwrap();
    for line in [
        "# HELP auth0_logins_total Logins that created a session",
        "# TYPE auth0_logins_total counter",
        "auth0_logins_total 1",
        "# TYPE auth0_store_operation_duration_seconds histogram",
        "auth0_store_operation_duration_seconds_bucket{operation=\"check_session\",result=\"success\",le=\"0.1\"}",
        "auth0_api_call_duration_seconds_count{api=\"PRODUCTS\",result=\"success\"}",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(!text.contains("alice"), "{text}");
    alice.open("/metrics").await.assert_status(404);
    serving.abort();
}

#[tokio::test]
async fn a_port_that_is_configured_has_to_be_free() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let error = server::metrics::start(&variables(&address))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("METRICS_ADDR: cannot listen on"),
        "{error}"
    );
    let error = server::metrics::start(&variables("9464"))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is not an address like 127.0.0.1:9464"),
        "{error}"
    );
    let off = server::metrics::start(&variables("off")).await.unwrap();
    assert!(off.is_none());
}
