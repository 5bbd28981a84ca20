//! The client's bounds, and what its errors say.

use std::time::Duration;

use axum_auth0_core::http_client::{Delivery, HttpClient, HttpClientOptions, HttpError};
use http::Request;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use url::Url;

use test_support::{FakeProvider, Reply};

fn http_client(options: HttpClientOptions) -> HttpClient {
    HttpClient::new(options).unwrap()
}

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).unwrap()
}

/// A server that reads a request, sends these bytes and closes the connection.
async fn raw_server(answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let _ = connection.write_all(&answer).await;
        }
    });
    base
}

#[tokio::test]
async fn every_status_is_an_answer_and_redirects_are_not_followed() {
    let fake = FakeProvider::without_keys().await;
    let elsewhere = format!("{}/elsewhere", fake.base());
    fake.reply_at(
        "/moved",
        Reply::text(302, "text/plain", "moved").with_header("location", &elsewhere),
    );
    fake.reply_at("/broken", Reply::status(500));
    let http_client = http_client(HttpClientOptions::default());

    let moved = http_client
        .send(get(&format!("{}/moved", fake.base())))
        .await
        .unwrap();
    assert_eq!(
        (moved.status().as_u16(), moved.body().as_ref()),
        (302, b"moved".as_slice())
    );
    assert!(moved.headers().contains_key("location"));
    assert_eq!(
        http_client
            .send(get(&format!("{}/broken", fake.base())))
            .await
            .unwrap()
            .status()
            .as_u16(),
        500
    );
    assert_eq!(fake.request_count_at("/elsewhere"), 0);

    let error = http_client
        .get_json(&Url::parse(&format!("{}/moved", fake.base())).unwrap())
        .await
        .unwrap_err();
    assert!(
        matches!(error, HttpError::Status { status, .. } if status.as_u16() == 302),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_with_a_length_beyond_the_limit_is_refused() {
    let fake = FakeProvider::without_keys().await;
    fake.reply_at(
        "/large",
        Reply::text(200, "application/json", &" ".repeat(10 * 1024 * 1024)),
    );
    let error = http_client(HttpClientOptions::default())
        .send(get(&format!("{}/large", fake.base())))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            HttpError::TooLarge {
                limit: 1_048_576,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_that_hides_its_length_is_counted() {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..40 {
        answer.extend(b"400\r\n");
        answer.extend([b'x'; 0x400]);
        answer.extend(b"\r\n");
    }
    answer.extend(b"0\r\n\r\n");
    let base = raw_server(answer).await;
    let small = http_client(HttpClientOptions {
        max_response_bytes: 32 * 1024,
        ..HttpClientOptions::default()
    });
    let error = small.send(get(&base)).await.unwrap_err();
    assert!(
        matches!(error, HttpError::TooLarge { limit: 32_768, .. }),
        "{error}"
    );
    let large = http_client(HttpClientOptions {
        max_response_bytes: 40 * 1024,
        ..HttpClientOptions::default()
    });
    assert_eq!(
        large.send(get(&base)).await.unwrap().body().len(),
        40 * 1024
    );
}

#[tokio::test]
async fn silence_ends_after_the_total_timeout_with_the_outcome_unknown() {
    let fake = FakeProvider::without_keys().await;
    fake.reply_at("/silent", Reply::NoResponse);
    let limit = Duration::from_millis(200);
    let impatient = http_client(HttpClientOptions {
        total_timeout: limit,
        ..HttpClientOptions::default()
    });
    let error = impatient
        .send(get(&format!("{}/silent", fake.base())))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, HttpError::Timeout { limit: reached, sent: Delivery::Unknown, .. } if *reached == limit),
        "{error}"
    );
    assert_eq!(fake.request_count_at("/silent"), 1);
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_off_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let _ = connection.read(&mut [0; 4096]).await;
        let _ = connection
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")
            .await;
        std::future::pending::<()>().await;
    });
    let impatient = http_client(HttpClientOptions {
        total_timeout: Duration::from_millis(200),
        ..HttpClientOptions::default()
    });
    let error = impatient.send(get(&base)).await.unwrap_err();
    assert!(
        matches!(
            error,
            HttpError::Timeout {
                sent: Delivery::Unknown,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_refused_connection_certainly_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = http_client(HttpClientOptions::default())
        .send(get(&base))
        .await
        .unwrap_err();
    assert!(matches!(error, HttpError::Connect { .. }), "{error}");
    assert_eq!(error.sent(), Delivery::NotSent);
}

#[tokio::test]
async fn a_lost_connection_leaves_the_outcome_unknown() {
    for answer in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
    ] {
        let base = raw_server(answer.to_vec()).await;
        let error = http_client(HttpClientOptions::default())
            .send(get(&base))
            .await
            .unwrap_err();
        assert!(
            matches!(error, HttpError::Interrupted { .. }),
            "{answer:?}: {error}"
        );
        assert_eq!(error.sent(), Delivery::Unknown);
    }
}

#[tokio::test]
async fn json_is_what_parses_as_json_whatever_its_media_type() {
    let fake = FakeProvider::without_keys().await;
    fake.reply_at("/html", Reply::html(200));
    fake.reply_at("/plain", Reply::text(200, "text/plain", "{\"a\":1}"));
    let http_client = http_client(HttpClientOptions::default());
    let at = |path: &str| Url::parse(&format!("{}{path}", fake.base())).unwrap();

    let error = http_client.get_json(&at("/html")).await.unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("/html answered with text/html that is not JSON"),
        "{error}"
    );
    assert_eq!(http_client.get_json(&at("/plain")).await.unwrap()["a"], 1);
}

#[tokio::test]
async fn a_status_carries_how_long_to_wait() {
    let fake = FakeProvider::without_keys().await;
    fake.reply_at(
        "/busy",
        Reply::text(503, "text/html", "busy").with_header("retry-after", "7"),
    );
    let error = http_client(HttpClientOptions::default())
        .get_json(&Url::parse(&format!("{}/busy", fake.base())).unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
}

#[tokio::test]
async fn what_must_not_be_asked_is_not() {
    let http_client = http_client(HttpClientOptions::default());
    for url in [
        "http://example.com/",
        "http://169.254.169.254/latest",
        "http://[2001:db8::1]/",
        "ftp://localhost/",
        "/relative",
    ] {
        let error = http_client.send(get(url)).await.unwrap_err();
        assert!(
            matches!(error, HttpError::InsecureUrl { .. }),
            "{url}: {error}"
        );
    }
}

#[tokio::test]
async fn errors_name_host_and_path_and_no_query_or_body() {
    let fake = FakeProvider::without_keys().await;
    let canary = "canary-c0de";
    fake.reply_at("/token", Reply::text(400, "text/html", canary));
    let http_client = http_client(HttpClientOptions {
        total_timeout: Duration::from_secs(1),
        ..HttpClientOptions::default()
    });
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    for url in [
        format!("{}/token?code={canary}", fake.base()),
        format!("http://{closed}/token?code={canary}"),
        format!("http://example.com/token?code={canary}"),
        format!("{}/token?code={canary}", raw_server(Vec::new()).await),
    ] {
        let error = http_client
            .get_json(&Url::parse(&url).unwrap())
            .await
            .unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(canary), "{shown}");
        assert!(shown.contains("/token"), "{shown}");
    }
}
