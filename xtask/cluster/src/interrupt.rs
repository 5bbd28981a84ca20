//! Ctrl-C and SIGTERM, which end a run early.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that end a run. Signals that arrive before [`Self::wait`] are not lost.
#[derive(Debug)]
pub(crate) struct Interrupt {
    ctrl_c: Signal,
    terminate: Signal,
}

impl Interrupt {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {
            ctrl_c: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for a signal. Returns its name.
    pub(crate) async fn wait(&mut self) -> &'static str {
        tokio::select! {
            _ = self.ctrl_c.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
