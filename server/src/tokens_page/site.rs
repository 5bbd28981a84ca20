//! What the page needs to know of the site: its paths and its stylesheet.

use std::sync::Arc;

use axum_auth0::{Auth0, PAGE_USER_FIELD, PageUser, ReturnTo};
use leptos::{config::LeptosOptions, prelude::*};
use leptos_meta::HashedStylesheet;

use super::{PATH, STYLE_PATH};

/// The site that the page belongs to.
#[derive(Clone, Debug)]
pub(super) struct Site {
    options: Arc<LeptosOptions>,
    auth0: Auth0,
}

impl Site {
    pub(super) fn new(options: LeptosOptions, auth0: Auth0) -> Self {
        Self {
            options: Arc::new(options),
            auth0,
        }
    }

    /// Returns `path` as a browser requests it: below the path of `APP_BASE_URL`.
    pub(super) fn path(&self, path: &str) -> String {
        [self.base(), path].concat()
    }

    fn base(&self) -> &str {
        let url = self.auth0.config().base_url();
        url.path().trim_end_matches('/')
    }

    pub(super) fn logout_path(&self) -> String {
        self.auth0.config().routes().logout_path().to_owned()
    }

    /// Returns the path that logs in and returns to the page.
    pub(super) fn login_path(&self) -> String {
        let routes = self.auth0.config().routes();
        ReturnTo::parse(&self.path(PATH)).map_or_else(
            |_| routes.login_path().to_owned(),
            |page| routes.login_url(&page),
        )
    }

    /// Returns the links to the site's stylesheet and to that of the page.
    pub(super) fn stylesheets(&self) -> impl IntoView + use<> {
        let options = LeptosOptions::clone(&self.options);
        let root = self.base().to_owned();
        view! {
            <HashedStylesheet options=options root=root/>
            <link rel="stylesheet" href=self.path(STYLE_PATH)/>
        }
    }
}

/// A hidden field by which the engine notices that another user has logged in since the page was opened.
pub(super) fn page_user_field(user: &PageUser) -> impl IntoView + use<> {
    // Without `off`, Firefox restores the value from before a reload.
    view! { <input type="hidden" name=PAGE_USER_FIELD value=user.as_str().to_owned() autocomplete="off"/> }
}
