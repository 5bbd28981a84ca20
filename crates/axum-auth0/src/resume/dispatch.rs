//! Builds the request that a kept form makes.

use axum::{
    body::{Body, Bytes},
    extract::{MatchedPath, OriginalUri, Request},
};
use http::{HeaderValue, Uri, header, request::Parts};
use url::Url;

use crate::{kept_form::KeptForm, page_user::PageUser, request::PostedForm};

/// Returns the request of `form`, as the browser that sends `parts` would make it from the page of the form. `None` if the
/// form is not a valid request.
pub(super) fn request(form: &KeptForm, mut parts: Parts, site: &Url) -> Option<Request> {
    let body = Bytes::from(form.body.clone().into_bytes());
    parts.uri = form.action.parse().ok()?;
    let original: Uri = form.original_uri.parse().ok()?;
    let referer = site.join(form.page.as_str()).ok()?;
    let headers = &mut parts.headers;
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.remove(header::TRANSFER_ENCODING);
    headers.insert(header::REFERER, referer.as_str().parse().ok()?);
    // The response is for the browser, also if a script posted the form.
    headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("text/html,application/xhtml+xml,*/*;q=0.8"),
    );
    let extensions = &mut parts.extensions;
    extensions.remove::<MatchedPath>();
    extensions.insert(OriginalUri(original));
    extensions.insert(PostedForm(body.clone()));
    match &form.page_user {
        Some(page) => {
            extensions.insert(PageUser::from_text(page));
        }
        None => {
            extensions.remove::<PageUser>();
        }
    }
    Some(Request::from_parts(parts, Body::from(body)))
}
