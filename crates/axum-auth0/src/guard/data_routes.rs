//! Routes that respond with data instead of a page: server functions, under any prefix.
//!
//! If a request to a server function accepts HTML, `leptos_axum` responds with a redirect to the `Referer`, even if
//! that is another site. Only forms that were posted without JavaScript need that redirect. Therefore this layer
//! replaces the `Accept` header of reads with `*/*`, and removes a `Referer` of another site.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderValue, Method, header};
use url::Url;

use super::Guard;
use crate::{config::BasePath, request::original_uri};

/// Returns whether a path responds with data. See [`crate::Auth0Builder::data_routes`].
pub(crate) type IsDataRoute = fn(&str) -> bool;

impl Guard {
    /// Returns whether the request is for a data route, by its path below the base path, or below a `Router::nest`.
    pub(crate) fn is_data_route(&self, request: &Request) -> bool {
        let routes = self.config.routes();
        [
            routes.local(original_uri(request).path()),
            request.uri().path(),
        ]
        .into_iter()
        .any(|path| {
            let below_prefix = path.strip_prefix(self.paths.server_function_prefix.as_str());
            below_prefix.is_some_and(|rest| rest.starts_with('/'))
                || path == routes.local(routes.user_path())
                || (self.paths.is_data_route)(path)
        })
    }
}

/// Layer that makes a read of a data route look like the request of a program, and removes a `Referer` of another site.
pub(crate) async fn treat_as_data(
    State(guard): State<Guard>,
    mut request: Request,
    next: Next,
) -> Response {
    if !guard.is_data_route(&request) {
        return next.run(request).await;
    }
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let site = guard.config.base_url();
    let headers = request.headers_mut();
    let referer = headers.get(header::REFERER);
    if is_read || referer.is_some_and(|referer| !is_of_site(referer, site)) {
        headers.remove(header::REFERER);
    }
    if is_read && headers.contains_key(header::ACCEPT) {
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    }
    next.run(request).await
}

/// Returns whether `referer` is a page of this site: of its origin and below its base path.
fn is_of_site(referer: &HeaderValue, site: &Url) -> bool {
    let is_below = |path: &str| BasePath::parse(site.path())?.strip(path).map(|_| ());
    referer
        .to_str()
        .ok()
        .and_then(|referer| Url::parse(referer).ok())
        .is_some_and(|referer| {
            referer.origin() == site.origin() && is_below(referer.path()).is_some()
        })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_referer_is_below_the_base_path() {
        let site = Url::parse("https://site.example/shop").unwrap();
        for (referer, expected) in [
            ("https://site.example/shop", true),
            ("https://site.example/shop/products?page=2", true),
            ("https://site.example/", false),
            ("https://site.example/shopping", false),
            ("https://site.example/blog/../shop", true),
            ("https://site.example/shop/../blog", false),
        ] {
            let value = HeaderValue::from_static(referer);
            assert_eq!(is_of_site(&value, &site), expected, "{referer}");
        }
    }

    #[test]
    fn a_referer_is_compared_by_its_origin() {
        let site = Url::parse("https://site.example").unwrap();
        for (referer, expected) in [
            ("https://site.example/products?page=2", true),
            ("https://site.example:443/", true),
            ("http://site.example/", false),
            ("https://site.example.evil.example/", false),
            ("https://site.example@evil.example/", false),
            ("//site.example/", false),
            ("about:blank", false),
            ("/products", false),
        ] {
            let value = HeaderValue::from_static(referer);
            assert_eq!(is_of_site(&value, &site), expected, "{referer}");
        }
    }
}
