//! Refreshes during a streamed page, a failing response, or a disconnect of the client.

use std::time::Duration;

use tenant::RefreshCounts;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{
    in_process::{assert_refresh_chain, refreshes, short_lived},
    wait::wait_until,
};
use crate::{
    browser::{ALICE, Browser},
    test_env::TestEnv,
};

/// How long the tenant delays its response after it has consumed the refresh token.
const DELAY: Duration = Duration::from_millis(700);
const MAX_ANSWER: Duration = Duration::from_secs(20);

/// Logs Alice in, lets her token expire, and delays the tenant's responses.
async fn with_alice() -> (TestEnv, Browser) {
    let env = TestEnv::with(|builder| {
        short_lived(builder);
        builder.tenant.refresh_delay = DELAY;
    })
    .await;
    let alice = env.browser();
    let form = alice.open("/profile").await.assert_status(200);
    alice
        .submit_login(&form, ALICE, crate::browser::PASSWORD)
        .await
        .assert_status(200);
    assert_eq!(env.tenant.refreshes(), RefreshCounts::default());
    env.advance(10);
    (env, alice)
}

/// Opens a connection and sends a request, without reading the response.
async fn sent(env: &TestEnv, alice: &Browser, path: &str, accept: &str) -> TcpStream {
    let address = ("127.0.0.1", env.base_url.port().unwrap());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n",
        env.host(),
        alice.cookie("session").unwrap(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until `text` has arrived.
async fn read_up_to(stream: &mut TcpStream, text: &str) -> String {
    let mut read = Vec::new();
    let reading = async {
        while !String::from_utf8_lossy(&read).contains(text) {
            let some = stream.read_buf(&mut read).await.unwrap();
            assert_ne!(some, 0, "{} without {text}", String::from_utf8_lossy(&read));
        }
    };
    timeout(MAX_ANSWER, reading).await.unwrap();
    String::from_utf8_lossy(&read).into_owned()
}

/// Asserts that the result of the only refresh is stored: the next call uses its access token, the one after its refresh token.
async fn assert_stored(env: &TestEnv, alice: &Browser) {
    alice.get_json("/api/products").await.assert_status(200);
    let one = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), one);
    env.advance(10);
    alice.get_json("/api/products").await.assert_status(200);
    let another = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(env.tenant.refreshes(), another);
    assert_refresh_chain(env);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_during_a_streamed_page_is_stored() {
    let (env, alice) = with_alice().await;
    let mut page = sent(&env, &alice, "/", "text/html").await;
    let begin = read_up_to(&mut page, "Hello, ").await;
    // Status and head of the page were sent before the tenant responded.
    assert!(begin.starts_with("HTTP/1.1 200"), "{begin}");
    assert_eq!(refreshes(&env).len(), 0);
    assert_eq!(env.products_requests.entries().len(), 0);
    let end = read_up_to(&mut page, "</html>").await;
    // With `erase_components` there are markers between the views.
    assert!(end.replace("<!>", "").contains("<dd>20</dd>"), "{end}");
    assert_eq!(refreshes(&env).len(), 1);
    assert_stored(&env, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_during_an_abandoned_streamed_page_is_stored() {
    let (env, alice) = with_alice().await;
    let mut page = sent(&env, &alice, "/", "text/html").await;
    read_up_to(&mut page, "Hello, ").await;
    wait_until("the tenant is asked", || {
        env.tenant.refreshes().granted == 1
    })
    .await;
    assert_eq!(refreshes(&env).len(), 0, "nothing is answered yet");
    drop(page);
    assert_stored(&env, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_during_a_failing_call_is_stored() {
    let (mut env, alice) = with_alice().await;
    env.stop_api().await;
    let response = alice.get_json("/api/products").await;
    assert!(response.status.is_server_error(), "{response:?}");
    assert_eq!(env.tenant.refreshes().granted, 1);
    env.start_api();
    assert_stored(&env, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_client_disconnects_is_stored() {
    let (env, alice) = with_alice().await;
    let call = sent(&env, &alice, "/api/products", "application/json").await;
    wait_until("the tenant is asked", || {
        env.tenant.refreshes().granted == 1
    })
    .await;
    assert_eq!(refreshes(&env).len(), 0, "nothing is answered yet");
    drop(call);
    wait_until("the tenant has answered", || refreshes(&env).len() == 1).await;
    assert_stored(&env, &alice).await;
    // The call of the disconnected client was cancelled; only its refresh continued.
    assert_eq!(env.products_requests.entries().len(), 2);
}
