//! Every address of the site, once.

/// The start page.
pub const HOME: &str = "/";

/// What the provider says about the user.
pub const PROFILE: &str = "/profile";

/// The user's products, from the external API.
pub const PRODUCTS: &str = "/products";

/// Where the provider returns to after a logout.
pub const SIGNED_OUT: &str = "/signed-out";

/// In development only: a drawing of what the login holds.
pub const TOKENS: &str = "/tokens";

/// The pages for signed-in users. The router's routes and the server's guard are both made from this list.
pub const PROTECTED_PATHS: &[&str] = &[PROFILE, PRODUCTS];

/// The router has no routes that belong to the server; what it would have to leave out of the list of pages, in axum's
/// spelling.
pub const SERVER_PATHS: &[&str] = &[];

/// What is below belongs to the server: login, callback, logout.
pub(crate) const SERVER: &str = "/auth/";

/// What the browser's tab says for a path.
pub fn title(path: &str) -> &'static str {
    match path {
        HOME => "Stockroom",
        PROFILE => "Profile · Stockroom",
        PRODUCTS => "My products · Stockroom",
        SIGNED_OUT => "Signed out · Stockroom",
        _ => "Page not found · Stockroom",
    }
}
