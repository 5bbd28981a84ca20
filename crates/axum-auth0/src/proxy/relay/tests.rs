#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::atomic::AtomicUsize;

use http_body_util::BodyExt as _;
use tokio::{sync::oneshot, time::sleep};

use super::*;
use crate::{
    proxy::{
        open_streams::{OpenStreams, StreamLimits},
        stream_end::StreamEnd,
    },
    random::SystemRandom,
    store::LoginId,
};

/// With the paused clock, this completes when no task can continue.
const UNTIL_IDLE: Duration = Duration::from_secs(1);

/// An API that sends parts without end, or none.
struct Api {
    is_silent: bool,
    reads: Arc<AtomicUsize>,
    /// Dropped when the connection is closed.
    _connection: oneshot::Sender<()>,
}

impl Source for Api {
    async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        if self.is_silent {
            std::future::pending::<()>().await;
        }
        self.reads.fetch_add(1, Ordering::SeqCst);
        Ok(Some(Bytes::from_static(b"part")))
    }
}

struct Case {
    body: Body,
    reads: Arc<AtomicUsize>,
    connection: oneshot::Receiver<()>,
    end: Option<oneshot::Sender<StreamEnd>>,
    streams: Arc<OpenStreams>,
}

impl Case {
    fn new(is_event_stream: bool, is_silent: bool) -> Self {
        let (connection, is_closed) = oneshot::channel();
        let (end, ends) = oneshot::channel();
        let reads = Arc::<AtomicUsize>::default();
        let api = Api {
            is_silent,
            reads: Arc::clone(&reads),
            _connection: connection,
        };
        let streams = OpenStreams::new("ORDERS", StreamLimits::default());
        let login = LoginId::random(SystemRandom::shared().as_ref());
        let place = streams.enter(login).unwrap();
        let ends = async move {
            match ends.await {
                Ok(end) => end,
                Err(_) => std::future::pending().await,
            }
        };
        let body = relay(api, None, is_event_stream, OpenStream::new(place, ends));
        Self {
            body,
            reads,
            connection: is_closed,
            end: Some(end),
            streams,
        }
    }

    fn end(&mut self) {
        self.end.take().unwrap().send(StreamEnd::Session).unwrap();
    }

    /// Waits until the connection to the API is closed, and the place is free.
    async fn closed(&mut self) {
        assert!((&mut self.connection).await.is_err());
        sleep(UNTIL_IDLE).await;
        assert_eq!(self.streams.open(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_api_is_read_one_part_ahead_of_the_browser() {
    let mut case = Case::new(false, false);
    for read in 0..5 {
        sleep(UNTIL_IDLE).await;
        assert_eq!(case.reads.load(Ordering::SeqCst), read + 1);
        case.body.frame().await.unwrap().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_session_closes_the_connection_to_the_api_although_nobody_reads() {
    for is_event_stream in [false, true] {
        let mut case = Case::new(is_event_stream, false);
        sleep(UNTIL_IDLE).await;
        assert_eq!(case.streams.open(), 1);
        case.end();
        case.closed().await;
        // The part that waited is not delivered to a session that has ended.
        let end = case.body.frame().await;
        assert_eq!(end.is_none(), is_event_stream);
        assert!(end.is_none_or(|frame| frame.is_err()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_goes_away_closes_the_connection_to_the_api() {
    for is_silent in [false, true] {
        let mut case = Case::new(true, is_silent);
        sleep(UNTIL_IDLE).await;
        drop(std::mem::take(&mut case.body));
        case.closed().await;
    }
}

struct Panics;

impl Source for Panics {
    async fn chunk(&mut self) -> Result<Option<Bytes>, HttpError> {
        std::panic::resume_unwind(Box::new("aborted"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_is_aborted_leaves_no_complete_body_and_frees_its_place() {
    let streams = OpenStreams::new("ORDERS", StreamLimits::default());
    let login = LoginId::random(SystemRandom::shared().as_ref());
    let open = OpenStream::new(streams.enter(login).unwrap(), std::future::pending());
    let mut body = relay(Panics, None, false, open);
    assert!(body.frame().await.unwrap().is_err());
    assert_eq!(streams.open(), 0);
}
