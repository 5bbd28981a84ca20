//! Refreshes in the midst of something that goes wrong or goes on: a page that is being streamed, an answer that fails, a
//! client that is gone.

use std::time::Duration;

use tenant::RefreshCounts;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

use super::{
    in_process::{refreshes, short_lived, the_chain_is_whole},
    wait::until,
};
use crate::{
    browser::{ALICE, Person},
    test_env::World,
};

/// How long the tenant keeps the answer to itself once the refresh token is used up.
const DELAY: Duration = Duration::from_millis(700);
const MAX_ANSWER: Duration = Duration::from_secs(20);

/// Alice with an expired token, and a tenant that is slow to answer.
async fn with_alice() -> (World, Person) {
    let world = World::with(|plan| {
        short_lived(plan);
        plan.tenant.refresh_delay = DELAY;
    })
    .await;
    let alice = world.person();
    let form = alice.open("/profile").await.is(200);
    alice
        .fill_in(&form, ALICE, crate::browser::PASSWORD)
        .await
        .is(200);
    assert_eq!(world.tenant.refreshes(), RefreshCounts::default());
    world.advance(10);
    (world, alice)
}

/// A connection on which a request was just sent, and nothing was read.
async fn sent(world: &World, alice: &Person, path: &str, accept: &str) -> TcpStream {
    let address = ("127.0.0.1", world.base_url.port().unwrap());
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nCookie: session={}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n",
        world.host(),
        alice.cookie("session").unwrap(),
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

/// Reads until `text` was there.
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

/// That what the one refresh brought is in the store: it serves the next call, and its refresh token the one after.
async fn was_kept(world: &World, alice: &Person) {
    alice.get_json("/api/products").await.is(200);
    let one = RefreshCounts {
        granted: 1,
        reused: 0,
    };
    assert_eq!(world.tenant.refreshes(), one);
    world.advance(10);
    alice.get_json("/api/products").await.is(200);
    let another = RefreshCounts {
        granted: 2,
        reused: 0,
    };
    assert_eq!(world.tenant.refreshes(), another);
    the_chain_is_whole(world);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_inside_a_streamed_page_is_kept() {
    let (world, alice) = with_alice().await;
    let mut page = sent(&world, &alice, "/", "text/html").await;
    let begin = read_up_to(&mut page, "Hello, ").await;
    // The status and the head of the page are gone out, and the tenant has not even answered.
    assert!(begin.starts_with("HTTP/1.1 200"), "{begin}");
    assert_eq!(refreshes(&world).len(), 0);
    assert_eq!(world.at_api.entries().len(), 0);
    let end = read_up_to(&mut page, "</html>").await;
    // Where views have no types of their own, there are marks between them.
    assert!(end.replace("<!>", "").contains("<dd>20</dd>"), "{end}");
    assert_eq!(refreshes(&world).len(), 1);
    was_kept(&world, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_inside_a_streamed_page_that_nobody_reads_to_its_end_is_kept() {
    let (world, alice) = with_alice().await;
    let mut page = sent(&world, &alice, "/", "text/html").await;
    read_up_to(&mut page, "Hello, ").await;
    until("the tenant is asked", || {
        world.tenant.refreshes().granted == 1
    })
    .await;
    assert_eq!(refreshes(&world).len(), 0, "nothing is answered yet");
    drop(page);
    was_kept(&world, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_inside_a_call_that_fails_is_kept() {
    let (mut world, alice) = with_alice().await;
    world.stop_api().await;
    let answer = alice.get_json("/api/products").await;
    assert!(answer.status.is_server_error(), "{answer:?}");
    assert_eq!(world.tenant.refreshes().granted, 1);
    world.start_api();
    was_kept(&world, &alice).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_whose_client_hangs_up_is_kept() {
    let (world, alice) = with_alice().await;
    let call = sent(&world, &alice, "/api/products", "application/json").await;
    until("the tenant is asked", || {
        world.tenant.refreshes().granted == 1
    })
    .await;
    assert_eq!(refreshes(&world).len(), 0, "nothing is answered yet");
    drop(call);
    until("the tenant has answered", || refreshes(&world).len() == 1).await;
    was_kept(&world, &alice).await;
    // Whoever hung up got no list: their call ended there and then, and only its refresh went on.
    assert_eq!(world.at_api.entries().len(), 2);
}
