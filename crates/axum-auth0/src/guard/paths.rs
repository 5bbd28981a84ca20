//! The path of a request, as the browser sees it and as the router sees it.

use axum::extract::{OriginalUri, Request};
use http::Uri;

/// The URI that the client sent. Inside `Router::nest`, [`Request::uri`] lacks the prefix.
pub(crate) fn original(request: &Request) -> &Uri {
    request
        .extensions()
        .get::<OriginalUri>()
        .map_or(request.uri(), |OriginalUri(uri)| uri)
}
