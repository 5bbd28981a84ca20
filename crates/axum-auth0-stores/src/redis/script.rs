//! The Lua scripts. Each touches one key, so a cluster runs it on the node of that key.
//!
//! What others cache is reported to the channel of changes by the script that changes it, with the name of the key. A user
//! without the right to publish can still make the change; `changes.rs` does not subscribe then.

use std::sync::LazyLock;

use redis::{Cmd, cmd};

/// A script with its hash.
pub(super) struct Script {
    code: &'static str,
    hash: String,
}

impl Script {
    fn new(code: &'static str) -> Self {
        let hash = redis::Script::new(code).get_hash().to_owned();
        Self { code, hash }
    }

    /// Returns the command that runs the script if the server knows it.
    pub(super) fn by_hash(&self, key: &str, arguments: &[&[u8]]) -> Cmd {
        invocation("EVALSHA", &self.hash, key, arguments)
    }

    /// Returns the command that runs the script. From then on the server knows it.
    pub(super) fn by_code(&self, key: &str, arguments: &[&[u8]]) -> Cmd {
        invocation("EVAL", self.code, key, arguments)
    }
}

fn invocation(command: &str, script: &str, key: &str, arguments: &[&[u8]]) -> Cmd {
    let mut command = cmd(command);
    command.arg(script).arg(1).arg(key);
    for argument in arguments {
        command.arg(*argument);
    }
    command
}

macro_rules! scripts {
    ($($name:ident = $file:literal;)*) => {
        $(pub(super) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(include_str!(concat!("scripts/", $file))));)*
    };
}

scripts! {
    ADD_TO_INDEX = "add_to_index.lua";
    CREATE_LOGIN = "create_login.lua";
    DELETE_IDLE = "delete_idle.lua";
    DELETE_LOGIN = "delete_login.lua";
    DELETE_RECORD = "delete_record.lua";
    END_LEASE = "end_lease.lua";
    IDLE_CANDIDATES = "idle_candidates.lua";
    LEASE_LOGIN = "lease_login.lua";
    MARK_USED = "mark_used.lua";
    REMOVE_STALE = "remove_stale.lua";
    SERVER_TIME = "server_time.lua";
    SWAP_TOKENS = "swap_tokens.lua";
}
