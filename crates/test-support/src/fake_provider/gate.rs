//! Holds back responses until a test releases them, first in, first out.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use tokio::sync::oneshot;

/// The responses of one endpoint that are held back. Clones share them.
#[derive(Clone, Default)]
pub struct Gate(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    open: bool,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Gate {
    /// Enters the queue. The receiver completes when the response is released.
    pub(crate) fn enter(&self) -> oneshot::Receiver<()> {
        let (release, released) = oneshot::channel();
        let mut queue = self.0.lock().unwrap();
        if queue.open {
            drop(release);
        } else {
            queue.waiting.push_back(release);
        }
        released
    }

    /// Releases the oldest response.
    pub fn release_one(&self) {
        self.0.lock().unwrap().waiting.pop_front();
    }

    /// Releases all responses, and holds back no further ones.
    pub fn release_all(&self) {
        let mut queue = self.0.lock().unwrap();
        queue.open = true;
        queue.waiting.clear();
    }
}
