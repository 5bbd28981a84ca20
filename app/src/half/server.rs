//! The server implementation of platform functions; `half::browser` is its counterpart.

pub(crate) fn mark_hydrated() {}

/// Does nothing, because `shell` sets the title.
pub(crate) fn set_title(_: &str) {}

pub(crate) fn focus(_: &str) {}

pub(crate) fn announce(_: &str) {}

/// Sets the status of the page.
pub(crate) fn set_status(status: u16) {
    leptos_auth0::server::set_status(status);
}
