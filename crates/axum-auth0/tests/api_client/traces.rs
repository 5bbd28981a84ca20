//! Trace context of calls, and their log line.

use serde_json::json;

use crate::{api::Reply, api_test_env::ApiTestEnv};
use test_support::OrdersApi;
use test_support::log_capture;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// W3C Trace Context.
#[tokio::test]
async fn a_call_continues_the_trace_of_its_request() {
    let mut env = ApiTestEnv::new().await;
    let alice = env
        .alice_of(&[("traceparent", PARENT), ("tracestate", "vendor=1,other=2")])
        .await;
    env.orders
        .replies([Reply::status(503), Reply::json(&json!({}))]);
    let orders = alice.api::<OrdersApi>();
    orders.get(["orders"]).send().await.unwrap();
    let asked = env.orders.requests();
    assert_eq!(asked.len(), 2);
    let mut parents = Vec::new();
    for call in &asked {
        let parent = call.header("traceparent").unwrap();
        assert!(parent.starts_with(&format!("00-{TRACE}-")), "{parent}");
        assert!(parent.ends_with("-01"), "{parent}");
        assert_eq!(call.header("tracestate"), Some("vendor=1,other=2"));
        parents.push(parent.to_owned());
    }
    assert_ne!(parents[0], parents[1], "each attempt is one of its own");
    assert!(parents.iter().all(|parent| parent != PARENT));
}

#[tokio::test]
async fn a_request_without_a_trace_starts_one() {
    let mut env = ApiTestEnv::new().await;
    let bad = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
    let mut traces = Vec::new();
    for headers in [&[][..], &[("traceparent", bad), ("tracestate", "vendor=1")]] {
        let alice = env.alice_of(headers).await;
        for _ in 0..2 {
            alice
                .api::<OrdersApi>()
                .get(["orders"])
                .send()
                .await
                .unwrap();
        }
        let asked = env.orders.requests();
        let pair = &asked[asked.len() - 2..];
        let of = |call: usize| pair[call].header("traceparent").unwrap()[3..35].to_owned();
        assert_eq!(of(0), of(1), "calls of one request are of one trace");
        assert_eq!(pair[0].header("tracestate"), None);
        traces.push(of(0));
    }
    assert_ne!(traces[0], traces[1]);
    assert!(
        traces
            .iter()
            .all(|trace| trace.contains(|digit| digit != '0'))
    );
}

#[tokio::test]
async fn the_log_shows_api_and_trace_but_no_content() {
    let mut env = ApiTestEnv::new().await;
    for secret in [
        "canary-path-segment",
        "canary-query-value",
        "canary-sent-body",
    ] {
        env.site.secrets.add("call", secret);
    }
    let trace = "a3ce929d0e0e47364bf92f3577b34da6";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let alice = env.alice_of(&[("traceparent", &parent)]).await;
    env.orders.replies([Reply::status(500), Reply::HangUp]);
    for _ in 0..2 {
        let call = alice.api::<OrdersApi>().post(["canary-path-segment"]);
        let call = call
            .query([("q", "canary-query-value")])
            .json("canary-sent-body");
        call.send().await.unwrap_err();
    }
    let log = log_capture::captured();
    let lines: Vec<_> = log
        .lines()
        .filter(|line| line.contains(trace) && line.contains("API call failed"))
        .collect();
    assert_eq!(lines.len(), 2, "{lines:#?}");
    for part in [
        "api=\"ORDERS\"",
        "method=POST",
        "attempts=1",
        "status_code=500",
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
}
