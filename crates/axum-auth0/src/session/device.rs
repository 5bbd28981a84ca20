//! What a user recognizes a device by: the names of the browser and of the operating system.

use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// Maximum length of the part of `User-Agent` that is read, in bytes.
const MAX_USER_AGENT: usize = 512;

/// Marks in `User-Agent` and the browsers that they identify. The first match decides: most browsers also carry the marks of
/// those that they derive from.
const BROWSERS: &[(&str, &str)] = &[
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("YaBrowser/", "Yandex Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of the operating systems. An iPad can also call itself a Macintosh, which is not distinguishable.
const SYSTEMS: &[(&str, &str)] = &[
    ("iPhone", "iPhone"),
    ("iPod", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
    ("X11", "Linux"),
];

/// The browser and the operating system of a session, in words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) browser: Option<&'static str>,
    pub(crate) system: Option<&'static str>,
}

/// The stored form. Names that this version does not know count as absent.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct StoredDevice {
    browser: Option<String>,
    system: Option<String>,
}

impl Device {
    /// Returns the device that sent a request. `User-Agent` is a claim of the client: it is shown to the user, and decides
    /// nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let agent = headers
            .get(header::USER_AGENT)
            .map(http::HeaderValue::as_bytes)
            .unwrap_or_default();
        let agent = String::from_utf8_lossy(&agent[..agent.len().min(MAX_USER_AGENT)]);
        let find = |marks: &[(&str, &'static str)]| {
            let found = marks.iter().find(|(mark, _)| agent.contains(mark));
            found.map(|(_, name)| *name)
        };
        Self {
            browser: find(BROWSERS),
            system: find(SYSTEMS),
        }
    }
}

impl From<Device> for StoredDevice {
    fn from(device: Device) -> Self {
        Self {
            browser: device.browser.map(str::to_owned),
            system: device.system.map(str::to_owned),
        }
    }
}

impl From<StoredDevice> for Device {
    fn from(stored: StoredDevice) -> Self {
        let known = |marks: &[(&str, &'static str)], name: Option<String>| {
            let found = marks
                .iter()
                .find(|(_, known)| name.as_deref() == Some(*known));
            found.map(|(_, known)| *known)
        };
        Self {
            browser: known(BROWSERS, stored.browser),
            system: known(SYSTEMS, stored.system),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn device(agent: &str) -> (Option<&'static str>, Option<&'static str>) {
        let mut headers = HeaderMap::new();
        if let Ok(agent) = HeaderValue::from_bytes(agent.as_bytes()) {
            headers.insert(header::USER_AGENT, agent);
        }
        let Device { browser, system } = Device::of(&headers);
        (browser, system)
    }

    #[test]
    fn browsers_and_systems_are_named_by_what_users_call_them() {
        for (agent, browser, system) in [
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0.0.0 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iPhone",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
                "Firefox",
                "Linux",
            ),
            (
                "Mozilla/5.0 (Linux; Android 15; SM-S921B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
            (
                "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
                "Chrome",
                "ChromeOS",
            ),
        ] {
            assert_eq!(device(agent), (Some(browser), Some(system)), "{agent}");
        }
    }

    #[test]
    fn other_clients_have_no_name() {
        for agent in ["", "curl/8.5.0", "<script>alert(1)</script>", "\u{e9}"] {
            assert_eq!(device(agent), (None, None), "{agent}");
        }
        let long = format!("{}Firefox/143.0", "x".repeat(MAX_USER_AGENT));
        assert_eq!(device(&long), (None, None), "only the first bytes are read");
    }
}
