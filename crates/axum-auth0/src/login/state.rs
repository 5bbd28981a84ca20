//! State of the login and callback routes.

use std::sync::Arc;

use super::{callback_locks::CallbackLocks, hooks::Hooks};
use crate::{
    clock::SharedClock,
    config::Config,
    events::Events,
    oauth::{IdTokenVerifier, TokenEndpoint},
    provider::Provider,
    random::SharedRandom,
    seal::Keyring,
    session::{SessionRecords, SessionState},
    store::SharedStore,
    tasks::Tasks,
    tokens::Tokens,
};

/// State of the login and callback routes.
#[derive(Debug)]
pub(crate) struct LoginState {
    pub(crate) config: Arc<Config>,
    pub(crate) provider: Provider,
    pub(crate) token_endpoint: TokenEndpoint,
    pub(crate) id_tokens: IdTokenVerifier,
    pub(crate) tokens: Tokens,
    pub(crate) store: SharedStore,
    pub(crate) records: SessionRecords,
    pub(crate) session: Arc<SessionState>,
    pub(crate) keys: Keyring,
    pub(crate) tasks: Tasks,
    pub(crate) callbacks: CallbackLocks,
    pub(crate) hooks: Hooks,
    pub(crate) clock: SharedClock,
    pub(crate) random: SharedRandom,
    pub(crate) events: Events,
}
