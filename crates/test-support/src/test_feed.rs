//! A feed of changes that a test controls.

use async_trait::async_trait;
use axum_auth0::store::{ChangeFeed, StoreChange, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Duration, Instant},
};

type Report = (StoreChange, oneshot::Sender<()>);

/// Reports changes to the site, as other processes do. Dropping it ends the feed.
#[derive(Debug)]
pub struct TestFeed(mpsc::UnboundedSender<Report>);

/// The side of the site.
#[derive(Debug)]
pub(crate) struct TestFeedReceiver {
    reports: mpsc::UnboundedReceiver<Report>,
    last: Option<oneshot::Sender<()>>,
}

pub(crate) fn test_feed() -> (TestFeed, TestFeedReceiver) {
    let (sender, reports) = mpsc::unbounded_channel();
    let receiver = TestFeedReceiver {
        reports,
        last: None,
    };
    (TestFeed(sender), receiver)
}

impl TestFeed {
    /// Reports a change, and waits until the site has recorded it.
    pub async fn report(&self, change: StoreChange) {
        let (sender, recorded) = oneshot::channel();
        let is_sent = self.0.send((change, sender)).is_ok();
        assert!(is_sent, "the site has given the feed up");
        recorded.await.expect("the site records the change");
    }

    /// Proves for the rest of the test that no change is missing.
    pub async fn prove(&self) {
        let future = Instant::now() + Duration::from_hours(1);
        self.report(StoreChange::Current(future)).await;
    }
}

#[async_trait]
impl ChangeFeed for TestFeedReceiver {
    async fn next(&mut self) -> Result<StoreChange, StoreError> {
        if let Some(last) = self.last.take() {
            // The test may have ended.
            let _ = last.send(());
        }
        let report = self.reports.recv().await;
        let (change, recorded) =
            report.ok_or_else(|| StoreError("the feed was ended by a test".to_owned()))?;
        self.last = Some(recorded);
        Ok(change)
    }
}
