//! What only a release build has: nothing. `development` is the other stage.

use crate::paths;

/// The paths for signed-in users, for the server's guard.
pub const GUARDED_PATHS: &[&str] = paths::PROTECTED_PATHS;

/// A release build has no Tokens page.
pub(crate) fn nav_link() {}
