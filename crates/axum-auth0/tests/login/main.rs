//! Logging in, sessions, tokens and logging out, against a provider whose every answer a test can bend.
//!
//! Cases carry the identifiers of the `OpenID` Foundation's conformance suite where they come from it. What a case is judged
//! by: the answer, the rows of the store, the browser's cookies, the ledger of what the provider was asked, and the
//! log, in which no secret may appear.

#![expect(clippy::unwrap_used, reason = "tests")]

mod app;

mod access_token_route;
mod backoff;
mod builder;
mod callback;
mod cookies;
mod cross_site;
mod dead_refresh_tokens;
mod detached;
mod diagnoses;
mod doctor;
mod ended_sessions;
mod grant_revocation;
mod guards;
mod half_done;
mod head;
mod id_token;
mod leaks;
mod logout;
mod navigation;
mod other_providers;
mod outages;
mod page_user;
mod provider_settings;
mod races;
mod refresh;
mod refreshed_id_token;
mod return_paths;
mod revocation;
mod sessions;
mod start;
mod store_cleanup;
mod ten_minutes;
mod token_endpoint;
mod token_responses;
mod unreadable;
mod unreadable_tokens;
mod userinfo;
