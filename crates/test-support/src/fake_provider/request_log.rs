//! The requests that the provider has received.

use std::time::Duration;

use http::HeaderMap;

use super::FakeProvider;

/// An endpoint of the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Discovery,
    Keys,
    Authorize,
    /// The token endpoint, with a code.
    Exchange,
    /// The token endpoint, with a refresh token.
    Refresh,
    /// The token endpoint, with another grant type.
    OtherGrant,
    Userinfo,
    Revocation,
    PushedAuthorization,
    BackchannelAuthentication,
    /// Logout: `end_session_endpoint`, `/v2/logout` or `/logout`.
    EndSession,
    /// Any other path.
    Unknown,
}

/// A request.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    pub endpoint: Endpoint,
    /// The parameters of the body, or of the query if there is no body.
    pub form: Vec<(String, String)>,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    pub path: String,
    pub headers: HeaderMap,
    /// The thumbprint of the client's certificate, if the request came over mutual TLS.
    pub certificate: Option<String>,
}

impl RecordedRequest {
    /// Returns a parameter.
    ///
    /// # Panics
    /// If it is duplicated.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self
            .form
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        assert_eq!(values.next(), None, "{name} is duplicated");
        first
    }

    /// Returns all values of a parameter.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let form = self.form.iter();
        form.filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }
}

pub(crate) fn pairs(form: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(form).into_owned().collect()
}

impl FakeProvider {
    /// Returns the requests at `endpoint`, in order.
    pub fn requests(&self, endpoint: Endpoint) -> Vec<RecordedRequest> {
        let state = self.state();
        let requests = state.request_log.iter();
        requests
            .filter(|request| request.endpoint == endpoint)
            .cloned()
            .collect()
    }

    /// Returns the number of requests at `path`.
    pub fn request_count_at(&self, path: &str) -> usize {
        let state = self.state();
        let at_path = state
            .request_log
            .iter()
            .filter(|request| request.path == path);
        at_path.count()
    }

    /// Returns the number of requests at `endpoint`.
    pub fn request_count(&self, endpoint: Endpoint) -> usize {
        self.requests(endpoint).len()
    }

    /// Deletes the recorded requests.
    pub fn clear_request_log(&self) {
        self.state().request_log.clear();
    }

    /// Waits until `endpoint` has received `times` requests.
    ///
    /// # Panics
    /// After twenty seconds.
    pub async fn wait_for_requests(&self, endpoint: Endpoint, times: usize) {
        let wait = async {
            loop {
                let notified = self.0.recorded.notified();
                tokio::pin!(notified);
                notified.as_mut().enable();
                if self.request_count(endpoint) >= times {
                    return;
                }
                notified.await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), wait)
            .await
            .unwrap_or_else(|_| panic!("{endpoint:?} did not receive {times} requests"));
    }

    pub(super) fn record(&self, request: RecordedRequest) {
        self.state().request_log.push(request);
        self.0.recorded.notify_waiters();
    }
}
