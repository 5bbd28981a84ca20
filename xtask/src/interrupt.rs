//! Ctrl-C ends every child process, not only this one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::failure::{Failure, Result};

static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// Registers termination signals to set a flag. A loop that waits for a child process checks it and ends the child first.
pub(crate) fn listen() -> Result<()> {
    let flag = INTERRUPTED.get_or_init(|| Arc::new(AtomicBool::new(false)));
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    signals.push(signal_hook::consts::SIGHUP);
    for signal in signals {
        signal_hook::flag::register(signal, Arc::clone(flag))
            .map_err(|e| Failure::Failed(format!("cannot listen for signal {signal}: {e}")))?;
    }
    Ok(())
}

/// Returns whether a termination signal was received.
pub(crate) fn requested() -> bool {
    INTERRUPTED
        .get()
        .is_some_and(|flag| flag.load(Ordering::Relaxed))
}
