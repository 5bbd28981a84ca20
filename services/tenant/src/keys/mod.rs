//! Keys and the signing of tokens.

mod api_keys;
mod error;
mod jwe;
mod key_set;

pub(crate) use self::{
    api_keys::{ApiKeys, TokenFormat},
    error::SignError,
    key_set::KeySet,
};
