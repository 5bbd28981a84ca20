//! The variables that a configuration is read from. They are separate from the process environment so that tests do not
//! change it.

use std::{collections::BTreeMap, fmt};

/// Names and values, as in an environment or a `.env` file.
#[derive(Clone, Default)]
pub struct Variables {
    values: BTreeMap<String, String>,
    ignored: Vec<String>,
}

impl Variables {
    /// Returns the variables of the process environment. Invalid UTF-8 in a value becomes U+FFFD, so that the
    /// configuration reports the variable instead of treating it as unset.
    pub fn from_environment() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| {
                Some((
                    name.into_string().ok()?,
                    value.to_string_lossy().into_owned(),
                ))
            })
            .collect()
    }

    /// Returns the value of `name` without surrounding spaces; `None` if it is unset or empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Returns whether `name` is set, even to an empty value.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Returns names and values unchanged, including surrounding spaces.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Sets `name`, replacing its value.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values.insert(name.into(), value.into());
    }

    /// Sets `name` if it is not set, as a `.env` file does.
    pub fn set_default(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.values
            .entry(name.into())
            .or_insert_with(|| value.into());
    }

    /// Adds the variables of `defaults` that are not set here.
    #[must_use]
    pub fn with_defaults(mut self, defaults: &Self) -> Self {
        for (name, value) in defaults.pairs() {
            self.set_default(name, value);
        }
        self.ignored.extend_from_slice(&defaults.ignored);
        self
    }

    /// Accepts variables of other programs: those called `pattern`, or that begin with it if it ends with `*`. Without
    /// this, a variable whose name begins with `AUTH0_` and that this crate does not know is a warning, and an error if
    /// it looks misspelled. Variables that this crate reads are never ignored.
    ///
    /// ```
    /// use axum_auth0::Variables;
    ///
    /// let mut variables = Variables::from_environment();
    /// variables.ignore("AUTH0_MANAGEMENT_*");
    /// ```
    pub fn ignore(&mut self, pattern: impl Into<String>) {
        self.ignored.push(pattern.into());
    }

    /// Returns whether `name` matches a pattern of [`Self::ignore`].
    pub(super) fn is_ignored(&self, name: &str) -> bool {
        self.ignored
            .iter()
            .any(|pattern| match pattern.strip_suffix('*') {
                Some(prefix) => name.starts_with(prefix),
                None => name == pattern,
            })
    }

    /// Removes `name`.
    pub fn remove(&mut self, name: &str) {
        self.values.remove(name);
    }

    /// Returns the names that have a value.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.values
            .keys()
            .map(String::as_str)
            .filter(|name| self.get(name).is_some())
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self {
            values: pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            ignored: Vec::new(),
        }
    }
}

/// Shows names only, because values may be secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}
