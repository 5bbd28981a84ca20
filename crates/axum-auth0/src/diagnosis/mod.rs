//! Problems with a token or with the configuration behind it, and how to fix them.
//!
//! - [`Diagnosis`] is the problem as data; [`DiagnosisCode`] is its stable name.
//! - [`diagnose`] examines an access token; other modules turn an error of the provider or the state of a login into a
//!   diagnosis.
//! - `text` creates the sentences, which are the same in pages, logs, doctor and documentation.
//!
//! The error types of this crate name the operation that failed, and carry a diagnosis if the configuration is the
//! reason.

mod access_token;
mod audience;
mod binding;
mod code;
mod data;
mod expectation;
mod id_token;
mod provider_error;
mod scope;
mod text;
mod visibility;

pub(crate) use self::{
    access_token::inspect, binding::check_binding, text::printable, visibility::HIDDEN_DIAGNOSIS,
};
pub use self::{
    access_token::{TokenFacts, diagnose},
    code::DiagnosisCode,
    data::Diagnosis,
    expectation::Expectation,
    visibility::DiagnosisVisibility,
};

/// Maximum number of token audiences in a diagnosis. A token may have many long ones.
const MAX_AUDIENCES: usize = 5;

impl Diagnosis {
    /// Logs that `operation` failed because of a misconfiguration. Called once, where the failure is handled.
    pub(crate) fn log(&self, operation: &str) {
        tracing::error!(code = self.code().as_str(), cause = %self.cause(), fix = %self.fix(), "{operation}: misconfiguration");
    }
}
