//! Tests of the tenant over HTTP on 127.0.0.1, with a browser and an application as clients.
#![expect(clippy::unwrap_used, reason = "tests")]

mod audience;
mod authorization;
mod authorization_code;
mod authorization_details;
mod backchannel_logins;
mod backchannel_logout;
mod cli;
mod client_credentials;
mod connection_tokens;
mod dashboard;
mod dashboard_sessions;
mod direct_tokens;
mod dpop;
mod introspection;
mod login_form;
mod logout;
mod one_click_login;
mod organizations;
mod private_key_jwt;
mod pushed_authorization_requests;
mod refresh;
mod refresh_counts;
mod request_objects;
mod restart;
mod revocation;
mod roles;
mod second_factor;
mod second_factor_enrollment;
mod session_transfer;
mod sign_up;
mod single_sign_on;
mod tenant_settings;
mod test_env;
mod token_exchange;
mod userinfo;
