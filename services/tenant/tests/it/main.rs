//! The tenant over real HTTP on 127.0.0.1, driven as a browser and an application would.
#![expect(clippy::unwrap_used, reason = "tests")]

mod apis;
mod authorization;
mod codes;
mod conditions;
mod dashboard;
mod login_form;
mod logout;
mod pushed_requests;
mod refresh;
mod refresh_counts;
mod restart;
mod revocation;
mod sign_on;
mod userinfo;
mod world;
