//! Name and attributes of the session cookie. They follow from `APP_BASE_URL`; the variables support special
//! deployments.

use url::Url;

use super::{base_path::BasePath, problems::Problems, variable};

/// The name of the session cookie, without a prefix.
const DEFAULT_NAME: &str = "session";

/// Maximum length of the name, to limit the size of the `Cookie` header.
const MAX_NAME: usize = 64;

/// `SameSite` of the session cookie (RFC 6265bis §5.6.7).
///
/// `Strict` is not supported: a browser does not send such a cookie with the redirect that ends a login, because the
/// redirect chain began at the provider. The page would see no session and start the next login, in an endless loop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// Sent when a user follows a link from another site, which the redirect back from a login requires.
    #[default]
    Lax,
    /// Always sent; requires https.
    None,
}

/// Name and attributes of the session cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CookieSettings {
    pub(crate) name: String,
    pub(crate) secure: bool,
    pub(crate) same_site: SameSite,
    pub(crate) domain: Option<String>,
    pub(crate) path: String,
    pub(crate) transient: bool,
}

impl CookieSettings {
    /// Returns `AUTH0_COOKIE_NAME`, `session` by default. On https the name has the prefix `__Host-`, or `__Secure-` if
    /// the cookie has a domain or another path than `/`; on http, which is allowed for loopback only, it has no prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the cookie is sent over TLS only.
    pub fn secure(&self) -> bool {
        self.secure
    }

    /// Returns the [`SameSite`] attribute.
    pub fn same_site(&self) -> SameSite {
        self.same_site
    }

    /// Returns the `Domain` attribute; `None` unless `AUTH0_COOKIE_DOMAIN` is set.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// Returns the `Path` attribute: the base path of the site, or `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns whether the cookie ends with the browser session.
    pub fn transient(&self) -> bool {
        self.transient
    }
}

impl CookieSettings {
    /// Returns the prefix of the transaction cookies' names. It is derived from [`Self::name`], so that two
    /// applications on one host do not collide.
    pub(crate) fn transaction_prefix(&self) -> String {
        self.derived_name("txn") + "_"
    }

    /// Returns the name of the cookie that marks a visit with a silent login.
    pub(crate) fn silent_login_name(&self) -> String {
        self.derived_name("silent")
    }

    fn derived_name(&self, purpose: &str) -> String {
        // These cookies have no `Domain`.
        let prefix = prefix(self.secure, None, &self.path);
        let name = self.name.strip_prefix("__Host-");
        match name
            .or_else(|| self.name.strip_prefix("__Secure-"))
            .unwrap_or(&self.name)
        {
            DEFAULT_NAME => format!("{prefix}{purpose}"),
            name => format!("{prefix}{purpose}_{name}"),
        }
    }
}

/// Returns the prefix of a cookie's name. Browsers reject such a cookie without `Secure`, and with `__Host-` also one
/// with `Domain` or another `Path` than `/` (RFC 6265bis §4.1.3).
fn prefix(secure: bool, domain: Option<&str>, path: &str) -> &'static str {
    match (secure, domain, path) {
        (false, ..) => "",
        (true, None, "/") => "__Host-",
        (true, ..) => "__Secure-",
    }
}

pub(super) fn read(
    problems: &mut Problems<'_>,
    base_url: Option<&Url>,
    base_path: &BasePath,
) -> CookieSettings {
    let https = base_url.is_some_and(|url| url.scheme() == "https");
    let secure = problems.flag(variable::COOKIE_SECURE, https);
    if https && !secure {
        problems.add(
            variable::COOKIE_SECURE,
            "is false although APP_BASE_URL is https; the session would travel unencrypted",
        );
    }
    if !https && secure && base_url.is_some() {
        problems.add_named(
            variable::COOKIE_SECURE.name,
            "is true although APP_BASE_URL is http; the browser would not send the cookie back",
            "APP_BASE_URL=https://www.example.com",
        );
    }
    let same_site = match problems
        .get(variable::COOKIE_SAME_SITE)
        .map(str::to_ascii_lowercase)
        .as_deref()
    {
        None | Some("lax") => SameSite::Lax,
        Some("strict") => {
            problems.add(
                variable::COOKIE_SAME_SITE,
                "is strict; browsers do not send such a cookie with the redirect that ends a login, so every login would \
                 start the next one. lax is enough: requests from other sites are rejected by Origin and Sec-Fetch-Site",
            );
            SameSite::Lax
        }
        Some("none") if secure => SameSite::None,
        Some("none") => {
            problems.add(
                variable::COOKIE_SAME_SITE,
                "is none, which browsers accept with https only",
            );
            SameSite::Lax
        }
        Some(other) => {
            let problem = format!("must be lax or none, not `{other}`");
            problems.add(variable::COOKIE_SAME_SITE, problem);
            SameSite::Lax
        }
    };
    let domain = problems
        .get(variable::COOKIE_DOMAIN)
        .map(|value| value.trim_start_matches('.').to_owned());
    if let (Some(domain), Some(host)) = (&domain, base_url.and_then(Url::host_str))
        && host != domain
        && !host.ends_with(&format!(".{domain}"))
    {
        let problem =
            format!("is {domain}, but the site is {host}; the browser would reject the cookie");
        let name = variable::COOKIE_DOMAIN.name;
        problems.add_named(name, problem, format!("{name}={host}"));
    }
    let path = problems
        .get(variable::COOKIE_PATH)
        .unwrap_or(base_path.home())
        .to_owned();
    if path != "/" && path != base_path.home() {
        let problem = format!(
            "must be {}, because the whole site needs the cookie, also the login routes",
            match base_path.as_str() {
                "" => "/".to_owned(),
                base => format!("{base}, the path of APP_BASE_URL, or /"),
            }
        );
        problems.add(variable::COOKIE_PATH, problem);
    }
    let prefix = prefix(secure, domain.as_deref(), &path);
    CookieSettings {
        name: format!("{prefix}{}", name(problems)),
        secure,
        same_site,
        domain,
        path,
        transient: problems.flag(variable::COOKIE_TRANSIENT, false),
    }
}

/// Reads a name that follows the grammar of RFC 6265 §4.1.1, without the prefixes that browsers interpret.
fn name(problems: &mut Problems<'_>) -> String {
    let Some(name) = problems.get(variable::COOKIE_NAME) else {
        return DEFAULT_NAME.to_owned();
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let lower = name.to_ascii_lowercase();
    let problem = if !name.bytes().all(is_plain) {
        "must consist of letters, digits, `_`, `-` and `.`".to_owned()
    } else if name.len() > MAX_NAME {
        format!(
            "is {} bytes long; it must be at most {MAX_NAME}",
            name.len()
        )
    } else if ["__host-", "__secure-", "__http-", "__host-http-"]
        .iter()
        .any(|prefix| lower.starts_with(prefix))
    {
        "must not begin with a prefix of browsers; `__Host-` is added on https".to_owned()
    } else if lower.starts_with("txn_") {
        "must not begin with `txn_`, as the cookies of pending logins do".to_owned()
    } else {
        return name.to_owned();
    };
    problems.add(variable::COOKIE_NAME, problem);
    DEFAULT_NAME.to_owned()
}
