//! Checks the URL of the site and its cookies. Settings that cannot work are already rejected by the configuration.

use super::{Check, Problem};
use axum_auth0::config::{Config, SameSite};

pub(super) fn check(config: &Config) -> Vec<Check> {
    let mut checks = vec![base_url(config)];
    checks.extend(cookies(config));
    checks
}

fn base_url(config: &Config) -> Check {
    let id = "base_url";
    let url = config.site_url(config.base_path());
    let site = config.base_url().host_str();
    if config.issuer().is_local() && site == config.issuer().url().host_str() {
        let other = match site {
            Some("localhost") => "127.0.0.1",
            _ => "localhost",
        };
        let port = config
            .base_url()
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        return Check::warning(
            id,
            "Site and provider share their cookies.",
            Problem::new(
                "cookies_shared",
                format!(
                    "Both are at {}, and browsers do not tell the ports of one host apart: each gets the cookies of the \
                     other.",
                    site.unwrap_or_default()
                ),
                format!(
                    "Set APP_BASE_URL=http://{other}{port}{}, and register its callback URL at the provider.",
                    config.base_path()
                ),
            ),
        );
    }
    if config.is_https() {
        Check::ok(id, format!("The site is at {url}."))
    } else {
        Check::ok(
            id,
            format!("The site is at {url}: on this machine, where http is good enough."),
        )
    }
}

fn cookies(config: &Config) -> Vec<Check> {
    let id = "cookies";
    let cookie = config.cookie();
    let mut checks = Vec::new();
    match cookie.same_site() {
        SameSite::Lax => {}
        SameSite::None => checks.push(Check::warning(
            id,
            "Other sites can send requests with the session.",
            Problem::new(
                "same_site_none",
                "AUTH0_COOKIE_SAME_SITE is none: the browser sends the session's cookie along with requests that other \
                 sites make, and only the check of their origin is left against them.",
                "Set AUTH0_COOKIE_SAME_SITE=lax, the default, unless the site has to work in a frame of another one.",
            ),
        )),
    }
    if let Some(domain) = cookie.domain() {
        checks.push(Check::warning(
            id,
            format!("Every host below {domain} gets the session's cookie."),
            Problem::new(
                "cookie_domain",
                format!(
                    "AUTH0_COOKIE_DOMAIN is {domain}, so all of its hosts can read and replace the cookie, and it cannot \
                     have the prefix __Host- that forbids that."
                ),
                "Take AUTH0_COOKIE_DOMAIN out, unless sites of several hosts must share one login.",
            ),
        ));
    }
    if checks.is_empty() {
        let over = if cookie.secure() {
            "over TLS only"
        } else {
            "without TLS, which is possible on this machine only"
        };
        checks.push(Check::ok(
            id,
            format!("The session's cookie {} travels {over}.", cookie.name()),
        ));
    }
    checks
}
