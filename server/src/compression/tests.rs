use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, Bytes},
    response::{Response, sse},
    routing::get,
};
use futures::{StreamExt as _, channel::mpsc, stream};
use http::{Request, header};
use test_support::BodyDecoder;
use tower::ServiceExt as _;

use super::*;

async fn respond(app: Router, encoding: &str) -> Response {
    let request = Request::get("/")
        .header(header::ACCEPT_ENCODING, encoding)
        .body(Body::empty())
        .unwrap();
    compress(app).oneshot(request).await.unwrap()
}

fn encoding_of(response: &Response) -> &str {
    let value = response.headers().get(header::CONTENT_ENCODING);
    value.map_or("", |value| value.to_str().unwrap())
}

fn site_with(media_type: &'static str, bytes: usize) -> Router {
    let body = "x".repeat(bytes);
    Router::new().route(
        "/",
        get(async move || ([(header::CONTENT_TYPE, media_type)], body)),
    )
}

#[tokio::test]
async fn only_html_and_json_above_the_minimum_are_compressed() {
    for (media_type, bytes, expected) in [
        ("text/html; charset=utf-8", 1024, "gzip"),
        ("text/html", 1023, ""),
        ("application/json", 1024, "gzip"),
        ("application/json", 0, ""),
        ("application/octet-stream", 4096, ""),
        ("text/css; charset=utf-8", 4096, ""),
        ("text/htmlx", 4096, ""),
    ] {
        let response = respond(site_with(media_type, bytes), "gzip, br").await;
        assert_eq!(encoding_of(&response), expected, "{media_type} {bytes}");
        assert_eq!(
            response.headers().contains_key(header::VARY),
            !expected.is_empty()
        );
    }
}

#[tokio::test]
async fn an_event_stream_is_not_compressed() {
    let events = stream::repeat_with(|| Ok::<_, axum::Error>(sse::Event::default().data("x")));
    let app = Router::new().route("/", get(async move || sse::Sse::new(events.take(1000))));
    let response = respond(app, "gzip, br").await;
    assert_eq!(encoding_of(&response), "");
}

#[tokio::test]
async fn a_compressed_body_is_not_compressed_again() {
    let headers = [
        (header::CONTENT_TYPE, "text/html"),
        (header::CONTENT_ENCODING, "gzip"),
    ];
    let app = Router::new().route("/", get(async move || (headers, vec![0; 4096])));
    let response = respond(app, "gzip, br").await;
    assert_eq!(encoding_of(&response), "gzip");
    let body = axum::body::to_bytes(response.into_body(), 10_000).await;
    assert_eq!(body.unwrap().len(), 4096);
}

/// The second chunk does not exist before the first one is decoded.
#[tokio::test]
async fn every_chunk_of_a_streamed_page_is_flushed() {
    let (sender, chunks) = mpsc::unbounded::<Bytes>();
    let body = Body::from_stream(chunks.map(Ok::<_, axum::Error>));
    let body = Arc::new(Mutex::new(Some(body)));
    let app = Router::new().route(
        "/",
        get(move || {
            let body = body.lock().unwrap().take().unwrap();
            async move { ([(header::CONTENT_TYPE, "text/html")], body) }
        }),
    );
    let response = respond(app, "gzip").await;
    assert_eq!(encoding_of(&response), "gzip");
    let mut sent = response.into_body().into_data_stream();
    let mut decoder = BodyDecoder::new("gzip");
    for chunk in ["<p>first", "<p>second", "<p>third"] {
        sender.unbounded_send(Bytes::from(chunk)).unwrap();
        while !decoder.text().ends_with(chunk) {
            decoder.write(&sent.next().await.unwrap().unwrap());
        }
    }
    drop(sender);
    while let Some(rest) = sent.next().await {
        decoder.write(&rest.unwrap());
    }
    assert_eq!(decoder.text(), "<p>first<p>second<p>third");
}
