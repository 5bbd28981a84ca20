//! When a stream has to end although both sides would continue it.

use std::time::Duration;

use tokio::time::sleep;

use crate::{session::SessionWatch, tasks::Tasks};

/// Time between two looks at the session. Most of them read only memory.
const MAX_TICK: Duration = Duration::from_millis(500);

/// Why a stream was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamEnd {
    /// The user logged out, or the session was revoked or timed out.
    Session,
    /// The process is shutting down.
    Shutdown,
}

impl StreamEnd {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Shutdown => "shutdown",
        }
    }
}

/// Completes when the stream has to end.
pub(super) async fn stream_end(
    mut watch: SessionWatch,
    interval: Duration,
    tasks: Tasks,
) -> StreamEnd {
    let tick = interval.clamp(Duration::from_millis(10), MAX_TICK);
    loop {
        sleep(tick).await;
        if tasks.is_shutting_down() {
            return StreamEnd::Shutdown;
        }
        if !watch.is_active().await {
            return StreamEnd::Session;
        }
    }
}
