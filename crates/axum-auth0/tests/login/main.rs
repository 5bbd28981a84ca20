//! Login, sessions, tokens and logout against a fake provider whose responses the tests modify.
//!
//! Names such as `oidcc-client-test-…` and `fapi2-…` are tests of the `OpenID` Foundation's conformance suite. Tests check
//! the response, the rows of the store, the browser's cookies, the requests to the provider, and the log, which must not
//! contain a secret.

#![expect(clippy::unwrap_used, reason = "tests")]

mod app;

mod access_token_route;
mod authorization_details;
mod authorization_responses;
mod backchannel_logout;
mod backoff;
mod base_path;
mod builder;
mod callback;
mod cookies;
mod cross_site_and_host;
mod current_user;
mod dead_refresh_tokens;
mod diagnoses;
mod disconnected_clients;
mod doctor;
mod dpop;
mod earlier_versions;
mod ended_sessions;
mod error_responses;
mod events;
mod expired_in_transit;
mod fapi;
mod fetch_metadata;
mod grant_revocation;
mod guards;
mod head_requests;
mod hooks;
mod id_token;
mod leaks;
mod login_options;
mod login_start;
mod login_transactions;
mod logout;
#[cfg(feature = "metrics")]
mod metrics;
mod mtls;
mod organizations;
mod outages;
mod page_user;
mod private_key_jwt;
mod provider_settings;
mod provider_variants;
mod pushed_changes;
mod pushed_requests;
mod races;
mod rate_limits;
mod readiness;
#[cfg(all(feature = "redis", unix))]
mod redis;
mod refresh;
mod refreshed_id_token;
mod refused_logins;
mod refused_scopes;
mod require_login;
mod return_paths;
mod revocation;
mod session_cache;
mod session_data;
mod session_lifetime;
mod session_storage;
mod sessions;
mod signed_out;
mod signed_requests;
mod silent_login;
mod static_files;
mod store_cleanup;
mod store_failures;
mod stores;
mod sustained_outage;
mod third_party_login;
mod token_endpoint;
mod token_responses;
mod unreadable_records;
mod unreadable_tokens;
mod user_sessions;
mod userinfo;
