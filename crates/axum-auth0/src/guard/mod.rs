//! What stands before the application: one host, no cross-site changes, and pages for signed-in people only.

mod cross_site;
mod host;
mod pages;

pub(crate) use self::{cross_site::refuse_cross_site, host::one_host, pages::guard_pages};
