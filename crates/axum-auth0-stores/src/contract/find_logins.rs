//! Logins by user and by session at the provider.

use axum_auth0_core::store::{LoginFilter, LoginRecord};

use super::run::{Contract, id};

pub async fn the_logins_of_a_user_and_of_a_provider_session_are_found_and_the_latest_is_first(
    contract: Contract,
) {
    let (store, now) = (contract.store(), contract.now());
    let issuer = "https://tenant.example/";
    let user = |issuer, subject| LoginFilter::User { issuer, subject };
    let alice = |byte, created_at, sid: Option<&str>| LoginRecord {
        subject: "auth0|alice".to_owned(),
        provider_session: sid.map(str::to_owned),
        created_at,
        ..contract.login(byte)
    };
    let elsewhere = LoginRecord {
        issuer: "https://other.example/".to_owned(),
        ..alice(4, now, Some("s1"))
    };
    for login in [
        alice(1, now, Some("s1")),
        alice(2, now + 2, None),
        alice(3, now + 1, Some("s1")),
        elsewhere,
        contract.login(5),
    ] {
        store.create_login(login).await.unwrap();
    }
    let sid = |issuer, sid| LoginFilter::ProviderSession { issuer, sid };
    for (filter, limit, expected) in [
        (user(issuer, "auth0|alice"), 10, &[2, 3, 1][..]),
        (user(issuer, "auth0|alice"), 2, &[2, 3]),
        (user(issuer, "auth0|alice"), 0, &[]),
        (user("https://other.example/", "auth0|alice"), 10, &[4]),
        (user("", "auth0|alice"), 10, &[]),
        (user(issuer, "auth0|5"), 10, &[5]),
        (user(issuer, "auth0|"), 10, &[]),
        (user(issuer, ""), 10, &[]),
        (sid(issuer, "s1"), 10, &[3, 1]),
        (sid("https://other.example/", "s1"), 10, &[4]),
        (sid(issuer, "s"), 10, &[]),
        (sid(issuer, ""), 10, &[]),
    ] {
        let found = store.find_logins(filter, limit).await.unwrap();
        let found: Vec<_> = found.iter().map(|login| login.id).collect();
        let expected: Vec<_> = expected.iter().copied().map(id).collect();
        assert_eq!(found, expected, "{filter:?}, limit {limit}");
    }
    let found = store.find_logins(user(issuer, "auth0|5"), 1).await;
    assert_eq!(found.unwrap(), [contract.login(5)], "all columns");
    store.delete_login(&id(2)).await.unwrap();
    let found = store.find_logins(user(issuer, "auth0|alice"), 1).await;
    assert_eq!(found.unwrap()[0].id, id(3), "without the deleted one");
}
