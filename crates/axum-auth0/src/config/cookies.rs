//! The attributes of the session's cookie. They follow from `APP_BASE_URL`; the variables can only make them fit a
//! special deployment.

use url::Url;

use super::faults::Faults;

/// `SameSite` of the session's cookie (RFC 6265bis §5.6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Sent when a person follows a link from another site: what a login needs on its way back.
    #[default]
    Lax,
    /// Never sent on the way from another site.
    Strict,
    /// Always sent; needs https.
    None,
}

/// Name and attributes of the session's cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CookieSettings {
    /// `__Host-session` on https; without its prefix on http, which only loopback may use.
    pub name: String,
    /// Whether it travels over TLS only.
    pub secure: bool,
    /// See [`SameSite`].
    pub same_site: SameSite,
    /// `Domain`; none unless `AUTH0_COOKIE_DOMAIN` is set.
    pub domain: Option<String>,
    /// `Path`, `/` unless `AUTH0_COOKIE_PATH` is set.
    pub path: String,
    /// Whether it ends with the browser.
    pub transient: bool,
}

pub(super) fn read(faults: &mut Faults<'_>, base_url: Option<&Url>) -> CookieSettings {
    let https = base_url.is_some_and(|url| url.scheme() == "https");
    let secure = faults.flag("AUTH0_COOKIE_SECURE", https);
    if https && !secure {
        faults.add(
            "AUTH0_COOKIE_SECURE",
            "is false although APP_BASE_URL is https; the session would travel unencrypted",
            "AUTH0_COOKIE_SECURE=true",
        );
    }
    if !https && secure && base_url.is_some() {
        faults.add(
            "AUTH0_COOKIE_SECURE",
            "is true although APP_BASE_URL is http; the browser would not send the cookie back",
            "APP_BASE_URL=https://www.example.com",
        );
    }
    let same_site = match faults
        .get("AUTH0_COOKIE_SAME_SITE")
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("lax") => SameSite::Lax,
        Some("strict") => SameSite::Strict,
        Some("none") if secure => SameSite::None,
        Some("none") => {
            faults.add(
                "AUTH0_COOKIE_SAME_SITE",
                "is none, which browsers accept with https only",
                "AUTH0_COOKIE_SAME_SITE=lax",
            );
            SameSite::Lax
        }
        Some(other) => {
            let problem = format!("must be lax, strict or none, not `{other}`");
            faults.add(
                "AUTH0_COOKIE_SAME_SITE",
                problem,
                "AUTH0_COOKIE_SAME_SITE=lax",
            );
            SameSite::Lax
        }
    };
    let domain = faults
        .get("AUTH0_COOKIE_DOMAIN")
        .map(|value| value.trim_start_matches('.').to_owned());
    if let (Some(domain), Some(host)) = (&domain, base_url.and_then(Url::host_str))
        && host != domain
        && !host.ends_with(&format!(".{domain}"))
    {
        let problem =
            format!("is {domain}, but the site is {host}; the browser would refuse the cookie");
        faults.add(
            "AUTH0_COOKIE_DOMAIN",
            problem,
            format!("AUTH0_COOKIE_DOMAIN={host}"),
        );
    }
    let path = faults.get("AUTH0_COOKIE_PATH").unwrap_or("/").to_owned();
    if path != "/" {
        faults.add(
            "AUTH0_COOKIE_PATH",
            "must be /, because the login routes are below /auth",
            "AUTH0_COOKIE_PATH=/",
        );
    }
    // RFC 6265bis §4.1.3: the browser itself then refuses the name without Secure, with Domain, or with another Path.
    let prefix = match (secure, &domain) {
        (false, _) => "",
        (true, None) => "__Host-",
        (true, Some(_)) => "__Secure-",
    };
    CookieSettings {
        name: format!("{prefix}session"),
        secure,
        same_site,
        domain,
        path,
        transient: faults.flag("AUTH0_COOKIE_TRANSIENT", false),
    }
}
