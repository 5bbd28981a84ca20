//! Components shared by the pages. Only the server renders them.

mod field;
mod layout;
mod loading;
mod price;
mod problem;

pub(crate) use field::TextField;
pub(crate) use layout::Layout;
pub(crate) use loading::Loading;
pub(crate) use price::format_price;
pub(crate) use problem::Problem;
