//! Pages whose login has parameters, and pages with a silent login.

use std::sync::Arc;

use super::Auth0Builder;
use crate::login_options::LoginOptions;

impl Auth0Builder {
    /// Adds pages that require a signed-in user, including all paths below them. The login that they lead to has the
    /// parameters of `options`, such as a connection. The first entry that matches a page applies.
    ///
    /// ```
    /// use axum_auth0::{Auth0, LoginOptions};
    ///
    /// let staff = LoginOptions::new().connection("staff-directory");
    /// let builder = Auth0::builder().protect_with_login(staff, ["/admin"]);
    /// ```
    pub fn protect_with_login<P: Into<String>>(
        mut self,
        options: LoginOptions,
        pages: impl IntoIterator<Item = P>,
    ) -> Self {
        let pages: Vec<String> = pages.into_iter().map(Into::into).collect();
        self.paths.protected.list(pages.iter().cloned());
        self.paths.logins.add(options, pages);
        self
    }

    /// Adds pages, including all paths below them, that sign in an anonymous visitor without a click if the provider has a
    /// session (`prompt=none`); `"/"` matches every page. `AUTH0_SILENT_LOGIN` adds pages as well.
    ///
    /// The first navigation of a visit is redirected to the provider and back, once: without a session at the provider, the
    /// page is shown as to any anonymous visitor. Protected pages lead to the login instead.
    ///
    /// ```
    /// # use axum_auth0::Auth0;
    /// let builder = Auth0::builder().silent_login(["/"]);
    /// ```
    pub fn silent_login<P: Into<String>>(mut self, pages: impl IntoIterator<Item = P>) -> Self {
        let pages = pages.into_iter().map(Into::into);
        self.paths.silent.list(pages);
        self
    }

    /// Adds pages with a silent login: all whose path `is_silent` returns `true` for, as in [`Self::protect_if`].
    pub fn silent_login_if(
        mut self,
        is_silent: impl Fn(&str) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.paths.silent.add_predicate(Arc::new(is_silent));
        self
    }
}
