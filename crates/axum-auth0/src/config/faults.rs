//! Collects faults while the variables are read.

use std::collections::HashSet;

use super::{ConfigError, ConfigProblem, Variables};

pub(super) struct Problems<'a> {
    variables: &'a Variables,
    found: Vec<ConfigProblem>,
    /// The variables whose value cannot be meant as it stands: what else is wrong with them follows from that.
    refused: HashSet<String>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            found: Vec::new(),
            refused: HashSet::new(),
        }
    }

    /// The variable's value without surrounding blanks; `None` where it is unset or empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name)
    }

    /// Whether the variable is there at all, be it with an empty value.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.variables.is_set(name)
    }

    /// Adds a problem after which no other one of this variable is worth a word.
    pub(super) fn refuse(&mut self, name: &str, problem: String, example: String) {
        self.add(name, problem, example);
        self.refused.insert(name.to_owned());
    }

    pub(super) fn add(
        &mut self,
        name: &str,
        problem: impl Into<String>,
        example: impl Into<String>,
    ) {
        if self.refused.contains(name) {
            return;
        }
        self.found.push(ConfigProblem {
            variable: name.to_owned(),
            problem: problem.into(),
            example: example.into(),
        });
    }

    pub(super) fn required(&mut self, name: &str, what: &str) -> Option<String> {
        let value = self.get(name).map(str::to_owned);
        if value.is_none() {
            self.add(
                name,
                format!("is missing; it is {what} (Auth0 dashboard > Applications > your application > Settings)"),
                format!("{name}=…"),
            );
        }
        value
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        match self.get(name) {
            None => default,
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(other) => {
                let problem = format!("must be true or false, not `{other}`");
                self.add(name, problem, format!("{name}={default}"));
                default
            }
        }
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.found.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { faults: self.found })
        }
    }
}
