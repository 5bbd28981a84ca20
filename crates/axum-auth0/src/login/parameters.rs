//! What may be said in the query of `/auth/login`: an allow-list, so that a link cannot change what the login asks for
//! (CVE-2025-67716).

use std::collections::HashMap;

use crate::return_to::ReturnTo;

/// Parameters that are passed on to the provider as they are.
const PASSED_ON: &[&str] = &[
    "prompt",
    "screen_hint",
    "login_hint",
    "connection",
    "organization",
    "invitation",
    "ui_locales",
    "max_age",
    "acr_values",
];

const MAX_VALUE: usize = 512;

/// The query of a login, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LoginParameters {
    pub(super) return_to: ReturnTo,
    pub(super) passed_on: Vec<(&'static str, String)>,
    pub(super) max_age: Option<u64>,
    pub(super) organization: Option<String>,
}

impl LoginParameters {
    /// Reads the query; what is not on the list is ignored.
    ///
    /// # Errors
    ///
    /// The name of a parameter that is given twice, too long, or malformed.
    pub(super) fn parse(query: &str) -> Result<Self, &'static str> {
        let mut given: HashMap<&'static str, String> = HashMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let Some(&known) = PASSED_ON
                .iter()
                .chain(&["returnTo"])
                .find(|known| **known == name)
            else {
                continue;
            };
            if given.insert(known, value.into_owned()).is_some() {
                return Err(known);
            }
        }
        let return_to = ReturnTo::parse_or_home(given.remove("returnTo").as_deref());
        Self::check(return_to, given)
    }

    fn check(
        return_to: ReturnTo,
        mut given: HashMap<&'static str, String>,
    ) -> Result<Self, &'static str> {
        let max_age = match given.get("max_age") {
            Some(text) => Some(text.parse::<u32>().map_err(|_| "max_age")?.into()),
            None => None,
        };
        if let Some(prompt) = given.get("prompt") {
            let words = ["none", "login", "consent", "select_account", "create"];
            if !prompt.split(' ').all(|word| words.contains(&word)) {
                return Err("prompt");
            }
        }
        let organization = given
            .get("organization")
            .filter(|organization| !organization.is_empty())
            .cloned();
        let mut passed_on = Vec::new();
        for &name in PASSED_ON {
            if let Some(value) = given.remove(name).filter(|value| !value.is_empty()) {
                if value.len() > MAX_VALUE || value.chars().any(char::is_control) {
                    return Err(name);
                }
                passed_on.push((name, value));
            }
        }
        Ok(Self {
            return_to,
            passed_on,
            max_age,
            organization,
        })
    }

    /// What is passed on, for a restart of this login. `None` if it takes more than `limit` bytes.
    pub(super) fn to_pairs(&self, limit: usize) -> Option<Vec<(String, String)>> {
        let bytes = |(name, value): &(&str, String)| name.len() + value.len();
        let total: usize = self.passed_on.iter().map(bytes).sum();
        let owned = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
        (total <= limit).then(|| self.passed_on.iter().map(owned).collect())
    }

    /// The login that [`Self::to_pairs`] describes. `None` if it is not one that this version would start.
    pub(super) fn from_pairs(return_to: ReturnTo, pairs: &[(String, String)]) -> Option<Self> {
        let known = |(name, value): &(String, String)| {
            let name = PASSED_ON.iter().find(|known| *known == name)?;
            Some((*name, value.clone()))
        };
        let given = pairs.iter().map(known).collect::<Option<_>>()?;
        Self::check(return_to, given).ok()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn listed_parameters_pass_and_others_do_not() {
        let query = "returnTo=%2Fa&login_hint=alice&client_id=evil&redirect_uri=x&scope=y&state=z&audience=w&max_age=60";
        let parameters = LoginParameters::parse(query).unwrap();
        assert_eq!(parameters.return_to.as_str(), "/a");
        assert_eq!(
            parameters.passed_on,
            [
                ("login_hint", "alice".to_owned()),
                ("max_age", "60".to_owned())
            ]
        );
        assert_eq!(parameters.max_age, Some(60));
    }

    #[test]
    fn malformed_and_repeated_parameters_are_refused_by_name() {
        for (query, name) in [
            ("max_age=-1", "max_age"),
            ("max_age=abc", "max_age"),
            ("max_age=1&max_age=2", "max_age"),
            ("prompt=evil", "prompt"),
            ("login_hint=a%0d%0ab", "login_hint"),
            ("returnTo=/a&returnTo=/b", "returnTo"),
        ] {
            assert_eq!(LoginParameters::parse(query), Err(name), "{query}");
        }
        let long = format!("login_hint={}", "a".repeat(MAX_VALUE + 1));
        assert_eq!(LoginParameters::parse(&long), Err("login_hint"));
    }

    #[test]
    fn parameters_inside_the_return_path_stay_there() {
        let parameters =
            LoginParameters::parse("returnTo=%2Fa%3Fscope%3Dx%26client_id%3Dy").unwrap();
        assert_eq!(parameters.return_to.as_str(), "/a?scope=x&client_id=y");
        assert_eq!(parameters.passed_on, []);
    }

    #[test]
    fn a_restart_asks_for_the_same_or_does_not_happen() {
        for query in [
            "",
            "max_age=0&organization=A",
            "prompt=none&login_hint=alice%40example.com",
            "connection=google&screen_hint=signup&acr_values=a%20b&ui_locales=de",
        ] {
            let parameters = LoginParameters::parse(query).unwrap();
            let pairs = parameters.to_pairs(512).unwrap();
            let again = LoginParameters::from_pairs(parameters.return_to.clone(), &pairs);
            assert_eq!(again, Some(parameters), "{query}");
        }
        let long = format!("max_age=0&login_hint={}", "a".repeat(500));
        let long = LoginParameters::parse(&long).unwrap();
        assert_eq!(long.to_pairs(512), None);
        for (name, value) in [("client_id", "evil"), ("max_age", "x"), ("prompt", "evil")] {
            let pairs = [(name.to_owned(), value.to_owned())];
            let again = LoginParameters::from_pairs(ReturnTo::home(), &pairs);
            assert_eq!(again, None, "{name}");
        }
    }

    #[test]
    fn a_foreign_return_path_becomes_the_start_page() {
        let parameters = LoginParameters::parse("returnTo=https%3A%2F%2Fevil.example").unwrap();
        assert_eq!(parameters.return_to, ReturnTo::home());
    }
}
