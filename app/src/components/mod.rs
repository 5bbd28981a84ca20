//! What pages share.

mod field;
mod layout;
mod price;
mod problem;

pub(crate) use field::TextField;
pub(crate) use layout::Layout;
pub(crate) use price::format_price;
pub(crate) use problem::Problem;
