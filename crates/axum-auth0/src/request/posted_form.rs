//! The form of a request.

use axum::body::Bytes;

/// The body of a URL-encoded form, as a request extension.
#[derive(Clone)]
pub(crate) struct PostedForm(pub(crate) Bytes);
