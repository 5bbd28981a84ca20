//! Components shared by the pages.

mod field;
mod layout;
mod loading;
mod part;
mod price;
mod problem;
mod server_form;

pub(crate) use field::text_field;
pub(crate) use layout::Layout;
pub(crate) use loading::loading;
pub(crate) use part::part;
pub(crate) use price::format_price;
pub(crate) use problem::problem;
pub(crate) use server_form::server_form;
