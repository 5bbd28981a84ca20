//! Logins at npm's `oidc-provider`, a certified provider of another project (`end2end/foreign-provider/provider.mjs`). Without
//! Node.js or `npm ci` in `end2end`, the tests report that they were not run.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "tests")]

mod authorization_details;
mod dpop;
mod mtls;
mod opaque_tokens;
mod provider;
mod requests;
mod silent_login;
mod site;
mod step_up;
mod third_party_login;
