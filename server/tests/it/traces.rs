//! Traces: a collector in this process receives the spans of the site and of the API by OTLP.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, extract::State, routing::post};
use http::StatusCode;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::any_value::Value,
    trace::v1::{Span, span::SpanKind},
};
use prost::Message as _;
use test_support::log_capture;

use crate::{
    browser::ALICE,
    test_env::{CLIENT_SECRET, SITE_SECRET, TestEnv},
};

/// The requests that a collector received.
type Received = Arc<Mutex<Vec<Bytes>>>;

/// Starts a collector. Returns its URL and what it receives.
async fn collector() -> (String, Received) {
    let received = Received::default();
    let router = Router::new()
        .route("/v1/traces", post(receive))
        .with_state(Arc::clone(&received));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, received)
}

async fn receive(State(received): State<Received>, body: Bytes) -> StatusCode {
    received.lock().unwrap().push(body);
    StatusCode::OK
}

fn start(endpoint: &str) -> otlp_traces::Traces {
    let variable =
        |name: &str| (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| endpoint.to_owned());
    otlp_traces::start("site", variable).unwrap().unwrap()
}

fn attribute(span: &Span, name: &str) -> Option<String> {
    let attribute = span.attributes.iter().find(|it| it.key == name)?;
    match attribute.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The trace and the span that the browser's request names.
const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const PARENT: u64 = 0x00f0_67aa_0ba9_02b7;

/// Returns the spans that the collector received, all of the service `site`.
fn spans(bodies: &[Bytes]) -> Vec<Span> {
    let requests = bodies
        .iter()
        .map(|body| ExportTraceServiceRequest::decode(body.clone()).unwrap());
    let resources: Vec<_> = requests
        .flat_map(|request| request.resource_spans)
        .collect();
    for spans in &resources {
        let attributes = &spans.resource.as_ref().unwrap().attributes;
        let name = attributes.iter().find(|it| it.key == "service.name");
        let name = name.unwrap().value.as_ref().unwrap().value.as_ref();
        assert_eq!(name, Some(&Value::StringValue("site".to_owned())));
    }
    resources
        .into_iter()
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect()
}

/// Returns whether `ancestor` is above `span`.
fn is_below(span: &Span, ancestor: &Span, spans: &[&Span]) -> bool {
    let parent = spans
        .iter()
        .find(|other| other.span_id == span.parent_span_id);
    parent.is_some_and(|parent| {
        parent.span_id == ancestor.span_id || is_below(parent, ancestor, spans)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_view_is_one_trace_over_the_site_and_the_api() {
    let (url, received) = collector().await;
    let traces = start(&url);
    log_capture::start_with(traces.layer());
    let env = TestEnv::start().await;
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    let request = alice
        .request(reqwest::Method::GET, "/products")
        .header("accept", "text/html")
        .header("traceparent", format!("00-{TRACE:032x}-{PARENT:016x}-01"));
    alice.send(request).await.assert_status(200);
    let sent = env.products_requests.entries().pop().unwrap();
    let token = sent.bearer_token().unwrap().to_owned();
    tokio::task::spawn_blocking(|| traces.shutdown())
        .await
        .unwrap();

    let bodies = std::mem::take(&mut *received.lock().unwrap());
    let spans = spans(&bodies);
    let of_view: Vec<&Span> = spans
        .iter()
        .filter(|span| span.trace_id == TRACE.to_be_bytes())
        .collect();
    let names: Vec<&str> = of_view.iter().map(|span| span.name.as_str()).collect();
    let find = |is_wanted: &dyn Fn(&Span) -> bool| {
        let found = of_view.iter().find(|span| is_wanted(span));
        *found.unwrap_or_else(|| panic!("a span is missing in {names:?}"))
    };
    let page = find(&|span| span.parent_span_id == PARENT.to_be_bytes());
    let server = SpanKind::Server as i32;
    assert_eq!((page.name.as_str(), page.kind), ("GET", server));
    assert_eq!(attribute(page, "url.path").as_deref(), Some("/products"));
    let status = attribute(page, "http.response.status_code");
    assert_eq!(status.as_deref(), Some("200"));
    let call = find(&|span| span.name == "api_call");
    assert_eq!(call.kind, SpanKind::Client as i32);
    let store = find(&|span| span.name == "check_session");
    assert!(is_below(call, page, &of_view) && is_below(store, page, &of_view));
    // The span of the API is the child of the call.
    let api = find(&|span| span.parent_span_id == call.span_id && span.kind == server);
    assert_eq!(api.name, "GET");
    // The login is a trace of its own, with the requests to the provider.
    for name in ["login", "token", "discovery", "jwks", "create_login"] {
        assert!(spans.iter().any(|span| span.name == name), "{name}");
    }
    for body in &bodies {
        let text = String::from_utf8_lossy(body);
        for secret in [token.as_str(), ALICE, "code=", CLIENT_SECRET, SITE_SECRET] {
            assert!(!text.contains(secret), "{secret}");
        }
    }
}

#[test]
fn without_an_endpoint_nothing_is_exported() {
    assert!(otlp_traces::start("site", |_| None).unwrap().is_none());
    let disabled = |name: &str| match name {
        "OTEL_SDK_DISABLED" => Some("true".to_owned()),
        "OTEL_EXPORTER_OTLP_ENDPOINT" => Some("http://127.0.0.1:4318".to_owned()),
        _ => None,
    };
    assert!(otlp_traces::start("site", disabled).unwrap().is_none());
    let invalid = |name: &str| (name == "OTEL_EXPORTER_OTLP_ENDPOINT").then(|| "no url".to_owned());
    assert!(otlp_traces::start("site", invalid).is_err());
}
