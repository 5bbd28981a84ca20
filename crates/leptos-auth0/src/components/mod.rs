//! Components for login, logout and pages for signed-in users.

#![expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]

mod links;
mod page_user_field;
mod protected;
mod server_navigation;
mod session_ended;
mod visibility;

pub use links::{LoginLink, LogoutButton};
pub use page_user_field::PageUserField;
pub use protected::Protected;
pub use server_navigation::ServerNavigation;
#[cfg(feature = "islands")]
pub(crate) use session_ended::ended_notice;
pub use visibility::{SignedIn, SignedOut};
