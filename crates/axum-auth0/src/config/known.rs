//! Which variables there are. One that is set but that nothing here implements is a fault: whoever set it expects
//! something to happen.

use super::{
    ApiRegistration, Variables,
    apis::{ENDINGS, is_variable},
    characters::intended_name,
    faults::Problems,
};

/// Every variable with a fixed name that this version implements.
const IMPLEMENTED: &[&str] = &[
    "AUTH0_AUDIENCE",
    "AUTH0_AUDIENCE_PARAMETER",
    "AUTH0_CLIENT_AUTHENTICATION",
    "AUTH0_CLIENT_ID",
    "AUTH0_CLIENT_SECRET",
    "AUTH0_COOKIE_DOMAIN",
    "AUTH0_COOKIE_NAME",
    "AUTH0_COOKIE_PATH",
    "AUTH0_COOKIE_SAME_SITE",
    "AUTH0_COOKIE_SECURE",
    "AUTH0_COOKIE_TRANSIENT",
    "AUTH0_DOMAIN",
    "AUTH0_EXPOSE_ACCESS_TOKENS_FOR",
    "AUTH0_HTTP_TIMEOUT",
    "AUTH0_LOGOUT_PARAMETER",
    "AUTH0_LOGOUT_RETURN_TO",
    "AUTH0_NO_CONTENT_PROFILE_RESPONSE",
    "AUTH0_PROMPT",
    "AUTH0_PROVIDER_INTERNAL_URL",
    "AUTH0_SCOPE",
    "AUTH0_SECRET",
    "AUTH0_SESSION_STORE",
    "AUTH0_TOKEN_ISSUER",
    "AUTH0_TOKEN_REFRESH_BUFFER",
    "APP_BASE_URL",
];

/// Prefixes of variables of nextjs-auth0 that this version does not implement, and what they are for.
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
    (
        "NEXT_PUBLIC_",
        "the routes are fixed (/auth/login, /auth/callback, /auth/logout, /auth/profile)",
    ),
];

/// Whether a variable with a fixed name is one of this version's.
pub(super) fn is_implemented(name: &str) -> bool {
    IMPLEMENTED.contains(&name)
}

pub(super) fn refuse_unknown(
    variables: &Variables,
    apis: &[ApiRegistration],
    faults: &mut Problems<'_>,
) {
    for name in variables.names() {
        if is_implemented(name) {
            continue;
        }
        let is_known = |name: &str| is_implemented(name) || is_variable(name, apis);
        if let Some(intended) = intended_name(name, is_known) {
            let problem = "is set under a name that contains an invisible character or one that is not ASCII; type the name \
                           again";
            faults.refuse(&intended, problem.to_owned(), format!("{intended}=…"));
            continue;
        }
        if let Some((_, why)) = NOT_IMPLEMENTED.iter().find(|(prefix, _)| {
            // `NEXT_PUBLIC_` is anybody's prefix: only the names of nextjs-auth0 are meant.
            name.starts_with(prefix)
                && (*prefix != "NEXT_PUBLIC_"
                    || name.ends_with("_ROUTE")
                    || name == "NEXT_PUBLIC_BASE_PATH")
        }) {
            faults.add(name, format!("is set, but {why}; remove it"), "");
        } else if name.starts_with("AUTH0_") {
            faults.add(
                name,
                "is set, but there is no such variable; remove it or mend its name",
                nearest(name),
            );
        } else if let Some((prefix, _)) = name.rsplit_once("_API_")
            && ENDINGS
                .iter()
                .any(|end| name.ends_with(&format!("_API_{end}")))
            && !apis.iter().any(|api| api.name == prefix)
            && !apis.is_empty()
            && prefix_is_near(prefix, apis)
        {
            faults.add(
                name,
                format!("is set, but the application calls no API named {prefix}"),
                format!("{}_API_URL=…", apis[0].name),
            );
        }
    }
}

/// A variable of somebody else may well end in `_API_URL`: only what looks like a slip of the pen is a fault.
fn prefix_is_near(prefix: &str, apis: &[ApiRegistration]) -> bool {
    apis.iter().any(|api| {
        let shared = api
            .name
            .chars()
            .zip(prefix.chars())
            .take_while(|(a, b)| a == b)
            .count();
        shared >= 4
    })
}

/// The implemented variable that shares the longest beginning with `name`; the shortest of several.
fn nearest(name: &str) -> String {
    IMPLEMENTED
        .iter()
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
