//! Components for login, logout and pages for signed-in users.

#![expect(
    unreachable_pub,
    reason = "the component macro generates a second, public function for each"
)]

mod expiry_notice;
mod links;
mod page_user_field;
mod protected;
mod server_navigation;
mod session_end_time;
mod session_ended;
#[cfg(not(feature = "islands"))]
mod session_expiry;
mod visibility;

#[cfg(feature = "islands")]
pub(crate) use expiry_notice::expiry_notice;
pub use links::{LoginLink, LogoutButton, SignupLink};
pub use page_user_field::PageUserField;
pub use protected::Protected;
pub use server_navigation::ServerNavigation;
pub use session_end_time::SessionEndTime;
#[cfg(feature = "islands")]
pub(crate) use session_ended::ended_notice;
#[cfg(not(feature = "islands"))]
pub use session_expiry::SessionExpiry;
pub use visibility::{SignedIn, SignedOut};
