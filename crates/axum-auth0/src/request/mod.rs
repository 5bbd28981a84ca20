//! Parses request metadata: how the browser made the request, its host, method and cookies.

mod authority;
pub mod cookies;
mod kind;
mod method;
mod original_uri;
mod posted_form;

pub(crate) use self::{
    authority::{Authority, is_origin_of},
    kind::{RequestKind, RequestSite, is_websocket},
    method::is_state_changing,
    original_uri::original_uri,
    posted_form::PostedForm,
};
