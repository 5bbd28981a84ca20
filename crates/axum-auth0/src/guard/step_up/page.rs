//! Pages that require a recent or a strong login, and the engine's own pages about them.

use http::StatusCode;

use crate::{config::Config, guard::protected_pages::ProtectedPages, page::Page, step_up::StepUp};

/// The pages that require a recent or a strong login.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepUpPages(Vec<(ProtectedPages, StepUp)>);

impl StepUpPages {
    pub(crate) fn add(&mut self, step_up: StepUp, pages: impl IntoIterator<Item = String>) {
        let mut protected = ProtectedPages::default();
        protected.list(pages);
        self.0.push((protected, step_up));
    }

    /// Returns what a page requires that has one of these paths; `None` if nothing.
    pub(crate) fn required(&self, paths: &[&str]) -> Option<StepUp> {
        let is_page = |pages: &ProtectedPages| paths.iter().any(|path| pages.contains(path));
        let required = self.0.iter().filter(|(pages, _)| is_page(pages));
        required
            .map(|(_, step_up)| step_up.clone())
            .reduce(StepUp::and)
    }
}

/// The login did not help.
pub(super) fn not_enough(config: &Config) -> Page {
    Page::new(
        StatusCode::FORBIDDEN,
        "Logging in again was not enough",
    )
    .paragraph(
        "You confirmed who you are, but this still requires another login, so nothing was changed. The service behind it \
         may require something that your login does not offer.",
    )
    .link("Go to the start page", config.routes().home_path())
}

/// The form is not kept.
pub(super) fn too_large(config: &Config, login_url: &str) -> Page {
    Page::new(StatusCode::FORBIDDEN, "Please log in again first")
        .paragraph(
            "This needs a recent login or a second factor. What you sent is too large to be kept while you log in, so \
             nothing was changed.",
        )
        .paragraph("Go back to save what you typed, log in, and then send it again.")
        .link("Log in", login_url)
        .link("Go to the start page", config.routes().home_path())
}

/// The store failed.
pub(super) fn not_kept(config: &Config) -> Page {
    Page::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "This is not possible right now",
    )
    .paragraph(
        "This needs another login, and this site cannot keep what you sent at the moment. Nothing was changed. Go back, \
         and try again in a moment.",
    )
    .retry_after(5)
    .link("Go to the start page", config.routes().home_path())
}
