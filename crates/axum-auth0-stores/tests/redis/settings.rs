//! What a server must be, and what is said about its settings.

use axum_auth0_stores::{RedisOptions, RedisServer, RedisStore, RedisWarning};

use crate::connect;

async fn inspect(settings: &[&str]) -> Option<RedisServer> {
    let server = test_databases::redis::server(settings)?;
    let options = RedisOptions::from_url(&server.url()).unwrap();
    Some(RedisServer::inspect(&options).await.unwrap())
}

#[tokio::test]
async fn settings_with_which_sessions_can_be_lost_are_named() {
    let evicts = ["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"];
    let durable = ["--appendonly", "yes", "--appendfsync", "everysec"];
    let unsynchronized = ["--appendonly", "yes", "--appendfsync", "no"];
    for (settings, expected) in [
        (&[][..], vec![RedisWarning::NoPersistence]),
        (&["--save", "60 1"], vec![RedisWarning::SnapshotsOnly]),
        (&durable, vec![]),
        (&unsynchronized, vec![RedisWarning::NoSync]),
        (
            &[&evicts[..], &durable[..]].concat(),
            vec![RedisWarning::Evicts("allkeys-lru".to_owned())],
        ),
    ] {
        let Some(server) = inspect(settings).await else {
            return;
        };
        assert_eq!(server.warnings, expected, "{settings:?}");
        assert!(!server.is_cluster);
        assert!((server.unix_seconds - crate::now()).abs() <= 2);
    }
}

#[tokio::test]
async fn data_of_a_newer_version_are_refused_and_left_alone() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    server.command(&["SET", "auth0:schema", "999"]);
    let options = RedisOptions::from_url(&server.url()).unwrap();
    let error = RedisStore::connect(options).await.unwrap_err().to_string();
    assert!(
        error.contains("newer version") && error.contains("999"),
        "{error}"
    );
    assert_eq!(server.command(&["GET", "auth0:schema"]), "999");
}

#[tokio::test]
async fn a_replica_is_refused() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let options = RedisOptions::from_url(&server.url()).unwrap();
    let error = RedisStore::connect(options).await.unwrap_err().to_string();
    assert!(error.contains("is a replica"), "{error}");
}

#[tokio::test]
async fn a_server_that_becomes_a_replica_is_left_for_the_new_one() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    server.command(&["REPLICAOF", "127.0.0.1", "1"]);
    let error = store.create_login(crate::login(1)).await.unwrap_err();
    assert!(
        error.to_string().to_lowercase().contains("readonly"),
        "{error}"
    );
    server.command(&["REPLICAOF", "NO", "ONE"]);
    store.create_login(crate::login(1)).await.unwrap();
}

#[tokio::test]
async fn a_password_is_used_and_a_wrong_one_is_not_repeated() {
    let Some(server) = test_databases::redis::server(&["--requirepass", "right-password"]) else {
        return;
    };
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}", server.port());
    let store = connect(&url("right-password")).await;
    store.ping().await.unwrap();
    let text = format!("{store:?}");
    assert!(
        text.contains("127.0.0.1") && !text.contains("right-password"),
        "{text}"
    );
    for wrong in ["wrong-password", ""] {
        let options = RedisOptions::from_url(&url(wrong)).unwrap();
        let error = RedisStore::connect(options).await.unwrap_err().to_string();
        assert!(!error.contains("wrong-password"), "{error}");
    }
}
