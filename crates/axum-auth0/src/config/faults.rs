//! Collects faults while the variables are read.

use super::{ConfigError, Fault, Variables};

pub(super) struct Faults<'a> {
    variables: &'a Variables,
    faults: Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(super) fn new(variables: &'a Variables) -> Self {
        Self {
            variables,
            faults: Vec::new(),
        }
    }

    /// The variable's value without surrounding blanks; `None` where it is unset or empty.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.variables.get(name)
    }

    pub(super) fn add(
        &mut self,
        name: &str,
        problem: impl Into<String>,
        example: impl Into<String>,
    ) {
        self.faults.push(Fault {
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
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(ConfigError {
                faults: self.faults,
            })
        }
    }
}
