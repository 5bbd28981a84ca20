//! What stands before the application: one host, no cross-site changes, and pages for signed-in users only.

mod cross_site;
mod data;
mod host;
mod pages;
mod paths;

use std::sync::Arc;

pub(crate) use self::{
    cross_site::{acts, csrf_protection},
    data::{IsDataRoute, answer_as_data},
    host::canonical_host,
    pages::guard_pages,
    paths::original,
};
use crate::engine::Engine;

/// The server function of leptos-auth0 that says who is signed in. It answers everyone.
const USER_PATH: &str = "/auth/user";

/// What the layers need to know.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) engine: Arc<Engine>,
    /// The pages for signed-in users.
    pub(crate) protected: &'static [&'static str],
    pub(crate) is_data_route: IsDataRoute,
}
