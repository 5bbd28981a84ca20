//! The body of a response: a task reads it from the API, as fast as the browser reads it.
//!
//! A server does not poll the body for a browser that stopped reading. A body that watched the session by itself would keep
//! the connection to the API beyond the end of the session, so the task does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::body::{Body, Bytes};
use futures::{StreamExt as _, stream};
use tokio::{sync::mpsc, time::timeout};

use super::open_streams::OpenStream;
use crate::http_client::{HttpError, StreamedResponse};

/// Number of parts that wait for the browser. The size of a part is limited by the read buffer of the HTTP client.
const QUEUED_PARTS: usize = 1;

/// The error that interrupts a body, so that an incomplete one does not look complete.
#[derive(Debug, thiserror::Error)]
#[error("the response of the API was interrupted")]
struct Interrupted;

/// What is read from the API.
pub(super) trait Source: Send + 'static {
    /// Returns the next part; `None` at the end. Cancelling the future loses nothing.
    fn chunk(&mut self) -> impl Future<Output = Result<Option<Bytes>, HttpError>> + Send;
}

impl Source for StreamedResponse {
    async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        Self::chunk(self).await
    }
}

enum Part {
    Chunk(Bytes),
    End,
    Interrupted,
}

/// Returns a body that passes `source` on until `open` ends: an event stream regularly, because its client connects again and
/// gets 401; any other with an error. `pause` limits how long the API may pause.
pub(super) fn relay(
    source: impl Source,
    pause: Option<Duration>,
    is_event_stream: bool,
    open: OpenStream,
) -> Body {
    let (sender, receiver) = mpsc::channel(QUEUED_PARTS);
    let is_over = Arc::new(AtomicBool::new(false));
    tokio::spawn(pump(source, pause, open, sender, Arc::clone(&is_over)));
    let next = move |receiver: Option<mpsc::Receiver<Part>>| {
        let is_over = Arc::clone(&is_over);
        async move {
            let mut receiver = receiver?;
            let part = receiver.recv().await;
            // What waits in the channel belongs to a session that has ended.
            let part = part.filter(|_| !is_over.load(Ordering::Acquire));
            match part {
                Some(Part::Chunk(chunk)) => Some((Ok::<_, Interrupted>(chunk), Some(receiver))),
                Some(Part::End) => None,
                None if is_event_stream => None,
                // Without an end, also if the task was aborted, the body is incomplete.
                Some(Part::Interrupted) | None => Some((Err(Interrupted), None)),
            }
        }
    };
    // A compression layer polls a body again after its end.
    Body::from_stream(stream::unfold(Some(receiver), next).fuse())
}

/// Passes parts on until the body is complete, the browser is gone, or the stream has to end. The connection to the API is
/// closed when the function returns.
async fn pump(
    mut source: impl Source,
    pause: Option<Duration>,
    mut open: OpenStream,
    parts: mpsc::Sender<Part>,
    is_over: Arc<AtomicBool>,
) {
    let passing = async {
        // The API is read only when the browser has taken the part before.
        while let Ok(slot) = parts.reserve().await {
            let part = tokio::select! {
                () = parts.closed() => return,
                part = next_part(&mut source, pause) => part,
            };
            let is_last = !matches!(part, Part::Chunk(_));
            slot.send(part);
            if is_last {
                return;
            }
        }
    };
    tokio::select! {
        biased;
        reason = open.ended() => {
            is_over.store(true, Ordering::Release);
            tracing::info!(reason = reason.as_str(), "response of an API ended early");
        }
        () = passing => {}
    }
}

async fn next_part(source: &mut impl Source, pause: Option<Duration>) -> Part {
    let chunk = match pause {
        Some(pause) => timeout(pause, source.chunk()).await,
        None => Ok(source.chunk().await),
    };
    match chunk {
        Ok(Ok(Some(chunk))) => Part::Chunk(chunk),
        Ok(Ok(None)) => Part::End,
        Ok(Err(error)) => {
            tracing::warn!(%error, "response of an API was interrupted");
            Part::Interrupted
        }
        Err(_) => {
            tracing::warn!("response of an API was interrupted: it paused for too long");
            Part::Interrupted
        }
    }
}

#[cfg(test)]
mod tests;
