//! `/authorize`: the browser's half of the code flow (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2).

pub(crate) mod answer;
mod audience;
pub(crate) mod consent;
pub(crate) mod endpoint;
pub(crate) mod login;
pub(crate) mod par;
pub(crate) mod prompt;
pub(crate) mod request;
pub(crate) mod validation;
