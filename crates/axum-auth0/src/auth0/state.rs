//! The state of the engine's routes and layers. Handlers extract the parts that they use.

use std::{fmt, sync::Arc};

use axum::extract::FromRef;

use crate::{
    api_transport::{ApiTransport, TracePropagator},
    clock::SharedClock,
    config::{ApiSettings, Config},
    events::{Events, LimitedRoute},
    http_client::HttpClient,
    kept_form::KeptForms,
    login::{CallbackLocks, Hooks, LoginState},
    logout::{BackChannelState, LogoutState},
    oauth::{IdTokenVerifier, LogoutTokenVerifier, TokenEndpoint},
    page_user::PageUserTags,
    provider::Provider,
    random::SharedRandom,
    rate_limit::RouteLimit,
    seal::Keyring,
    session::{ChangeTracker, SessionRecords, SessionState, UserServices, UserSessions},
    store::SharedStore,
    tasks::Tasks,
    tokens::{ApiRegistry, ClientTokens, Tokens},
};

/// Components that the state is built from.
pub(super) struct Components {
    pub(super) config: Config,
    pub(super) http_client: HttpClient,
    pub(super) store: SharedStore,
    pub(super) changes: Arc<ChangeTracker>,
    pub(super) clock: SharedClock,
    pub(super) random: SharedRandom,
    pub(super) public_claims: Vec<String>,
    pub(super) hooks: Hooks,
    pub(super) events: Events,
    pub(super) propagator: Option<TracePropagator>,
}

/// The state of all routes and layers. Cheap to clone.
#[derive(Clone)]
pub(super) struct AppState(Arc<Parts>);

pub(super) struct Parts {
    pub(super) config: Arc<Config>,
    pub(super) provider: Provider,
    pub(super) store: SharedStore,
    pub(super) records: SessionRecords,
    pub(super) keys: Keyring,
    pub(super) tokens: Tokens,
    pub(super) client_tokens: ClientTokens,
    pub(super) apis: ApiRegistry,
    pub(super) tasks: Tasks,
    pub(super) clock: SharedClock,
    pub(super) events: Events,
    pub(super) session: Arc<SessionState>,
    pub(super) login: Arc<LoginState>,
    pub(super) logout: Arc<LogoutState>,
    pub(super) backchannel: Arc<BackChannelState>,
    pub(super) sessions: UserSessions,
    pub(super) kept_forms: KeptForms,
    pub(super) limits: RouteLimits,
}

/// The rate limits of the engine's routes.
pub(super) struct RouteLimits {
    pub(super) login: RouteLimit,
    pub(super) callback: RouteLimit,
    pub(super) backchannel: RouteLimit,
}

impl RouteLimits {
    fn new(config: &Config, events: &Events) -> Self {
        let limit = |route, per_minute| {
            RouteLimit::new(route, per_minute, config.trusted_proxies(), events)
        };
        let limits = config.rate_limits();
        Self {
            login: limit(LimitedRoute::Login, limits.login()),
            callback: limit(LimitedRoute::Callback, limits.login()),
            backchannel: limit(LimitedRoute::BackChannelLogout, limits.backchannel_logout()),
        }
    }
}

impl AppState {
    #[expect(
        clippy::too_many_lines,
        reason = "each part is built after those that it uses"
    )]
    pub(super) fn new(components: Components) -> Self {
        let Components {
            config,
            http_client,
            store,
            changes,
            clock,
            random,
            public_claims,
            hooks,
            events,
            propagator,
        } = components;
        let config = Arc::new(config);
        let keys = Keyring::new(config.secrets(), Arc::clone(&random));
        let provider = provider(&config, &http_client, &clock);
        let token_endpoint = TokenEndpoint::new(
            &config,
            provider.clone(),
            http_client,
            (Arc::clone(&clock), Arc::clone(&random)),
        );
        let id_tokens = IdTokenVerifier::new(provider.clone(), &config, Arc::clone(&clock));
        let tasks = Tasks::default();
        let tokens = Tokens::new(
            Arc::clone(&store),
            keys.clone(),
            token_endpoint.clone(),
            id_tokens.clone(),
            (Arc::clone(&clock), Arc::clone(&random)),
            &config,
            (tasks.clone(), events.clone()),
        );
        let apis = ApiRegistry::new(&config);
        let client_tokens = ClientTokens::new(
            token_endpoint.clone(),
            Arc::clone(&config),
            Arc::clone(&clock),
        );
        let records = SessionRecords::new(Arc::clone(&store), keys.clone(), Arc::clone(&clock));
        let sessions = UserSessions {
            config: Arc::clone(&config),
            store: Arc::clone(&store),
            keys: keys.clone(),
            tokens: tokens.clone(),
            clock: Arc::clone(&clock),
            events: events.clone(),
        };
        // The same as at the token endpoint: a token is bound to the certificate that its request presented.
        let certificate = token_endpoint.certificate().cloned();
        let certificate = certificate.filter(|_| config.binds_tokens_to_certificate());
        let services = Arc::new(UserServices {
            sessions: sessions.clone(),
            tokens: tokens.clone(),
            apis: apis.clone(),
            dpop: token_endpoint.dpop().clone(),
            transport: ApiTransport::new(
                config.apis().map(ApiSettings::name),
                (Arc::clone(&clock), Arc::clone(&random)),
                propagator,
                certificate,
            ),
            page_users: PageUserTags::new(keys.clone(), config.issuer().as_str()),
            public_claims,
            claim_names: config.claim_names().clone(),
        });
        let session = Arc::new(SessionState::new(
            Arc::clone(&config),
            (Arc::clone(&store), changes),
            records.clone(),
            services,
            (Arc::clone(&clock), Arc::clone(&random)),
            events.clone(),
        ));
        let kept_forms = KeptForms::new(
            Arc::clone(&store),
            keys.clone(),
            Arc::clone(&clock),
            Arc::clone(&random),
        );
        let login = Arc::new(LoginState {
            config: Arc::clone(&config),
            provider: provider.clone(),
            token_endpoint,
            id_tokens,
            tokens: tokens.clone(),
            store: Arc::clone(&store),
            records: records.clone(),
            session: Arc::clone(&session),
            keys: keys.clone(),
            tasks: tasks.clone(),
            callbacks: CallbackLocks::default(),
            hooks,
            clock: Arc::clone(&clock),
            random,
            events: events.clone(),
        });
        let logout = Arc::new(LogoutState {
            config: Arc::clone(&config),
            provider: provider.clone(),
            store: Arc::clone(&store),
            records: records.clone(),
            tokens: tokens.clone(),
            tasks: tasks.clone(),
            events: events.clone(),
        });
        let backchannel = Arc::new(BackChannelState {
            config: Arc::clone(&config),
            verifier: LogoutTokenVerifier::new(provider.clone(), &config, Arc::clone(&clock)),
            store: Arc::clone(&store),
            sessions: sessions.clone(),
            keys: keys.clone(),
            clock: Arc::clone(&clock),
            tasks: tasks.clone(),
            events: events.clone(),
        });
        let limits = RouteLimits::new(&config, &events);
        Self(Arc::new(Parts {
            config,
            provider,
            store,
            records,
            keys,
            tokens,
            client_tokens,
            apis,
            tasks,
            clock,
            events,
            session,
            login,
            logout,
            backchannel,
            sessions,
            kept_forms,
            limits,
        }))
    }
}

fn provider(config: &Config, http_client: &HttpClient, clock: &SharedClock) -> Provider {
    Provider::with_internal_origin(
        config.provider_internal_url(),
        config.issuer().clone(),
        http_client.clone(),
        Arc::clone(clock),
    )
}

impl std::ops::Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl fmt::Debug for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppState")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

macro_rules! from_ref {
    ($($field:ident: $part:ty),* $(,)?) => {$(
        impl FromRef<AppState> for $part {
            fn from_ref(state: &AppState) -> Self {
                state.$field.clone()
            }
        }
    )*};
}

from_ref! {
    config: Arc<Config>,
    keys: Keyring,
    tokens: Tokens,
    apis: ApiRegistry,
    clock: SharedClock,
    session: Arc<SessionState>,
    login: Arc<LoginState>,
    logout: Arc<LogoutState>,
    backchannel: Arc<BackChannelState>,
}
