//! Pages whose login has parameters.

use crate::{guard::protected_pages::ProtectedPages, login_options::LoginOptions};

/// The pages whose login has parameters, such as a connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct LoginPages(Vec<(ProtectedPages, LoginOptions)>);

impl LoginPages {
    pub(crate) fn add(&mut self, options: LoginOptions, pages: impl IntoIterator<Item = String>) {
        let mut protected = ProtectedPages::default();
        protected.list(pages);
        self.0.push((protected, options));
    }

    /// Returns the parameters of the login for a page that has one of these paths: those of the first entry that matches.
    pub(super) fn parameters(&self, paths: &[&str]) -> &[(&'static str, String)] {
        let is_page = |pages: &ProtectedPages| paths.iter().any(|path| pages.contains(path));
        let found = self.0.iter().find(|(pages, _)| is_page(pages));
        found.map_or(&[], |(_, options)| options.parameters())
    }
}
