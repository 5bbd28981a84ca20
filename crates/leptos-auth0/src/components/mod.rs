//! Components for login, logout, and pages that need a user.

#![expect(
    unreachable_pub,
    reason = "the component macro writes a second, public function beside each"
)]

mod at_once;
mod hard_navigation;
mod links;
mod protected;
mod visibility;

pub use at_once::at_once;
pub use hard_navigation::HardNavigation;
pub use links::{LoginLink, LogoutButton};
pub use protected::Protected;
pub use visibility::{SignedIn, SignedOut};
