//! Determines whether a request can change state.

use http::{HeaderMap, Method};

use super::kind::is_websocket;

/// Returns whether the request can change state: its method is not safe (RFC 9110 §9.2.1), or it is a WebSocket
/// handshake, which is a GET but opens a channel in both directions.
pub(crate) fn is_state_changing(method: &Method, headers: &HeaderMap) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
        || is_websocket(method, headers)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use http::header;

    use super::*;

    #[test]
    fn a_websocket_handshake_is_state_changing_although_it_is_a_get() {
        let mut headers = HeaderMap::new();
        assert!(!is_state_changing(&Method::GET, &headers));
        assert!(!is_state_changing(&Method::HEAD, &headers));
        headers.insert(header::UPGRADE, "websocket".parse().unwrap());
        assert!(is_state_changing(&Method::GET, &headers));
    }
}
