//! Executes the schedule.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use tokio::{
    sync::{OwnedMutexGuard, Semaphore},
    task::{JoinSet, spawn_blocking},
    time::sleep,
};

use crate::{
    cluster::{Cluster, REPLICAS, Replica},
    environment::Environment,
    evidence::Disturbance,
    grants::{Moment, now},
    schedule::{Action, Event, Target},
    store::wait_until_open,
};

const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Between the starts of two events.
const MIN_GAP: Duration = Duration::from_millis(2_500);
/// The end of a disturbance that has not ended.
const NOT_ENDED: Moment = Moment::MAX;

/// What was done, in the order of the starts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disturbances(Arc<Mutex<Vec<Disturbance>>>);

impl Disturbances {
    pub(crate) fn all(&self) -> Vec<Disturbance> {
        self.lock().clone()
    }

    fn begin(&self, target: Target, action: Action) -> usize {
        let mut all = self.lock();
        all.push(Disturbance {
            target,
            action,
            start: now(),
            end: NOT_ENDED,
        });
        all.len() - 1
    }

    fn end(&self, index: usize) {
        if let Some(disturbance) = self.lock().get_mut(index) {
            disturbance.end = now();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Disturbance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Executes all events. Returns when the last process is available again.
pub(crate) async fn run(
    cluster: &Cluster,
    events: &[Event],
    env: &Environment,
    disturbances: &Disturbances,
) -> io::Result<()> {
    // One replica is always left, so that the proxy has a place to send requests to.
    let disturbed_replicas = Arc::new(Semaphore::new(REPLICAS - 1));
    let mut tasks = JoinSet::new();
    for event in events {
        while env.tally.logins_finished() < event.after_sessions {
            sleep(POLL_INTERVAL).await;
        }
        let disturbances = disturbances.clone();
        match event.target {
            Target::Replica(index) => {
                let slot = Arc::clone(&disturbed_replicas).acquire_owned();
                let slot = slot.await.map_err(io::Error::other)?;
                let replica = Arc::clone(&cluster.replicas[index]).lock_owned().await;
                let event = *event;
                tasks.spawn(async move {
                    let result = disturb_replica(replica, event, &disturbances).await;
                    drop(slot);
                    result
                });
            }
            Target::Store => {
                let store = Arc::clone(&cluster.store).lock_owned().await;
                let event = *event;
                tasks.spawn(async move { disturb_store(store, event, &disturbances).await });
            }
        }
        sleep(MIN_GAP).await;
    }
    while let Some(result) = tasks.join_next().await {
        result.map_err(io::Error::other)??;
    }
    Ok(())
}

async fn disturb_replica(
    mut replica: OwnedMutexGuard<Replica>,
    event: Event,
    disturbances: &Disturbances,
) -> io::Result<()> {
    replica.program.check_alive()?;
    let index = disturbances.begin(event.target, event.action);
    match event.action {
        Action::Kill { down } => {
            replica.program.kill();
            sleep(down).await;
            start(replica).await?;
        }
        Action::Pause { length } => {
            replica.program.pause();
            sleep(length).await;
            replica.program.resume();
        }
        Action::Restart => {
            replica.program.terminate();
            let terminated = Instant::now();
            while !replica.program.has_exited(terminated)? {
                sleep(POLL_INTERVAL).await;
            }
            start(replica).await?;
        }
    }
    disturbances.end(index);
    Ok(())
}

/// Starts a replica, and waits until it listens.
async fn start(mut replica: OwnedMutexGuard<Replica>) -> io::Result<()> {
    replica.program.start()?;
    let address = replica.address;
    spawn_blocking(move || wait_until_open(address))
        .await
        .map_err(io::Error::other)?
}

async fn disturb_store(
    mut store: OwnedMutexGuard<crate::store::Store>,
    event: Event,
    disturbances: &Disturbances,
) -> io::Result<()> {
    let index = disturbances.begin(event.target, event.action);
    match event.action {
        Action::Kill { down } => {
            store.kill();
            sleep(down).await;
            let restart = spawn_blocking(move || store.restart());
            restart.await.map_err(io::Error::other)??;
        }
        Action::Pause { length } => {
            store.pause();
            sleep(length).await;
            store.resume();
        }
        Action::Restart => return Err(io::Error::other("the store is not restarted")),
    }
    disturbances.end(index);
    Ok(())
}
