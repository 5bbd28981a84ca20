//! The release build's counterpart of `development`.

use crate::paths;

/// The paths that the server's guard protects.
pub const GUARDED_PATHS: &[&str] = paths::PROTECTED_PATHS;

/// Does nothing, because a release build has no Tokens page.
pub(crate) fn nav_link() {}
