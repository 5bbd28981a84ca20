//! What stands before the application: the canonical host, CSRF protection, and pages for signed-in users only.

mod cross_site;
mod data;
mod host;
mod page_user;
mod pages;

use std::sync::Arc;

pub(crate) use self::{
    cross_site::csrf_protection,
    data::{IsDataRoute, answer_as_data},
    host::canonical_host,
    page_user::check_page_user,
    pages::guard_pages,
};
use crate::config::Config;

/// Which paths of the application the layers treat in a special way.
#[derive(Clone, Debug)]
pub(crate) struct GuardedPaths {
    /// The pages for signed-in users, with everything below them.
    pub(crate) protected: Vec<String>,
    /// The prefix of server functions, without a slash at its end.
    pub(crate) server_function_prefix: String,
    /// Further routes that answer with data.
    pub(crate) is_data_route: IsDataRoute,
}

impl Default for GuardedPaths {
    fn default() -> Self {
        Self {
            protected: Vec::new(),
            server_function_prefix: "/api".to_owned(),
            is_data_route: |_| false,
        }
    }
}

/// State of the layers.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) config: Arc<Config>,
    pub(crate) paths: Arc<GuardedPaths>,
}
