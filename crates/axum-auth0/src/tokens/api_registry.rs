//! The APIs that the application calls, with their settings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

use super::TokenError;
use crate::{
    config::{Api, ApiSettings, Config},
    diagnosis::Diagnosis,
};

/// The settings of all APIs. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct ApiRegistry(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    apis: BTreeMap<&'static str, Arc<ApiSettings>>,
    /// The registered APIs without any variable set.
    absent: Vec<&'static str>,
    /// The unregistered APIs that were already logged.
    logged: Mutex<BTreeSet<&'static str>>,
}

impl ApiRegistry {
    pub(crate) fn new(config: &Config) -> Self {
        let apis = config.apis();
        Self(Arc::new(Inner {
            apis: apis
                .map(|api| (api.name(), Arc::new(api.clone())))
                .collect(),
            absent: config.absent_apis().to_vec(),
            logged: Mutex::default(),
        }))
    }

    /// Returns the settings of the API `A`. An error is logged.
    ///
    /// # Errors
    ///
    /// [`TokenError::Misconfigured`] with a fix, if it has none.
    pub(crate) fn of<A: Api>(&self) -> Result<Arc<ApiSettings>, TokenError> {
        self.named(A::ENV_PREFIX)
    }

    /// Returns the settings of the API `name`, as [`Self::of`] does.
    pub(crate) fn named(&self, name: &'static str) -> Result<Arc<ApiSettings>, TokenError> {
        self.get(name).inspect_err(|error| self.log(name, error))
    }

    fn get(&self, name: &'static str) -> Result<Arc<ApiSettings>, TokenError> {
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
            TokenError::Misconfigured(Box::new(diagnosis))
        })
    }

    /// Logs an error of [`Self::get`]. An API without configuration is not a failure. An API that the application did
    /// not register is logged once, because pages may request it on every view.
    fn log(&self, name: &'static str, error: &TokenError) {
        let TokenError::Misconfigured(diagnosis) = error else {
            return;
        };
        if self.0.absent.contains(&name) {
            tracing::debug!(api = name, "access token unavailable: API not configured");
            return;
        }
        let mut logged = self.0.logged.lock().unwrap_or_else(PoisonError::into_inner);
        if logged.insert(name) {
            diagnosis.log("access token unavailable");
        }
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
