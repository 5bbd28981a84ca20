//! What is wrong with a token or with the configuration behind it, and what to set and where.
//!
//! - [`Diagnosis`] is the finding as data; [`DiagnosisCode`] is its stable name.
//! - [`diagnose`] examines an access token; other modules turn an error of the provider or the state of a login into a
//!   diagnosis.
//! - `text` makes the sentences. The pages, the log, the doctor and the documentation show the same ones.
//!
//! The error types of this crate carry a diagnosis if the configuration is the reason; they say which operation failed.

mod access_token;
mod audience;
mod code;
mod data;
mod expectation;
mod id_token;
mod provider_error;
mod scope;
mod text;

pub(crate) use self::{access_token::inspect, text::printable};
pub use self::{
    access_token::{TokenFacts, diagnose},
    code::DiagnosisCode,
    data::Diagnosis,
    expectation::Expectation,
};

/// Audiences of a token as a diagnosis keeps them: a token may have many, and long ones.
const MAX_AUDIENCES: usize = 5;

impl Diagnosis {
    /// Logs that `operation` has the outcome of a misconfiguration. Called where the failure is handled, once.
    pub(crate) fn log(&self, operation: &str) {
        tracing::error!(code = self.code().as_str(), cause = %self.cause(), fix = %self.fix(), "{operation}: misconfiguration");
    }
}
