//! What all calls of this process share: connections, and what an API may be asked beyond its calls.

use std::{collections::BTreeMap, fmt, sync::OnceLock, time::Duration};

use super::{
    limits::{LONGEST_TIMEOUT, MOST_BYTES, USUAL_BYTES},
    repeat::RepeatBudget,
};
use crate::{
    clock::SharedClock,
    outbound::{Outbound, OutboundError, OutboundOptions},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Shared by all calls.
pub(crate) struct Connections {
    clock: SharedClock,
    usual: OnceLock<Outbound>,
    /// For the calls that take large answers; its connections are its own.
    large: OnceLock<Outbound>,
    budgets: BTreeMap<&'static str, RepeatBudget>,
}

impl Connections {
    /// For the APIs with these names.
    pub(crate) fn new(names: impl IntoIterator<Item = &'static str>, clock: SharedClock) -> Self {
        Self {
            clock,
            usual: OnceLock::new(),
            large: OnceLock::new(),
            budgets: names
                .into_iter()
                .map(|name| (name, RepeatBudget::default()))
                .collect(),
        }
    }

    /// A client that reads no fewer than `bytes` of an answer, and not many more.
    pub(super) fn reading(&self, bytes: usize) -> Result<&Outbound, OutboundError> {
        let (kept, most) = if bytes <= USUAL_BYTES {
            (&self.usual, USUAL_BYTES)
        } else {
            (&self.large, MOST_BYTES)
        };
        if let Some(outbound) = kept.get() {
            return Ok(outbound);
        }
        let outbound = Outbound::new(OutboundOptions {
            connect_timeout: CONNECT_TIMEOUT,
            // Each call has a timeout of its own, and none a longer one.
            total_timeout: LONGEST_TIMEOUT,
            max_response_bytes: most,
            plain_http_to: None,
            clock: self.clock.clone(),
        })?;
        Ok(kept.get_or_init(|| outbound))
    }

    pub(super) fn budget(&self, api: &str) -> Option<&RepeatBudget> {
        self.budgets.get(api)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}
