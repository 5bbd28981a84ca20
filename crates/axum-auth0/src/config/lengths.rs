//! Length limits of values that are sent in the authorization request's URL and in a cookie.

use super::{ApiRegistration, problems::Problems};

/// Maximum length of an API identifier, in bytes.
const MAX_AUDIENCE: usize = 512;

/// Maximum length of the scopes of one variable, in bytes.
const MAX_SCOPE: usize = 2_048;

pub(super) fn check(apis: &[ApiRegistration], problems: &mut Problems<'_>) {
    let own = ["AUTH0_".to_owned()].into_iter();
    let prefixes = own.chain(apis.iter().map(|api| format!("{}_API_", api.prefix)));
    for prefix in prefixes {
        for (name, limit) in [("AUDIENCE", MAX_AUDIENCE), ("SCOPE", MAX_SCOPE)] {
            let variable = format!("{prefix}{name}");
            let length = problems.get_named(&variable).map_or(0, str::len);
            if length > limit {
                let problem = format!("is {length} bytes long; it must be at most {limit}");
                problems.add_named(&variable, problem, format!("{variable}=…"));
            }
        }
    }
}
