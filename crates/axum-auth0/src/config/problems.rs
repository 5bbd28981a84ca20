//! Reads variables and collects their problems.

use std::collections::HashSet;

use super::{ConfigError, ConfigProblem, Variables, variable::Variable};

/// Reads the variables of one configuration. A reader that finds a problem records it and returns a placeholder, so
/// that all problems are reported together.
pub(super) struct Problems<'a> {
    variables: &'a Variables,
    found: Vec<ConfigProblem>,
    warnings: Vec<ConfigProblem>,
    /// Variables with an invalid value. Further problems with them are consequences and are not reported.
    rejected: HashSet<String>,
}

impl<'a> Problems<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            found: Vec::new(),
            warnings: Vec::new(),
            rejected: HashSet::new(),
        }
    }

    /// Returns the variable's value without surrounding spaces; `None` if it is unset or empty.
    pub(super) fn get(&self, variable: Variable) -> Option<&'a str> {
        self.variables.get(variable.name)
    }

    /// Returns the value as [`Self::get`] does, for the variable of an API.
    pub(super) fn get_named(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name)
    }

    /// Returns whether the variable is set, even to an empty value.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.variables.is_set(name)
    }

    /// Records a problem with the example from the table.
    pub(super) fn add(&mut self, variable: Variable, problem: impl Into<String>) {
        let example = format!("{}={}", variable.name, variable.example);
        self.add_named(variable.name, problem, example);
    }

    /// Records a problem of the variable `name` and a line that would be accepted.
    pub(super) fn add_named(
        &mut self,
        name: &str,
        problem: impl Into<String>,
        example: impl Into<String>,
    ) {
        if self.rejected.contains(name) {
            return;
        }
        self.found.push(ConfigProblem {
            variable: name.to_owned(),
            problem: problem.into(),
            example: example.into(),
        });
    }

    /// Records a problem that makes all further problems of this variable meaningless.
    pub(super) fn reject(&mut self, name: &str, problem: String, example: String) {
        self.add_named(name, problem, example);
        self.rejected.insert(name.to_owned());
    }

    /// Records a recommendation, with which the configuration is still valid.
    pub(super) fn warn(
        &mut self,
        name: &str,
        problem: impl Into<String>,
        example: impl Into<String>,
    ) {
        self.warnings.push(ConfigProblem {
            variable: name.to_owned(),
            problem: problem.into(),
            example: example.into(),
        });
    }

    /// Reads `true` or `false`.
    pub(super) fn flag(&mut self, variable: Variable, default: bool) -> bool {
        match self.get(variable) {
            None => default,
            Some("true" | "1") => true,
            Some("false" | "0") => false,
            Some(other) => {
                let problem = format!("must be true or false, not `{other}`");
                self.add_named(
                    variable.name,
                    problem,
                    format!("{}={default}", variable.name),
                );
                default
            }
        }
    }

    /// Returns the warnings, if there are no problems.
    pub(super) fn finish(self) -> Result<Vec<ConfigProblem>, ConfigError> {
        if self.found.is_empty() {
            Ok(self.warnings)
        } else {
            Err(ConfigError {
                problems: self.found,
            })
        }
    }
}
