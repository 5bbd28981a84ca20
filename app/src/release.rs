//! What a release build has beside the site: nothing. `development` is the other stage.

use crate::paths;

/// The addresses that only signed-in people may open, for the server's guard.
pub const GUARDED_PATHS: &[&str] = paths::PROTECTED_PATHS;

/// There is no page beside the site's own.
pub(crate) fn nav_link() {}
