//! Compression of HTML and JSON while they are sent, without a side channel (BREACH). `docs/security.md` has the threat,
//! the measurements and the tests.

use axum::{
    Router,
    extract::{MatchedPath, Request},
    middleware::{self, Next},
    response::Response,
};
use axum_auth0::CurrentUser;
use http::{Extensions, HeaderMap, StatusCode, Version, header};
use tower::ServiceBuilder;
use tower_http::{
    CompressionLevel,
    compression::{
        CompressionLayer,
        predicate::{Predicate as _, SizeAbove},
    },
};

/// Level of gzip. `docs/security.md` compares the levels, and brotli.
const LEVEL: i32 = 5;

/// Smaller bodies fit into one packet in any case.
const MIN_BYTES: u16 = 1024;

/// Media types that are compressed. Event streams are not, and the built files already are.
const MEDIA_TYPES: [&str; 2] = ["text/html", "application/json"];

/// Compresses the responses of the app's own routes. The routes and pages that the engine adds around them are never
/// compressed: `/auth/access-token` responds with a secret.
pub(crate) fn compress<S: Clone + Send + Sync + 'static>(app: Router<S>) -> Router<S> {
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Precise(LEVEL))
        .compress_when(SizeAbove::new(MIN_BYTES).and(has_listed_media_type));
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn(without_foreign_input))
        .layer(compression);
    app.layer(layers)
}

fn has_listed_media_type(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let media_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    MEDIA_TYPES.contains(&media_type.trim())
}

/// Layer that lets a signed-in user's response go uncompressed if another site may have chosen a part of the request
/// that the response can contain.
async fn without_foreign_input(mut request: Request, next: Next) -> Response {
    if !is_anonymous(&request) && !is_from_this_site(request.headers()) && has_free_input(&request)
    {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

fn is_anonymous(request: &Request) -> bool {
    matches!(
        request.extensions().get::<CurrentUser>(),
        Some(CurrentUser::Anonymous)
    )
}

/// Returns whether a page of this site or the address bar sent the request (W3C Fetch Metadata). A browser that does not
/// say so may have been sent by another site.
fn is_from_this_site(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "same-origin" || site == "none")
}

/// Returns whether a part of the URL is not fixed by the router: a query, a parameter of the path, or a path without a
/// page, which the fallback renders.
fn has_free_input(request: &Request) -> bool {
    let has_fixed_path = request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| !path.as_str().contains('{'));
    !has_fixed_path || request.uri().query().is_some()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
