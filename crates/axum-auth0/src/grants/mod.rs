//! The grants besides code and refresh token: their requests, results and errors.

mod connection_token;
mod error;
mod exchanged_tokens;
mod failure;
mod token_exchange;
mod token_type;

pub(crate) use self::{
    connection_token::is_well_formed, failure::GrantFailure, token_exchange::ExchangeRequest,
};
pub use self::{
    connection_token::{ConnectionToken, ConnectionTokenError},
    error::TokenExchangeError,
    exchanged_tokens::ExchangedTokens,
    token_exchange::TokenExchange,
    token_type::{InvalidTokenType, TokenType},
};
