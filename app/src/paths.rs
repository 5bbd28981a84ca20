//! The paths of the site.

/// The start page.
pub const HOME: &str = "/";

/// The user's claims.
pub const PROFILE: &str = "/profile";

/// The user's products.
pub const PRODUCTS: &str = "/products";

/// The page that the provider redirects to after a logout.
pub const SIGNED_OUT: &str = "/signed-out";

/// The tokens of the login; only in development builds.
pub const TOKENS: &str = "/tokens";

/// The pages that require a signed-in user. Both the router's routes and the server's guard use this list.
pub const PROTECTED_PATHS: &[&str] = &[PROFILE, PRODUCTS];

/// The paths that the server excludes from the list of pages, in axum's syntax. Empty, because no route of the router
/// belongs to the server.
pub const SERVER_PATHS: &[&str] = &[];

/// The prefix of the server's own routes: login, callback, logout.
pub(crate) const SERVER: &str = "/auth/";

/// Returns the document title for `path`.
pub fn title(path: &str) -> &'static str {
    match path {
        HOME => "Stockroom",
        PROFILE => "Profile · Stockroom",
        PRODUCTS => "My products · Stockroom",
        SIGNED_OUT => "Signed out · Stockroom",
        _ => "Page not found · Stockroom",
    }
}
