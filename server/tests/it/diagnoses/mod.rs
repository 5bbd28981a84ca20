//! Every diagnosis, produced by the condition that it is about, with the real site, tenant and APIs. Each case returns the
//! diagnosis that was reported. Most cases then apply the fix and check that it works.
//!
//! The cases write the table in `docs/diagnoses.md`.

mod cases;
mod fixes;
mod modified_tenant;
mod reported;
mod table;

mod apis;
mod audience;
mod audience_parameter;
mod clocks;
mod doctor_checks;
mod dpop;
mod issued_tokens;
mod refreshes;
mod rejections;
mod scopes;
