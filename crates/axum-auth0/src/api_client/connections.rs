//! What all calls of this process share: connections, and what an API may be asked beyond its calls.

use std::{collections::BTreeMap, fmt, sync::OnceLock, time::Duration};

use super::{
    limits::{DEFAULT_BYTES, MAX_BYTES, MAX_TIMEOUT},
    retry::RetryBudget,
};
use crate::{
    clock::SharedClock,
    http_client::{HttpClient, HttpClientOptions, HttpError},
};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Shared by all calls.
pub(crate) struct Connections {
    clock: SharedClock,
    usual: OnceLock<HttpClient>,
    /// For the calls that take large answers; its connections are its own.
    large: OnceLock<HttpClient>,
    budgets: BTreeMap<&'static str, RetryBudget>,
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
                .map(|name| (name, RetryBudget::default()))
                .collect(),
        }
    }

    /// A client that reads no fewer than `bytes` of an answer, and not many more.
    pub(super) fn reading(&self, bytes: usize) -> Result<&HttpClient, HttpError> {
        let (kept, most) = if bytes <= DEFAULT_BYTES {
            (&self.usual, DEFAULT_BYTES)
        } else {
            (&self.large, MAX_BYTES)
        };
        if let Some(http_client) = kept.get() {
            return Ok(http_client);
        }
        let http_client = HttpClient::new(HttpClientOptions {
            connect_timeout: CONNECT_TIMEOUT,
            // Each call has a timeout of its own, and none a longer one.
            total_timeout: MAX_TIMEOUT,
            max_response_bytes: most,
            plain_http_to: None,
            clock: self.clock.clone(),
        })?;
        Ok(kept.get_or_init(|| http_client))
    }

    pub(super) fn budget(&self, api: &str) -> Option<&RetryBudget> {
        self.budgets.get(api)
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connections")
    }
}
