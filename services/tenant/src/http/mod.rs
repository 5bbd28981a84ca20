//! HTTP types and functions that several endpoints share.

mod internal_error;
mod oauth_error;
mod parameters;
mod redirect;
mod same_origin;

pub(crate) use self::{
    internal_error::InternalError,
    oauth_error::{OAuthError, client_not_authorized},
    parameters::{Parameters, ParametersError},
    redirect::redirect,
    same_origin::is_same_origin,
};
