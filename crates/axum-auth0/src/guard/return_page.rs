//! The page that a browser returns to after a login or an error.

use axum::extract::Request;
use http::{Uri, header};
use url::form_urlencoded;

use crate::{
    config::Config, page_user::PAGE_USER_FIELD, request::original_uri, return_to::ReturnTo,
};

/// Returns the page that a browser returns to: the request itself, if it is a read. Otherwise the page that contains
/// the form, which is the `Referer`, if it is a path of this site; the start page by default. The value of
/// [`PAGE_USER_FIELD`] is removed from the query.
pub(super) fn return_page(config: &Config, request: &Request) -> ReturnTo {
    if !request.method().is_safe() {
        return form_page(config, request);
    }
    let path = without_page_user(original_uri(request));
    config.routes().return_to_or_home(Some(&path))
}

/// Returns the page that the request was made from: the `Referer`, if it is a path of this site; the start page by default.
pub(super) fn form_page(config: &Config, request: &Request) -> ReturnTo {
    let referer = request.headers().get(header::REFERER);
    let path = referer
        .and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok())
        .map(|referer| without_page_user(&referer));
    config.routes().return_to_or_home(path.as_deref())
}

fn without_page_user(uri: &Uri) -> String {
    // The other parameters keep their encoding: `%20` is not `+` for every reader.
    let is_page_user = |pair: &&str| {
        form_urlencoded::parse(pair.as_bytes()).any(|(name, _)| name == PAGE_USER_FIELD)
    };
    let pairs: Vec<_> = uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !is_page_user(pair))
        .collect();
    let query = pairs.join("&");
    let question_mark = if query.is_empty() { "" } else { "?" };
    [uri.path(), question_mark, &query].concat()
}
