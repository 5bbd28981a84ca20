//! Page templates: plain HTML that works without JavaScript.

pub(crate) mod activity_log;
pub(crate) mod assets;
pub(crate) mod backchannel;
pub(crate) mod consent;
pub(crate) mod dashboard;
mod dashboard_sections;
pub(crate) mod enrollment;
pub(crate) mod error_page;
mod layout;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod organization;
mod qr_code;
pub(crate) mod second_factor;
pub(crate) mod security;
pub(crate) mod sessions;
pub(crate) mod sign_up;
pub(crate) mod users;
