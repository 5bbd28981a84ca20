//! Reads what a request says about itself: how the browser made it, for which host, with which method and cookies.

mod authority;
pub mod cookies;
mod kind;
mod method;
mod original_uri;

pub(crate) use self::{
    authority::{Authority, is_origin_of},
    kind::{RequestKind, RequestSite},
    method::is_state_changing,
    original_uri::original_uri,
};
