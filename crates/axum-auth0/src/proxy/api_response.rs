//! The response of the API, for the browser.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use url::Url;

use super::{
    headers, location::site_location, open_streams::OpenStream, refusal::Refusal, relay::relay,
};
use crate::{api_client::ApiError, http_client::StreamedResponse};

/// Prevents nginx from collecting an event stream.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Where the browser finds what the API is below.
pub(super) struct Places<'r> {
    pub(super) base: &'r Url,
    pub(super) url: &'r Url,
    /// The path of the proxy, as the browser sees it.
    pub(super) mount: &'r str,
}

/// Returns the response for the browser. Its body is read from the API as the browser reads it.
pub(super) fn forward_response(
    response: StreamedResponse,
    places: &Places<'_>,
    added: &[HeaderName],
    pause: Duration,
    open: OpenStream,
) -> Result<Response, Refusal> {
    let status = response.status();
    if status.is_informational() {
        return Err(ApiError::Unexpected(status).into());
    }
    let mut headers = headers::for_browser(response.headers(), added);
    match location(response.headers(), places) {
        Some(location) => {
            headers.insert(header::LOCATION, location);
        }
        // A redirect to somewhere else would lead the browser away from the site, or reveal where the API is.
        None if is_redirect(status) => return Err(ApiError::Unexpected(status).into()),
        None => {}
    }
    if matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
        // They have no body, and a length other than zero is an error in HTTP/2.
        headers.remove(header::CONTENT_LENGTH);
    }
    let is_event_stream = is_event_stream(&headers);
    if is_event_stream {
        headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    }
    let pause = (!is_event_stream).then_some(pause);
    let mut forwarded = Response::new(relay(response, pause, is_event_stream, open));
    *forwarded.status_mut() = status;
    *forwarded.headers_mut() = headers;
    Ok(forwarded)
}

fn is_redirect(status: StatusCode) -> bool {
    status.is_redirection() && status != StatusCode::NOT_MODIFIED
}

fn location(headers: &HeaderMap, places: &Places<'_>) -> Option<HeaderValue> {
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let location = site_location(places.base, places.url, location, places.mount)?;
    HeaderValue::from_str(&location).ok()
}

fn is_event_stream(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE);
    media_type.is_some_and(|value| {
        let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
        value.trim_start().starts_with("text/event-stream")
    })
}
