//! Compression of pages and data, and the bodies that have to stay as they are.

mod breach;
mod levels;

use reqwest::{Method, header};
use test_support::BodyDecoder;

use crate::{
    browser::{ALICE, Browser},
    test_env::TestEnv,
};

/// A response as it was sent.
struct Sent {
    status: u16,
    encoding: String,
    vary: String,
    body: Vec<u8>,
}

impl Sent {
    fn text(&self) -> String {
        let mut decoder = BodyDecoder::new(&self.encoding);
        decoder.write(&self.body);
        decoder.text()
    }
}

/// Navigates to `path`. `site` is the `Sec-Fetch-Site` header; none if empty.
async fn navigate(browser: &Browser, path: &str, encodings: &str, site: &str) -> Sent {
    let mut request = browser
        .request(Method::GET, path)
        .header(header::ACCEPT, "text/html,*/*;q=0.8")
        .header(header::ACCEPT_ENCODING, encodings);
    if !site.is_empty() {
        request = request
            .header("sec-fetch-site", site)
            .header("sec-fetch-mode", "navigate")
            .header("sec-fetch-dest", "document");
    }
    let response = request.send().await.unwrap();
    let text = |name| {
        let values = response.headers().get_all(name).iter();
        let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
        values.join(", ")
    };
    Sent {
        status: response.status().as_u16(),
        encoding: text(header::CONTENT_ENCODING),
        vary: text(header::VARY),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

async fn alice_in(env: &TestEnv) -> Browser {
    let alice = env.browser();
    alice.log_in(ALICE).await.assert_status(200);
    alice
}

#[tokio::test]
async fn pages_and_data_are_compressed_if_the_client_accepts_gzip() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    for (path, status, words) in [
        ("/", 200, "</html>"),
        ("/products", 200, "</html>"),
        ("/profile", 200, "alice@example.com"),
        ("/signed-out", 200, "</html>"),
        ("/nothing", 404, "</html>"),
        ("/api/products", 200, "\"owner\":\"auth0|alice\""),
    ] {
        let whole = navigate(&alice, path, "identity", "same-origin").await;
        for (accepted, encoding) in [
            ("gzip, deflate, br, zstd", "gzip"),
            ("gzip", "gzip"),
            ("br;q=1, gzip;q=0.5", "gzip"),
            ("gzip;q=0, br", ""),
            ("identity", ""),
            ("zstd", ""),
            ("", ""),
        ] {
            let sent = navigate(&alice, path, accepted, "same-origin").await;
            assert_eq!(sent.status, status, "{path}");
            assert_eq!(sent.encoding, encoding, "{path} with {accepted}");
            assert!(sent.text().contains(words), "{path} with {accepted}");
            // A cache must not send one client's encoding to another.
            assert!(
                sent.vary.contains("accept-encoding"),
                "{path}: {}",
                sent.vary
            );
            assert!(sent.vary.contains("cookie"), "{path}: {}", sent.vary);
            if !encoding.is_empty() {
                assert!(
                    sent.body.len() * 2 < whole.body.len(),
                    "{path} with {accepted}"
                );
            }
        }
    }
}

#[tokio::test]
async fn bodies_without_gain_are_sent_as_they_are() {
    let env = TestEnv::start().await;
    let anonymous = env.browser();
    for (path, status) in [
        ("/auth/user", 200),
        ("/api/products", 401),
        ("/products", 303),
        ("/auth/login", 303),
        ("/healthz", 200),
        ("/favicon.svg", 200),
    ] {
        let sent = navigate(&anonymous, path, "gzip, br", "none").await;
        assert_eq!((sent.status, &*sent.encoding), (status, ""), "{path}");
    }
    // Compressed by the build, and not once more.
    let script = navigate(&anonymous, "/pkg/leptos-auth0.js", "gzip, br", "none").await;
    assert_eq!(script.encoding, "br");
    assert_eq!(script.body, b"brotli of the script");
}

/// The products API does not respond before the first part of the page is decoded.
#[tokio::test]
async fn the_first_part_of_a_streamed_page_arrives_before_the_rest_exists() {
    let mut env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    env.silence_api().await;
    let request = alice
        .request(Method::GET, "/")
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_ENCODING, "gzip");
    let mut page = request.send().await.unwrap();
    assert_eq!(page.headers()[header::CONTENT_ENCODING], "gzip");
    let mut decoder = BodyDecoder::new("gzip");
    while !decoder.text().contains("Alice Example") {
        decoder.write(&page.chunk().await.unwrap().unwrap());
    }
    assert!(!decoder.text().contains("</html>"));
    env.stop_api().await;
    env.start_api();
    while let Some(chunk) = page.chunk().await.unwrap() {
        decoder.write(&chunk);
    }
    assert!(decoder.text().contains("</html>"));
}
