//! Answers that wait until a test lets them go, in the order in which they were asked for.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::sync::oneshot;

/// Answers of one endpoint that wait.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    open: bool,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Gate {
    /// A place in the queue; it is one's turn when the receiver says so.
    pub(crate) fn queue_up(&self) -> oneshot::Receiver<()> {
        let (turn, waiting) = oneshot::channel();
        let mut queue = self.0.lock().unwrap();
        if queue.open {
            drop(turn);
        } else {
            queue.waiting.push_back(turn);
        }
        waiting
    }

    /// Lets the one that waits longest go.
    pub fn release_one(&self) {
        self.0.lock().unwrap().waiting.pop_front();
    }

    /// Lets all of them go, and those that come.
    pub fn release_all(&self) {
        let mut queue = self.0.lock().unwrap();
        queue.open = true;
        queue.waiting.clear();
    }
}
