//! What the provider was asked.

use http::HeaderMap;

/// Where a provider can be asked something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Discovery,
    Keys,
    Authorize,
    /// The token endpoint, with a code.
    Exchange,
    /// The token endpoint, with a refresh token.
    Refresh,
    Userinfo,
    Revocation,
    /// A logout: `end_session_endpoint`, `/v2/logout` or `/logout`.
    EndSession,
    /// Any other path. No request should arrive here.
    Elsewhere,
}

/// One request.
#[derive(Clone, Debug)]
pub struct RecordedRequest {
    pub endpoint: Endpoint,
    /// The form, or the query of an authorization request or a logout.
    pub form: Vec<(String, String)>,
    pub authorization: Option<String>,
    pub path: String,
    pub headers: HeaderMap,
}

impl RecordedRequest {
    /// The parameter, which must not be there twice.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut values = self
            .form
            .iter()
            .filter(|(given, _)| given == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        assert_eq!(values.next(), None, "{name} is given twice");
        first
    }

    /// All values of a parameter that may be there several times.
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
