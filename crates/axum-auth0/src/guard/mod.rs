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

/// State of the layers.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) config: Arc<Config>,
    /// The pages for signed-in users.
    pub(crate) protected: &'static [&'static str],
    pub(crate) is_data_route: IsDataRoute,
}
