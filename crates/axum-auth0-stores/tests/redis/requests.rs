//! What requests cost.

use crate::{connect, id, login, now};

/// Returns the commands that the server ran, and how often.
fn commands(server: &test_databases::RedisServer) -> Vec<String> {
    let statistics = server.command(&["INFO", "commandstats"]);
    let mut commands: Vec<_> = statistics
        .lines()
        .filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(':')?;
            let calls = rest.strip_prefix("calls=")?.split(',').next()?;
            Some(format!("{name} {calls}"))
        })
        .filter(|command| !command.starts_with("info") && !command.starts_with("config"))
        .collect();
    commands.sort();
    commands
}

#[tokio::test]
async fn a_page_view_is_two_reads_in_one_round_trip() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    store.create_login(login(1)).await.unwrap();
    store
        .create_record(&[1; 32], vec![1], now() + 60)
        .await
        .unwrap();
    server.command(&["CONFIG", "RESETSTAT"]);
    for _ in 0..10 {
        let state = store.check_session(&[1; 32], &id(1), now()).await.unwrap();
        assert!(state.is_some());
    }
    assert_eq!(commands(&server), ["exists 10", "hmget 10"]);
    // Each pair came with one read of the socket.
    let statistics = server.command(&["INFO", "stats"]);
    let reads = statistics
        .lines()
        .find_map(|line| line.trim().strip_prefix("total_reads_processed:"));
    let reads: u32 = reads.unwrap().parse().unwrap();
    // Two of redis-cli, which opens a connection for each command.
    assert!((10..=16).contains(&reads), "{reads}");
}

#[tokio::test]
async fn a_script_is_sent_once_and_again_when_the_server_has_forgotten_it() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    store.create_login(login(1)).await.unwrap();
    server.command(&["SCRIPT", "FLUSH"]);
    server.command(&["CONFIG", "RESETSTAT"]);
    for use_at in 0..5 {
        store.mark_used(&id(1), now() + use_at).await.unwrap();
    }
    let commands = commands(&server);
    for command in ["eval 1", "evalsha 5"] {
        assert!(commands.contains(&command.to_owned()), "{commands:?}");
    }
}
