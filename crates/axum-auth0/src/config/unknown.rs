//! Variables that are set but not read. An operator who set one expects an effect, so it is reported as a problem.

use super::{
    ApiRegistration, Variables,
    api::characters_of,
    characters::intended_name,
    problems::Problems,
    variable::{API_VARIABLES, VARIABLES},
};

/// Prefixes of nextjs-auth0 variables that this version does not implement, with the reason to report.
const NOT_IMPLEMENTED: &[(&str, &str)] = &[
    (
        "AUTH0_CLIENT_ASSERTION_SIGNING_",
        "private_key_jwt is not implemented; use AUTH0_CLIENT_SECRET",
    ),
    ("AUTH0_DPOP_", "DPoP is not implemented"),
    (
        "AUTH0_MFA_",
        "the embedded multi-factor routes are not implemented",
    ),
    (
        "AUTH0_MTLS",
        "mutual TLS is not implemented; use AUTH0_CLIENT_SECRET",
    ),
    (
        "AUTH0_RETRY_",
        "DPoP is not implemented, and so is its retry",
    ),
    ("NEXT_PUBLIC_", "there is no such route in this version"),
];

/// Rejects variables that look as if they were meant for this configuration but are not read.
pub(super) fn reject(variables: &Variables, apis: &[ApiRegistration], problems: &mut Problems<'_>) {
    for name in variables.names() {
        let is_known = |name: &str| characters_of(name, apis).is_some();
        if is_known(name) {
            continue;
        }
        if let Some(intended) = intended_name(name, is_known) {
            let problem = "is set under a name that contains an invisible character or one that is not ASCII; type the name \
                           again";
            problems.reject(&intended, problem.to_owned(), format!("{intended}=…"));
            continue;
        }
        if let Some((_, why)) = NOT_IMPLEMENTED.iter().find(|(prefix, _)| {
            // Other programs also use the prefix `NEXT_PUBLIC_`, so only the names of nextjs-auth0 count.
            name.starts_with(prefix) && (*prefix != "NEXT_PUBLIC_" || name.ends_with("_ROUTE"))
        }) {
            problems.add_named(name, format!("is set, but {why}; remove it"), "");
        } else if name.starts_with("AUTH0_") {
            problems.add_named(
                name,
                "is set, but there is no such variable; remove it or correct its name",
                nearest(name),
            );
        } else if let Some((prefix, _)) = name.rsplit_once("_API_")
            && API_VARIABLES
                .iter()
                .any(|variable| name.ends_with(&format!("_API_{}", variable.ending)))
            && !apis.is_empty()
            && prefix_is_near(prefix, apis)
        {
            problems.add_named(
                name,
                format!("is set, but the application calls no API named {prefix}"),
                format!("{}_API_URL=…", apis[0].prefix),
            );
        }
    }
}

/// Returns whether `prefix` looks like a misspelled prefix of one of `apis`. Variables of other programs may also end
/// in `_API_URL`.
fn prefix_is_near(prefix: &str, apis: &[ApiRegistration]) -> bool {
    apis.iter().any(|api| {
        let shared = api
            .prefix
            .chars()
            .zip(prefix.chars())
            .take_while(|(a, b)| a == b)
            .count();
        shared >= 4
    })
}

/// Returns the variable that shares the longest prefix with `name`, or the shortest of several.
fn nearest(name: &str) -> String {
    VARIABLES
        .iter()
        .map(|variable| variable.name)
        .max_by_key(|known| {
            let shared = known
                .chars()
                .zip(name.chars())
                .take_while(|(a, b)| a == b)
                .count();
            (shared, std::cmp::Reverse(known.len()))
        })
        .map(|known| format!("{known}=…"))
        .unwrap_or_default()
}
