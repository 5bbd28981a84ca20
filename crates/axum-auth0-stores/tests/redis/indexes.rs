//! The indexes that find the logins of a user hide no login and do not grow without limit.

use axum_auth0_core::store::{LoginFilter, LoginRecord};

use crate::{connect, id, key_of, login, now};

#[tokio::test]
async fn an_entry_without_a_login_is_skipped_and_removed_when_it_is_old() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    for byte in [1, 2] {
        store.create_login(login(byte)).await.unwrap();
    }
    let alice = login(1);
    let index = server.command(&["KEYS", "auth0:user:*"]);
    assert_eq!(index.lines().count(), 1, "{index}");
    let entries = || server.command(&["ZCARD", &index]);
    assert_eq!(entries(), "2");
    // As after a deletion that was interrupted.
    assert_eq!(server.command(&["DEL", &key_of(1)]), "1");
    let found = store.find_logins(alice.user(), 9).await.unwrap();
    assert_eq!(found, [login_at(2, &found[0])]);
    // It may be a login that is being created.
    assert_eq!(entries(), "2");
    let members = server.command(&["ZRANGE", &index, "0", "-1"]);
    for member in members.lines() {
        let old = (now() - 700).to_string();
        server.command(&["ZADD", &index, "XX", &old, member]);
    }
    let found = store.find_logins(alice.user(), 1).await.unwrap();
    assert_eq!(found[0].id, id(2));
    store.find_logins(alice.user(), 9).await.unwrap();
    assert_eq!(entries(), "1", "the other one exists");
    store.delete_login(&id(2)).await.unwrap();
    assert_eq!(server.command(&["KEYS", "auth0:user:*"]), "");
    // An index that is not read expires.
    let other = server.command(&["KEYS", "auth0:provider-session:*"]);
    assert_eq!(other.lines().count(), 1, "{other}");
    let left: i64 = server.command(&["TTL", &other]).parse().unwrap();
    assert!(left > 0, "{left}");
}

/// The same login with the times of another.
fn login_at(byte: u8, other: &LoginRecord) -> LoginRecord {
    LoginRecord {
        created_at: other.created_at,
        last_seen_at: other.last_seen_at,
        expires_at: other.expires_at,
        ..login(byte)
    }
}

#[tokio::test]
async fn the_index_of_a_user_whose_logins_expire_is_bounded_and_expires() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    store.create_login(login(1)).await.unwrap();
    let index = server.command(&["KEYS", "auth0:user:*"]);
    for n in 0..50 {
        let member = format!("1:{}:{n:032x}", now() - 7_200);
        server.command(&["ZADD", &index, "1", &member]);
    }
    for byte in 2..6 {
        store.create_login(login(byte)).await.unwrap();
    }
    assert_eq!(server.command(&["ZCARD", &index]), "5");
    let ttl: i64 = server.command(&["TTL", &index]).parse().unwrap();
    assert!((10_700..=10_800).contains(&ttl), "{ttl}");
    let filter = LoginFilter::ProviderSession {
        issuer: "https://tenant.example/",
        sid: "s1",
    };
    assert_eq!(store.find_logins(filter, 9).await.unwrap().len(), 5);
}

#[tokio::test]
async fn redis_deletes_at_its_end_what_belongs_to_a_session() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let end = now() + 600;
    store.create_login(login(1)).await.unwrap();
    store.create_record(&[1; 32], vec![1], end).await.unwrap();
    store.consume_transaction(&[1; 32], end).await.unwrap();
    store.mark_used(&id(1), now() + 60).await.unwrap();
    store.swap_tokens(&id(1), 0, vec![7]).await.unwrap();
    let mut kinds = 0;
    for key in server.command(&["KEYS", "*"]).lines() {
        let ttl: i64 = server.command(&["TTL", key]).parse().unwrap();
        match key.split(':').nth(1) {
            Some("login") => assert!((7_190..=7_200).contains(&ttl), "{key}: {ttl}"),
            Some("session" | "transaction") => assert!((590..=600).contains(&ttl), "{key}: {ttl}"),
            Some("user" | "provider-session") => assert!(ttl > 7_200, "{key}: {ttl}"),
            // The index of idle logins is cleaned up, the number of the schema remains.
            Some("idle" | "schema") => assert_eq!(ttl, -1, "{key}"),
            _ => panic!("{key}"),
        }
        kinds += 1;
    }
    assert_eq!(kinds, 7);
}

#[tokio::test]
async fn the_index_of_idle_logins_loses_what_is_gone_and_keeps_what_is_used() {
    let Some(server) = test_databases::redis::server(&[]) else {
        return;
    };
    let store = connect(&server.url()).await;
    let now = now();
    for byte in [1, 2, 3] {
        let login = LoginRecord {
            last_seen_at: now - 2_000,
            ..login(byte)
        };
        store.create_login(login).await.unwrap();
    }
    store.mark_used(&id(2), now).await.unwrap();
    // As when Redis deletes it at its end.
    server.command(&["DEL", &key_of(3)]);
    assert_eq!(store.delete_expired(now, now - 1_000, 9).await.unwrap(), 1);
    let indexes = server.command(&["KEYS", "auth0:idle:*"]);
    assert_eq!(indexes, "auth0:idle:02", "that of the login in use");
    let ranked = server.command(&["ZRANGE", &indexes, "0", "-1", "WITHSCORES"]);
    assert_eq!(ranked.lines().last(), Some(now.to_string().as_str()));
    assert!(store.load_login(&id(2)).await.unwrap().is_some());
}
