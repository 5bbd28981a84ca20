//! The response of the API, for the browser.

use std::{pin::Pin, time::Duration};

use axum::{
    body::{Body, Bytes},
    response::Response,
};
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use tokio::time::timeout;
use url::Url;

use super::{headers, location::site_location, refusal::Refusal, stream_end::StreamEnd};
use crate::{api_client::ApiError, http_client::StreamedResponse};

/// Prevents nginx from collecting an event stream.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Completes when a stream has to end.
pub(super) type EndSignal = Pin<Box<dyn Future<Output = StreamEnd> + Send>>;

/// The error that interrupts a body, so that an incomplete one does not look complete.
#[derive(Debug, thiserror::Error)]
#[error("the response of the API was interrupted")]
struct Interrupted;

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
    end: EndSignal,
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
    let is_event_stream = is_event_stream(&headers);
    if is_event_stream {
        headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    }
    let pause = (!is_event_stream).then_some(pause);
    let mut forwarded = Response::new(body(response, pause, is_event_stream, end));
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

/// Returns the body. It ends when `end` completes: an event stream regularly, because its client connects again and gets
/// 401; any other with an error.
fn body(
    response: StreamedResponse,
    pause: Option<Duration>,
    is_event_stream: bool,
    end: EndSignal,
) -> Body {
    let next = move |state: Option<(StreamedResponse, EndSignal)>| async move {
        let (mut response, mut end) = state?;
        let chunk = async {
            match pause {
                Some(pause) => timeout(pause, response.chunk()).await,
                None => Ok(response.chunk().await),
            }
        };
        let chunk = tokio::select! {
            biased;
            reason = &mut end => {
                tracing::info!(reason = reason.as_str(), "response of an API ended early");
                return (!is_event_stream).then_some((Err(Interrupted), None));
            }
            chunk = chunk => chunk,
        };
        match chunk {
            Ok(Ok(Some(chunk))) => Some((Ok::<Bytes, _>(chunk), Some((response, end)))),
            Ok(Ok(None)) => None,
            Ok(Err(error)) => {
                tracing::warn!(%error, "response of an API was interrupted");
                Some((Err(Interrupted), None))
            }
            Err(_) => {
                tracing::warn!("response of an API was interrupted: it paused for too long");
                Some((Err(Interrupted), None))
            }
        }
    };
    Body::from_stream(stream::unfold(Some((response, end)), next))
}
