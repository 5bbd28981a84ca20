//! The parts of the pages that run in the browser.

mod single_submission;

#[cfg(feature = "ssr")]
pub(crate) use single_submission::SingleSubmission;
