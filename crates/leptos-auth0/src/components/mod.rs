//! Components for login, logout, and pages that need a user.

#![expect(
    unreachable_pub,
    reason = "the component macro writes a second, public function beside each"
)]

mod hard_navigation;
mod links;
mod page_user_field;
mod protected;
mod visibility;

pub use hard_navigation::HardNavigation;
pub use links::{LoginLink, LogoutButton};
pub use page_user_field::PageUserField;
pub use protected::Protected;
pub use visibility::{SignedIn, SignedOut};
