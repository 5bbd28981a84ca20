//! The requests that the provider has received.

use http::HeaderMap;

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
