//! The pages of the site: one table for the router, the page guard of the server, the titles and the navigation.

use leptos::prelude::*;
use leptos_auth0::{Protected, site_path};
use leptos_meta::Title;
use leptos_router::StaticSegment;

/// A page of the site.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The path, without parameters.
    pub path: &'static str,
    /// The title, which the name of the site follows.
    pub title: &'static str,
    /// Whether it requires a signed-in user.
    pub is_protected: bool,
}

/// The start page.
pub const HOME: Page = Page::public("/", "");
/// The user's products.
pub const PRODUCTS: Page = Page::protected("/products", "My products");
/// The user's claims.
pub const PROFILE: Page = Page::protected("/profile", "Profile");
/// The stock report, for users with the role [`REPORT_ROLE`].
pub const REPORT: Page = Page::protected("/report", "Stock report");
/// The role that the stock report requires.
pub const REPORT_ROLE: &str = "manager";
/// The page that a logout ends on.
pub const SIGNED_OUT: Page = Page::public("/signed-out", "Signed out");

/// All pages.
pub const PAGES: [Page; 5] = [HOME, PRODUCTS, PROFILE, REPORT, SIGNED_OUT];

/// Returns the paths of the pages that require a signed-in user, for the guard of the server.
pub fn protected_paths() -> impl Iterator<Item = &'static str> {
    let protected = PAGES.into_iter().filter(|page| page.is_protected);
    protected.map(|page| page.path)
}

impl Page {
    const fn public(path: &'static str, title: &'static str) -> Self {
        Self {
            path,
            title,
            is_protected: false,
        }
    }

    const fn protected(path: &'static str, title: &'static str) -> Self {
        Self {
            path,
            title,
            is_protected: true,
        }
    }

    /// Returns the path for links, below the base path of the site.
    pub(crate) fn href(self) -> String {
        site_path(self.path)
    }

    /// Returns the path for the router.
    pub(crate) fn segment(self) -> StaticSegment<&'static str> {
        // Below a base path, the segment "/" does not match the start page.
        StaticSegment(self.path.trim_start_matches('/'))
    }

    /// Renders the page with its title, behind the guard if it is protected.
    pub(crate) fn view<V: IntoView + 'static>(self, page: fn() -> V) -> impl IntoView {
        let content = if self.is_protected {
            view! { <Protected>{page()}</Protected> }.into_any()
        } else {
            page().into_any()
        };
        view! {
            <Title text=self.title/>
            {content}
        }
    }
}
