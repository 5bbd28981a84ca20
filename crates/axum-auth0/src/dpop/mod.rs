//! `DPoP` ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)): access tokens that are bound to a key of their login.
//!
//! Each login has its own key, which is stored sealed with its tokens. Every request with a bound token, and every token
//! request of such a login, carries a proof of its own.

mod key;
mod nonces;
mod signer;

pub(crate) use self::{
    key::DpopKey,
    signer::{DpopSigner, ProofTarget},
};
