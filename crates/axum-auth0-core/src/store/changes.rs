//! Changes that a store reports, so that a process can use what it has read before without reading it again.

use async_trait::async_trait;
use tokio::time::Instant;

use super::{LoginId, StoreError};

/// What a [`ChangeFeed`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreChange {
    /// The login was deleted, or its tokens were replaced. A new time of the last use is not reported.
    Login(LoginId),
    /// The session record with this key was deleted. Its replacement is not reported: whose session it is does not change.
    Record([u8; 32]),
    /// Every change that was complete at this time was reported before.
    ///
    /// A process uses what it has read before for less than a second after this time, and reads the store afterwards. So a
    /// feed reports this several times a second, and a feed that cannot, for example because its connection is stalled,
    /// reports nothing.
    Current(Instant),
}

/// The changes of logins and session records by all processes; see [`Store::subscribe`](super::Store::subscribe).
///
/// What ends by a timeout is not reported, because its end is known in advance.
#[async_trait]
pub trait ChangeFeed: Send {
    /// Waits for the next change.
    ///
    /// The time of [`StoreChange::Current`] is taken before the proof is requested that nothing is missing: send a message
    /// through the channel of the changes, and report the time at which it was sent when it has come back.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if changes may have been missed. The feed is not used again.
    async fn next(&mut self) -> Result<StoreChange, StoreError>;
}
