//! The URI of a request, as the client sent it.

use axum::extract::{OriginalUri, Request};
use http::Uri;

/// Returns the URI that the client sent. Inside `Router::nest`, [`Request::uri`] lacks the prefix.
pub(crate) fn original_uri(request: &Request) -> &Uri {
    request
        .extensions()
        .get::<OriginalUri>()
        .map_or(request.uri(), |OriginalUri(uri)| uri)
}
