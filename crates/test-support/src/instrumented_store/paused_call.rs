//! A call of the store that waits for the test.

use std::sync::Arc;

use tokio::sync::Semaphore;

/// A call of a store that waits until the test releases it.
#[derive(Clone, Debug)]
pub struct PausedCall {
    reached: Arc<Semaphore>,
    released: Arc<Semaphore>,
}

impl PausedCall {
    pub(super) fn new() -> Self {
        Self {
            reached: Arc::new(Semaphore::new(0)),
            released: Arc::new(Semaphore::new(0)),
        }
    }

    /// Reports that the call was made, and waits until the test releases it.
    pub(super) async fn wait_for_release(&self) {
        self.reached.add_permits(1);
        self.released.acquire().await.unwrap().forget();
    }

    /// Waits until the call was made.
    pub async fn reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    /// Lets the call continue.
    pub fn release(&self) {
        self.released.add_permits(1);
    }
}
