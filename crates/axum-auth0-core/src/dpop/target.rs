//! The URL of a request as a proof names it.

use url::Url;

/// Returns `url` as the claim `htu`: without query and fragment (RFC 9449 §4.2), and without user information.
pub fn target_uri(url: &Url) -> Url {
    let mut target = url.clone();
    target.set_query(None);
    target.set_fragment(None);
    // They fail for URLs without a host, which have neither.
    let _ = target.set_username("");
    let _ = target.set_password(None);
    target
}
