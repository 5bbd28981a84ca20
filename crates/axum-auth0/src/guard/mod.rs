//! Layers in front of the application: canonical host, CSRF protection, and pages for signed-in users.

mod access;
mod canonical_host;
mod csrf;
mod data_routes;
mod login_pages;
mod negotiate_errors;
mod page_user;
mod pages;
mod protected_pages;
mod require_login;
mod return_page;
mod silent_login;
mod step_up;

use std::sync::Arc;

pub use self::step_up::{STEP_UP_HEADER, StepUpRequests};
pub(crate) use self::{
    access::{AccessPages, require_access},
    canonical_host::canonical_host,
    csrf::{csrf_protection, refuse_forwarding},
    data_routes::{IsDataRoute, treat_as_data},
    login_pages::LoginPages,
    negotiate_errors::negotiate_errors,
    page_user::check_page_user,
    pages::guard_pages,
    protected_pages::ProtectedPages,
    require_login::require_login,
    silent_login::silent_login,
    step_up::{StepUpGuard, StepUpPages, offer_step_up, require_step_up},
};
use crate::{config::Config, events::Events};

/// Paths of the application with special treatment.
#[derive(Clone, Debug)]
pub(crate) struct GuardedPaths {
    /// The pages for signed-in users.
    pub(crate) protected: ProtectedPages,
    /// The pages that require a recent or a strong login.
    pub(crate) step_up: StepUpPages,
    /// The pages that require roles or permissions.
    pub(crate) access: AccessPages,
    /// The pages whose login has parameters.
    pub(crate) logins: LoginPages,
    /// The pages that sign in an anonymous visitor silently.
    pub(crate) silent: ProtectedPages,
    /// The prefix of server functions, without a trailing slash.
    pub(crate) server_function_prefix: String,
    /// Further routes that respond with data.
    pub(crate) is_data_route: IsDataRoute,
}

impl Default for GuardedPaths {
    fn default() -> Self {
        Self {
            protected: ProtectedPages::default(),
            step_up: StepUpPages::default(),
            access: AccessPages::default(),
            logins: LoginPages::default(),
            silent: ProtectedPages::default(),
            server_function_prefix: "/api".to_owned(),
            is_data_route: |_| false,
        }
    }
}

/// State of the layers. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    pub(crate) config: Arc<Config>,
    pub(crate) paths: Arc<GuardedPaths>,
    pub(crate) events: Events,
}
