//! A deployment under load: one process after the other receives SIGTERM and is started again.

use super::{
    load::Load,
    reverse_proxy::{Program, ReverseProxy},
};
use crate::{
    browser::{ALICE, PASSWORD},
    refresh::cluster::{Cluster, Port},
};

const USERS: usize = 8;
const ROUNDS: usize = 2;

async fn fails_no_request(program: Program) {
    let Some(program) = program.installed() else {
        return;
    };
    let port = Port::take();
    let variables = [("TRUSTED_PROXIES", "127.0.0.1")];
    let mut cluster = Cluster::start_behind(&port, 2, &variables).await;
    let replicas = [0, 1].map(|number: usize| cluster.replicas[number].address());
    let _proxy = ReverseProxy::start(program, &port, replicas).await;
    let alice = cluster.browser();
    let form = alice.open("/profile").await.assert_status(200);
    let profile = alice.submit_login(&form, ALICE, PASSWORD).await;
    profile.assert_status(200);

    let site = alice.origin().parse().unwrap();
    let load = Load::start(&site, &alice.cookie("session").unwrap(), USERS);
    for _ in 0..ROUNDS {
        for replica in &mut cluster.replicas {
            replica.terminate();
            let status = replica.exited().await;
            assert!(status.success(), "{status}");
            replica.start(None).await;
            assert!(!replica.log().contains("timed out"));
        }
    }
    let tally = load.stop().await;
    println!(
        "{program:?}: {} requests of {USERS} users during {} restarts, {} failed",
        tally.requests,
        2 * ROUNDS,
        tally.failures.len()
    );
    assert!(tally.failures.is_empty(), "{:#?}", tally.failures);
    assert!(tally.requests > 100, "{}", tally.requests);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_nginx_fails_no_request() {
    fails_no_request(Program::Nginx).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_behind_caddy_fails_no_request() {
    fails_no_request(Program::Caddy).await;
}
