//! The files in `deploy/`: real proxies, started with these files, in front of two processes of the site.
//!
//! A proxy that is not installed is skipped, unless `REQUIRE_PROXIES` is set, as in CI.

mod load;
mod reverse_proxy;

mod logins;
mod rolling_restart;
mod streaming;
mod systemd;
