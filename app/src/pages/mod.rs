//! One file per page.

mod home;
mod not_found;
mod products;
mod profile;
mod report;
mod signed_out;

pub(crate) use home::HomePage;
pub(crate) use not_found::NotFoundPage;
pub(crate) use products::ProductsPage;
pub(crate) use profile::ProfilePage;
pub(crate) use report::ReportPage;
pub(crate) use signed_out::SignedOutPage;
