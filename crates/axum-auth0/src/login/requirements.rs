//! What a login requires, for another attempt.

use crate::step_up::StepUp;

/// Returns the parameters of another login that requires the same: without them, it would lead out of the organization, or not
/// suffice for what waits for it.
pub(super) fn requirements(
    step_up: Option<&StepUp>,
    organization: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut parameters = step_up.map(StepUp::login_parameters).unwrap_or_default();
    parameters.extend(organization.map(|organization| ("organization", organization.to_owned())));
    parameters
}
