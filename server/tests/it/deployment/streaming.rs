//! The parts of a streamed page reach the browser when they are made.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get};
use futures::{StreamExt as _, stream};
use tokio::{net::TcpListener, sync::Semaphore, time::timeout};

use super::reverse_proxy::{Program, ReverseProxy};
use crate::refresh::cluster::Port;

async fn passes_on_parts(program: Program) {
    let Some(program) = program.installed() else {
        return;
    };
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let page = get(async move || {
        let parts = stream::iter(["first", "last"]).then(move |part| {
            let gate = Arc::clone(&closed);
            async move {
                if part == "last" {
                    gate.acquire().await.unwrap().forget();
                }
                Ok::<_, Infallible>(part)
            }
        });
        Body::from_stream(parts)
    });
    let router = Router::new()
        .route("/", page)
        .route("/readyz", get(|| async { "ready" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // The server of the site, which also speaks HTTP/2 without TLS.
    let serving = server::connections::serve_forever(listener, router);
    let served = tokio::spawn(serving);

    let port = Port::take();
    let _proxy = ReverseProxy::start(program, &port, [address, address]).await;
    // Installs the TLS implementation that reqwest wants, although nothing here uses TLS.
    let options = axum_auth0::http_client::HttpClientOptions::default();
    axum_auth0::http_client::HttpClient::new(options).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("http://localhost:{}/", port.number());
    let mut response = client.get(url).send().await.unwrap();
    let limit = Duration::from_secs(10);
    let first = timeout(limit, response.chunk()).await;
    let first = first.expect("the proxy waits for the last part");
    assert_eq!(first.unwrap().unwrap(), "first");
    gate.add_permits(1);
    assert_eq!(response.chunk().await.unwrap().unwrap(), "last");
    served.abort();
}

#[tokio::test]
async fn nginx_passes_on_the_first_part_before_the_last_one_is_made() {
    passes_on_parts(Program::Nginx).await;
}

#[tokio::test]
async fn caddy_passes_on_the_first_part_before_the_last_one_is_made() {
    passes_on_parts(Program::Caddy).await;
}
