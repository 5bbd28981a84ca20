//! Every address of the site, once.

/// The start page.
pub const HOME: &str = "/";

/// What the provider says about the user.
pub const PROFILE: &str = "/profile";

/// The user's products, from the external API.
pub const PRODUCTS: &str = "/products";

/// Where the provider returns to after a logout.
pub const SIGNED_OUT: &str = "/signed-out";

/// The pages for signed-in users. The router's routes and the server's guard are both made from this list.
pub const PROTECTED_PATHS: &[&str] = &[PROFILE, PRODUCTS];

/// Routes of the router that stand in for routes of the server, in axum's spelling: left out of the list of pages.
pub const SERVER_PATHS: &[&str] = &["/auth/{*route}"];

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
