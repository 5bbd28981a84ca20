//! Reports of changes. A store without them passes.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum_auth0_core::store::{ChangeFeed, LoginRecord, SharedStore, StoreChange};
use tokio::time::{Instant, timeout};

use super::run::{Contract, id};

type Feed = Box<dyn ChangeFeed>;

/// Maximum time until a feed is current.
const CURRENT_TIMEOUT: Duration = Duration::from_secs(20);

/// Maximum age of a proof when it is reported. Processes use it for a moment longer only.
const MAX_AGE: Duration = Duration::from_millis(500);

async fn subscribe(store: &SharedStore) -> Option<Feed> {
    store.subscribe().await.unwrap()
}

/// Returns what the feed reports until it has reported all that is complete now.
async fn reported(feed: &mut Feed) -> HashSet<String> {
    let now = Instant::now();
    let mut changes = HashSet::new();
    let read = async {
        loop {
            match feed.next().await.unwrap() {
                StoreChange::Current(at) if at >= now => return,
                StoreChange::Current(_) => {}
                change => drop(changes.insert(format!("{change:?}"))),
            }
        }
    };
    let read = timeout(CURRENT_TIMEOUT, read).await;
    assert!(read.is_ok(), "the feed is not current");
    changes
}

fn login(byte: u8) -> String {
    format!("{:?}", StoreChange::Login(id(byte)))
}

fn record(byte: u8) -> String {
    format!("{:?}", StoreChange::Record([byte; 32]))
}

pub async fn a_deleted_login_is_reported_to_every_process(contract: Contract) {
    let (store, replica) = (contract.store(), contract.replica());
    contract.create_logins(&[1]).await;
    let Some(mut own) = subscribe(store).await else {
        return;
    };
    let mut other = subscribe(replica).await.unwrap();
    store.delete_login(&id(1)).await.unwrap();
    for feed in [&mut own, &mut other] {
        assert!(reported(feed).await.contains(&login(1)));
    }
}

pub async fn replaced_tokens_are_reported(contract: Contract) {
    contract.create_logins(&[1]).await;
    let Some(mut feed) = subscribe(contract.replica()).await else {
        return;
    };
    let swap = contract.store().swap_tokens(&id(1), 0, vec![7]).await;
    swap.unwrap();
    assert!(reported(&mut feed).await.contains(&login(1)));
}

pub async fn a_deleted_record_is_reported(contract: Contract) {
    let (store, end) = (contract.store(), contract.now() + 3_600);
    let key = [1; 32];
    assert!(store.create_record(&key, vec![0], end).await.unwrap());
    let Some(mut feed) = subscribe(contract.replica()).await else {
        return;
    };
    store.delete_record(&key).await.unwrap();
    assert!(reported(&mut feed).await.contains(&record(1)));
}

pub async fn idle_logins_that_the_cleanup_deletes_are_reported(contract: Contract) {
    let (store, now) = (contract.store(), contract.now());
    let idle = LoginRecord {
        last_seen_at: now - 2_000,
        ..contract.login(1)
    };
    store.create_login(idle).await.unwrap();
    let Some(mut feed) = subscribe(contract.replica()).await else {
        return;
    };
    store.delete_expired(now, now - 1_000, 9).await.unwrap();
    assert!(reported(&mut feed).await.contains(&login(1)));
}

/// A change that was complete before the time of the proof is reported before the proof.
pub async fn no_change_is_missing_when_a_feed_is_current(contract: Contract) {
    const LOGINS: u8 = 200;
    let logins: Vec<_> = (0..LOGINS).collect();
    contract.create_logins(&logins).await;
    let Some(mut feed) = subscribe(contract.replica()).await else {
        return;
    };
    let complete = Arc::new(Mutex::new(Vec::new()));
    for byte in logins {
        let (store, complete) = (contract.handle(byte), Arc::clone(&complete));
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(3) * u32::from(byte)).await;
            store.delete_login(&id(byte)).await.unwrap();
            complete.lock().unwrap().push((byte, Instant::now()));
        });
    }
    let mut reported = HashSet::new();
    loop {
        let at = match feed.next().await.unwrap() {
            StoreChange::Login(login) => {
                reported.insert(login);
                continue;
            }
            StoreChange::Record(_) => continue,
            StoreChange::Current(at) => at,
        };
        let complete = complete.lock().unwrap();
        for (byte, _) in complete.iter().filter(|(_, time)| *time <= at) {
            assert!(reported.contains(&id(*byte)), "login {byte} is missing");
        }
        let is_last = |time: &Instant| *time <= at;
        if complete.len() == usize::from(LOGINS) && complete.iter().all(|(_, time)| is_last(time)) {
            return;
        }
    }
}

pub async fn a_feed_is_current_again_and_again(contract: Contract) {
    let Some(mut feed) = subscribe(contract.store()).await else {
        return;
    };
    let mut proofs = 0;
    let count = async {
        let mut last = None;
        while proofs < 5 {
            if let StoreChange::Current(at) = feed.next().await.unwrap() {
                assert!(at <= Instant::now(), "a proof is of the past");
                let is_new = last.is_none_or(|last| at > last);
                proofs += u32::from(is_new && at.elapsed() < MAX_AGE);
                last = Some(at);
            }
        }
    };
    let counted = timeout(CURRENT_TIMEOUT, count).await;
    assert!(counted.is_ok(), "{proofs} proofs in {CURRENT_TIMEOUT:?}");
}
