//! Places for requests in progress, and the bounded queue of requests that wait for one.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout},
};

/// How long a request waits for a place before it is refused.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(1);

/// Age of the oldest waiting request from which the overload is not a short burst any more.
///
/// A burst is served in the order of arrival. Under a lasting overload, that order would make all requests wait for almost
/// [`MAX_WAIT`], so the newest is served first: those that get a place get it soon.
const BURST: Duration = Duration::from_millis(500);

/// Hands out places.
#[derive(Debug)]
pub(super) struct Queue {
    state: Mutex<State>,
    max_waiting: usize,
}

#[derive(Debug)]
struct State {
    /// Not zero only if no request waits.
    free: usize,
    /// By arrival.
    waiting: BTreeMap<u64, Waiter>,
    next_number: u64,
}

#[derive(Debug)]
struct Waiter {
    since: Instant,
    place: oneshot::Sender<Place>,
}

/// What a new request gets.
#[derive(Debug)]
pub(super) enum Admission {
    Place(Place),
    Waiting(Waiting),
    /// The queue is full.
    Refused,
}

/// The place of a request in progress. If it is dropped, a waiting request gets it.
#[derive(Debug)]
pub(super) struct Place {
    queue: Arc<Queue>,
}

/// A request in the queue. If it is dropped, it leaves the queue.
#[derive(Debug)]
pub(super) struct Waiting {
    queue: Arc<Queue>,
    number: u64,
    place: oneshot::Receiver<Place>,
}

impl Queue {
    pub(super) fn new(places: usize, max_waiting: usize) -> Arc<Self> {
        let state = State {
            free: places,
            waiting: BTreeMap::new(),
            next_number: 0,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            max_waiting,
        })
    }

    pub(super) fn enter(self: &Arc<Self>) -> Admission {
        let mut state = self.lock();
        if let Some(free) = state.free.checked_sub(1) {
            state.free = free;
            return Admission::Place(Place {
                queue: Arc::clone(self),
            });
        }
        if state.waiting.len() >= self.max_waiting {
            return Admission::Refused;
        }
        let number = state.next_number;
        state.next_number += 1;
        let (sender, receiver) = oneshot::channel();
        let waiter = Waiter {
            since: Instant::now(),
            place: sender,
        };
        state.waiting.insert(number, waiter);
        Admission::Waiting(Waiting {
            queue: Arc::clone(self),
            number,
            place: receiver,
        })
    }

    /// A panic while the lock is held leaves no invalid state behind.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Removes the waiter that is served next.
    fn next_waiter(&mut self) -> Option<Waiter> {
        let oldest = self.waiting.first_entry()?;
        if oldest.get().since.elapsed() < BURST {
            return Some(oldest.remove());
        }
        self.waiting.pop_last().map(|(_, newest)| newest)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let waiter = {
            let mut state = self.queue.lock();
            let waiter = state.next_waiter();
            if waiter.is_none() {
                state.free += 1;
            }
            waiter
        };
        if let Some(waiter) = waiter {
            let queue = Arc::clone(&self.queue);
            // A waiter that is gone drops the place, which the next one gets.
            drop(waiter.place.send(Self { queue }));
        }
    }
}

impl Waiting {
    /// Waits for a place; `None` after [`MAX_WAIT`].
    pub(super) async fn place(mut self) -> Option<Place> {
        timeout(MAX_WAIT, &mut self.place).await.ok()?.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let removed = self.queue.lock().waiting.remove(&self.number);
        drop(removed);
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::time::{advance, sleep};

    use super::*;

    fn place(queue: &Arc<Queue>) -> Place {
        match queue.enter() {
            Admission::Place(place) => place,
            other => panic!("{other:?}"),
        }
    }

    fn waiting(queue: &Arc<Queue>) -> Waiting {
        match queue.enter() {
            Admission::Waiting(waiting) => waiting,
            other => panic!("{other:?}"),
        }
    }

    /// Returns whether the request has a place without waiting for one.
    fn has_place(waiting: &mut Waiting) -> Option<Place> {
        waiting.place.try_recv().ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_served_in_the_order_of_arrival() {
        let queue = Queue::new(1, 10);
        let mut held = place(&queue);
        let mut all: Vec<_> = (0..3).map(|_| waiting(&queue)).collect();
        for next in 0..3 {
            drop(held);
            held = has_place(&mut all[next]).unwrap();
            for later in &mut all[next + 1..] {
                assert!(has_place(later).is_none());
            }
        }
        drop(held);
        drop(place(&queue));
    }

    #[tokio::test(start_paused = true)]
    async fn under_a_lasting_overload_the_newest_is_served_first() {
        let queue = Queue::new(1, 10);
        let held = place(&queue);
        let mut oldest = waiting(&queue);
        advance(BURST).await;
        let (mut newer, mut newest) = (waiting(&queue), waiting(&queue));
        drop(held);
        let held = has_place(&mut newest).unwrap();
        assert!(has_place(&mut oldest).is_none() && has_place(&mut newer).is_none());
        drop(held);
        let held = has_place(&mut newer).unwrap();
        drop(held);
        assert!(has_place(&mut oldest).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_waits_for_a_second_and_leaves_the_queue() {
        let queue = Queue::new(1, 1);
        let _held = place(&queue);
        for _ in 0..3 {
            let begin = Instant::now();
            assert!(waiting(&queue).place().await.is_none());
            assert_eq!(begin.elapsed(), MAX_WAIT);
        }
        assert!(queue.lock().waiting.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_place_that_is_freed_in_time_is_received() {
        let queue = Queue::new(1, 1);
        let held = place(&queue);
        let waiting = waiting(&queue);
        let (received, ()) = tokio::join!(waiting.place(), async {
            sleep(MAX_WAIT / 2).await;
            drop(held);
        });
        assert!(received.is_some());
        assert!(matches!(queue.enter(), Admission::Waiting(_)));
        drop(received);
        drop(place(&queue));
    }

    #[tokio::test]
    async fn requests_beyond_the_queue_are_refused_until_one_leaves_it() {
        let queue = Queue::new(1, 2);
        let _held = place(&queue);
        let (first, _second) = (waiting(&queue), waiting(&queue));
        assert!(matches!(queue.enter(), Admission::Refused));
        drop(first);
        drop(waiting(&queue));
    }

    #[tokio::test]
    async fn no_place_is_lost_if_a_waiter_is_gone() {
        let queue = Queue::new(1, 10);
        for _ in 0..5 {
            let held = place(&queue);
            let (first, mut second) = (waiting(&queue), waiting(&queue));
            // It has the place, and does not know it yet.
            drop(held);
            drop(first);
            drop(has_place(&mut second).unwrap());
        }
        assert_eq!(queue.lock().free, 1);
    }

    #[tokio::test]
    async fn a_queue_of_zero_refuses_at_once() {
        let queue = Queue::new(1, 0);
        let _held = place(&queue);
        assert!(matches!(queue.enter(), Admission::Refused));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn all_places_are_free_after_requests_that_end_in_any_order() {
        let queue = Queue::new(3, 50);
        let requests = (0_u64..400).map(|number| {
            let queue = Arc::clone(&queue);
            tokio::spawn(async move {
                match queue.enter() {
                    Admission::Waiting(waiting) if number % 5 == 0 => drop(waiting),
                    Admission::Waiting(waiting) => drop(waiting.place().await),
                    Admission::Place(place) => {
                        tokio::task::yield_now().await;
                        drop(place);
                    }
                    Admission::Refused => {}
                }
            })
        });
        for request in requests.collect::<Vec<_>>() {
            request.await.unwrap();
        }
        let state = queue.lock();
        assert_eq!((state.free, state.waiting.len()), (3, 0));
    }
}
