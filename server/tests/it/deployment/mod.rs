//! The files in `deploy/`: real proxies, started with these files, in front of two processes of the site.
//!
//! Without a proxy, its tests report that they were not run; with `REQUIRE_PROXIES=1`, as in CI, they fail.

mod load;
mod reverse_proxy;

mod containerfile;
mod logins;
mod rolling_restart;
mod streaming;
mod systemd;
