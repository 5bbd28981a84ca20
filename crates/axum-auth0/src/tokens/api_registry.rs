//! The APIs that the application calls, with their settings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::TokenError;
use crate::{
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
};

/// The settings of all APIs. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct ApiRegistry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    apis: BTreeMap<&'static str, Arc<ApiSettings>>,
    /// The registered APIs of which no variable is set.
    absent: Vec<&'static str>,
    /// The APIs whose absence was logged.
    reported: Mutex<BTreeSet<&'static str>>,
}

impl ApiRegistry {
    pub(crate) fn new(config: &Config) -> Self {
        let apis = config.apis();
        Self(Arc::new(Inner {
            apis: apis
                .map(|api| (api.name(), Arc::new(api.clone())))
                .collect(),
            absent: config.absent_apis().to_vec(),
            reported: Mutex::default(),
        }))
    }

    /// Returns the settings of the API `name`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Misconfigured`] if it has none, with what to do.
    pub(crate) fn get(&self, name: &'static str) -> Result<Arc<ApiSettings>, TokenError> {
        self.0.apis.get(name).map(Arc::clone).ok_or_else(|| {
            let diagnosis = if self.0.absent.contains(&name) {
                Diagnosis::ApiNotConfigured {
                    api: name.to_owned(),
                }
            } else {
                Diagnosis::UndeclaredApi {
                    api: name.to_owned(),
                }
            };
            // Logged once: a site can do without an API that its pages ask for at every view.
            let mut reported = self
                .0
                .reported
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if reported.insert(name) {
                diagnosis.log();
            }
            TokenError::Misconfigured(Box::new(diagnosis))
        })
    }

    /// Returns the API with this audience.
    pub(crate) fn with_audience(&self, audience: &str) -> Option<Arc<ApiSettings>> {
        self.0
            .apis
            .values()
            .find(|api| api.audience() == Some(audience))
            .cloned()
    }
}
