//! The grants besides code and refresh token: their requests, results and errors.

mod backchannel_login;
mod connection_token;
mod error;
mod failure;
mod issued_tokens;
mod poll_schedule;
mod session_transfer;
mod token_exchange;
mod token_type;

pub use self::{
    backchannel_login::{BackchannelLogin, BackchannelLoginError},
    connection_token::{ConnectionToken, ConnectionTokenError},
    error::TokenExchangeError,
    issued_tokens::IssuedTokens,
    session_transfer::{InvalidTransferUrl, SessionTransferToken},
    token_exchange::TokenExchange,
    token_type::{InvalidTokenType, TokenType},
};
pub(crate) use self::{
    connection_token::is_well_formed, failure::GrantFailure, poll_schedule::PollSchedule,
    session_transfer::SESSION_TRANSFER_PARAMETER, token_exchange::ExchangeRequest,
};
