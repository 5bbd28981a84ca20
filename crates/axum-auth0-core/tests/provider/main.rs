//! The outbound client, discovery, keys and signatures, against a provider whose every answer a test can change.

#![expect(clippy::unwrap_used, reason = "tests")]

mod algorithms;
mod discovery;
mod hostile_tokens;
mod http_client;
mod key_choice;
mod key_refresh;
mod response_forms;
mod skipped_keys;
