//! What all parts of the site's side share.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    api_client::Connections,
    clock::SharedClock,
    config::{ApiSettings, Config},
    diagnosis::Diagnosis,
    http_client::HttpClient,
    login::{RunningCallbacks, id_token::IdTokenRules},
    page_user::PageUserTags,
    provider::Provider,
    random::SharedRandom,
    seal::Keyring,
    session::Bookkeeping,
    stores::{SessionRecords, SharedStore},
    tasks::Tasks,
    tokens::{TokenEndpoint, TokenError, Tokens},
};

pub(crate) struct Engine {
    config: Config,
    provider: Provider,
    http_client: HttpClient,
    endpoint: TokenEndpoint,
    id_tokens: IdTokenRules,
    tokens: Tokens,
    tasks: Tasks,
    bookkeeping: Bookkeeping,
    callbacks: RunningCallbacks,
    store: SharedStore,
    keys: Keyring,
    page_users: PageUserTags,
    clock: SharedClock,
    random: SharedRandom,
    apis: BTreeMap<&'static str, Arc<ApiSettings>>,
    missed_apis: Mutex<BTreeSet<&'static str>>,
    connections: Connections,
}

impl Engine {
    pub(crate) fn new(
        config: Config,
        http_client: HttpClient,
        store: SharedStore,
        clock: SharedClock,
        random: SharedRandom,
    ) -> Self {
        let keys = Keyring::new(config.secrets(), Arc::clone(&random));
        let page_users = PageUserTags::new(config.secrets(), config.issuer().as_str());
        let provider = Provider::reached_at(
            config.provider_internal_url(),
            config.issuer().clone(),
            http_client.clone(),
            Arc::clone(&clock),
        );
        let endpoint = TokenEndpoint::new(
            &config,
            provider.clone(),
            http_client.clone(),
            Arc::clone(&clock),
        );
        let id_tokens = IdTokenRules::new(provider.clone(), &config, Arc::clone(&clock));
        let tasks = Tasks::default();
        let tokens = Tokens::new(
            Arc::clone(&store),
            keys.clone(),
            endpoint.clone(),
            id_tokens.clone(),
            (Arc::clone(&clock), Arc::clone(&random)),
            &config,
            tasks.clone(),
        );
        let apis = config
            .apis()
            .map(|api| (api.name, Arc::new(api.clone())))
            .collect();
        let connections =
            Connections::new(config.apis().map(ApiSettings::name), Arc::clone(&clock));
        Self {
            config,
            provider,
            http_client,
            endpoint,
            id_tokens,
            tokens,
            tasks,
            bookkeeping: Bookkeeping::default(),
            callbacks: RunningCallbacks::default(),
            store,
            keys,
            page_users,
            clock,
            random,
            apis,
            missed_apis: Mutex::default(),
            connections,
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn provider(&self) -> &Provider {
        &self.provider
    }

    pub(crate) fn http_client(&self) -> &HttpClient {
        &self.http_client
    }

    pub(crate) fn endpoint(&self) -> &TokenEndpoint {
        &self.endpoint
    }

    pub(crate) fn id_tokens(&self) -> &IdTokenRules {
        &self.id_tokens
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Owns the work that outlives its request.
    pub(crate) fn tasks(&self) -> &Tasks {
        &self.tasks
    }

    /// Writes what no request depends on.
    pub(crate) fn callbacks(&self) -> &RunningCallbacks {
        &self.callbacks
    }

    pub(crate) fn bookkeeping(&self) -> &Bookkeeping {
        &self.bookkeeping
    }

    pub(crate) fn store(&self) -> &SharedStore {
        &self.store
    }

    /// The store as tower-sessions sees it.
    pub(crate) fn records(&self) -> SessionRecords {
        SessionRecords::new(
            Arc::clone(&self.store),
            self.keys.clone(),
            Arc::clone(&self.clock),
        )
    }

    pub(crate) fn keys(&self) -> &Keyring {
        &self.keys
    }

    /// Names users to pages.
    pub(crate) fn page_users(&self) -> &PageUserTags {
        &self.page_users
    }

    pub(crate) fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub(crate) fn random(&self) -> &SharedRandom {
        &self.random
    }

    /// What the calls of APIs share.
    pub(crate) fn connections(&self) -> &Connections {
        &self.connections
    }

    /// The origins of the provider that a form may lead to, separated by blanks: those of its endpoints as far as its
    /// metadata is known, and its issuer's.
    pub(crate) fn provider_origins(&self) -> String {
        let mut origins = vec![self.config.issuer().url().origin().ascii_serialization()];
        let metadata = self.provider.known_metadata();
        let endpoints = metadata.iter().flat_map(|metadata| {
            [
                &metadata.end_session_endpoint,
                &metadata.authorization_endpoint,
            ]
        });
        for url in endpoints.flatten() {
            let origin = url.origin().ascii_serialization();
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
        origins.join(" ")
    }

    /// The `form-action` of every page, the site's and the engine's: a browser applies it to the redirects that answer
    /// a form, too (CSP Level 3 §6.4.1), and a logout redirects to the provider.
    pub(crate) fn form_action(&self) -> String {
        format!("'self' {}", self.provider_origins())
    }

    /// The settings of the API `name`, or what to do to have some.
    pub(crate) fn api(&self, name: &'static str) -> Result<Arc<ApiSettings>, TokenError> {
        self.apis.get(name).map(Arc::clone).ok_or_else(|| {
            let diagnosis = if self.config.absent_apis().contains(&name) {
                Diagnosis::api_not_configured(name)
            } else {
                Diagnosis::undeclared_api(name)
            };
            // Once: a site may do without an API that its pages ask for at every view.
            let mut missed = self
                .missed_apis
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            if missed.insert(name) {
                diagnosis.log();
            }
            TokenError::Misconfigured(Box::new(diagnosis))
        })
    }

    /// The API with this audience.
    pub(crate) fn api_for(&self, audience: &str) -> Option<&Arc<ApiSettings>> {
        self.apis
            .values()
            .find(|api| api.audience.as_deref() == Some(audience))
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
