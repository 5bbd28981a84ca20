//! The tenant's own pages: plain HTML, readable without JavaScript, light and dark.

pub(crate) mod consent;
pub(crate) mod dashboard;
pub(crate) mod error;
pub(crate) mod layout;
pub(crate) mod login;
pub(crate) mod logout;
mod sections;
