//! Logins through a proxy, with one process and with the other, and what the site believes of the headers.

use reqwest::{Method, StatusCode};

use super::reverse_proxy::{Program, ReverseProxy};
use crate::{
    browser::{ALICE, Browser, PASSWORD},
    refresh::cluster::{Cluster, Port},
};

async fn start(program: Program, further: &[(&str, &str)]) -> (Cluster, ReverseProxy) {
    let port = Port::take();
    let trusted = [&[("TRUSTED_PROXIES", "127.0.0.1")], further].concat();
    let cluster = Cluster::start_behind(&port, 2, &trusted).await;
    let replicas = [0, 1].map(|number: usize| cluster.replicas[number].address());
    let proxy = ReverseProxy::start(program, &port, replicas).await;
    (cluster, proxy)
}

async fn log_in(browser: &Browser) {
    let form = browser.open("/profile").await.assert_status(200);
    let profile = browser.submit_login(&form, ALICE, PASSWORD).await;
    assert_eq!(profile.assert_status(200).path_and_query(), "/profile");
}

async fn logs_in(program: Program) {
    let Some(program) = program.installed() else {
        return;
    };
    let (mut cluster, _proxy) = start(program, &[]).await;
    let alice = cluster.browser();
    log_in(&alice).await;
    // Each process serves the session that the other one created.
    for number in [0, 1] {
        cluster.replicas[number].kill();
        for _ in 0..4 {
            let products = alice.get_json("/api/products").await.assert_status(200);
            assert_eq!(products.json()["owner"], "auth0|alice");
        }
        log_in(&cluster.browser()).await;
        cluster.replicas[number].start(None).await;
    }
    alice.log_out().await.assert_status(200);
    alice.get_json("/api/products").await.assert_status(401);
    // Not for the public.
    for path in ["/readyz", "/metrics"] {
        alice.visit(path).await.assert_status(404);
    }
    alice.visit("/healthz").await.assert_status(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_through_nginx_survives_the_death_of_either_process() {
    logs_in(Program::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_through_caddy_survives_the_death_of_either_process() {
    logs_in(Program::Caddy).await;
}

/// Each of the two processes accepts `LIMIT` logins of one client.
async fn counts_clients(program: Program) {
    const LIMIT: usize = 3;
    let Some(program) = program.installed() else {
        return;
    };
    let (cluster, _proxy) = start(program, &[("AUTH0_LOGIN_RATE_LIMIT", "3")]).await;
    let mut accepted = 0;
    for number in 0..20 {
        let browser = cluster.browser();
        let forged = format!("198.51.100.{number}");
        let request = browser
            .request(Method::GET, "/auth/login")
            .header("x-forwarded-for", &forged)
            .header("forwarded", format!("for={forged};host=evil.example"))
            .header("x-forwarded-host", "evil.example")
            .header("x-real-ip", &forged);
        let response = browser.send(request).await;
        match response.status {
            StatusCode::SEE_OTHER => accepted += 1,
            StatusCode::TOO_MANY_REQUESTS => {}
            other => panic!("{other}"),
        }
    }
    assert!((LIMIT..=2 * LIMIT).contains(&accepted), "{accepted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nginx_does_not_pass_on_forged_addresses() {
    counts_clients(Program::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn caddy_does_not_pass_on_forged_addresses() {
    counts_clients(Program::Caddy).await;
}
