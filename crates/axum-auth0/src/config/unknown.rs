//! Variables that are set but not read. An operator who set one expects an effect, so it is reported: as a problem if the
//! name looks misspelled or if ignoring it weakens security, otherwise as a warning.

use super::{
    ApiRegistration, Variables,
    api::characters_of,
    characters::intended_name,
    problems::Problems,
    variable::{API_VARIABLES, VARIABLES},
};

/// Maximum number of changed characters between a misspelled name and the name of a variable.
const MAX_TYPOS: usize = 2;

/// Prefixes of nextjs-auth0 variables that this version does not implement.
const NOT_IMPLEMENTED: &[(&str, &str)] = &[
    (
        "AUTH0_MFA_",
        "the embedded multi-factor routes are not implemented",
    ),
    (
        "AUTH0_DPOP_CLOCK_TOLERANCE",
        "the provider and the APIs decide which times of proofs they accept",
    ),
    (
        "AUTH0_RETRY_",
        "a request whose proof lacks a nonce of the server is sent again at once",
    ),
    ("NEXT_PUBLIC_", "there is no such route in this version"),
];

/// Reports variables that look as if they were meant for this configuration but are not read.
pub(super) fn report(variables: &Variables, apis: &[ApiRegistration], problems: &mut Problems<'_>) {
    let is_known = |name: &str| characters_of(name, apis).is_some();
    let unknown = variables
        .names()
        .filter(|name| !is_known(name) && !variables.is_ignored(name))
        // The reader of AUTH0_DPOP reports them.
        .filter(|name| !super::dpop::SHARED_KEY.contains(name));
    for name in unknown {
        if let Some(intended) = intended_name(name, is_known) {
            let problem = "is set under a name that contains an invisible character or one that is not ASCII; type the name \
                           again";
            problems.reject(&intended, problem.to_owned(), format!("{intended}=…"));
        } else if let Some(why) = find(NOT_IMPLEMENTED, name) {
            problems.warn(name, format!("is set, but {why}; it has no effect"), "");
        } else if let Some(intended) = misspelled(name, apis) {
            let problem =
                format!("is set, but there is no such variable; did you mean {intended}?");
            problems.add_named(name, problem, format!("{intended}=…"));
        } else if name.starts_with("AUTH0_") {
            let problem = "is set, but there is no such variable; it has no effect. If it belongs to another program, \
                           `ignore_variables` of the builder hides this";
            problems.warn(name, problem, "");
        } else if let Some((prefix, _)) = name.rsplit_once("_API_")
            && API_VARIABLES
                .iter()
                .any(|variable| name.ends_with(&format!("_API_{}", variable.ending)))
            && let Some(api) = apis.iter().find(|api| shares_start(prefix, api.prefix))
        {
            problems.add_named(
                name,
                format!("is set, but the application calls no API named {prefix}"),
                format!("{}_API_URL=…", api.prefix),
            );
        }
    }
}

fn find(prefixes: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    prefixes
        .iter()
        .find(|(prefix, _)| {
            // Other programs also use the prefix `NEXT_PUBLIC_`, so only the names of nextjs-auth0 count.
            name.starts_with(prefix) && (*prefix != "NEXT_PUBLIC_" || name.ends_with("_ROUTE"))
        })
        .map(|(_, why)| *why)
}

/// Returns the variable that `name` is probably meant to be. Only the names of this crate begin with `AUTH0_`, or with
/// the prefix of a registered API and `_API_`. Another program may well have a variable `API_BASE_URL`.
fn misspelled(name: &str, apis: &[ApiRegistration]) -> Option<String> {
    // A zero is easily typed as the letter.
    let is_ours = name.starts_with("AUTH0_") || name.starts_with("AUTHO_");
    let fixed = VARIABLES
        .iter()
        .filter(|_| is_ours)
        .map(|variable| variable.name.to_owned());
    let of_apis = apis
        .iter()
        .map(|api| format!("{}_API_", api.prefix))
        .filter(|prefix| name.starts_with(prefix))
        .flat_map(|prefix| {
            API_VARIABLES
                .iter()
                .map(move |variable| format!("{prefix}{}", variable.ending))
        });
    fixed
        .chain(of_apis)
        .map(|known| (strsim::osa_distance(name, &known), known))
        .filter(|(typos, _)| *typos <= MAX_TYPOS)
        .min()
        .map(|(_, known)| known)
}

/// Returns whether `prefix` looks like a misspelled `registered` prefix of an API. Variables of other programs may also
/// end in `_API_URL`.
fn shares_start(prefix: &str, registered: &str) -> bool {
    let shared = registered
        .chars()
        .zip(prefix.chars())
        .take_while(|(a, b)| a == b)
        .count();
    shared >= 4
}
