//! The outbound client, discovery, keys, signatures and bearer tokens, against a provider whose every answer a test can bend.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "provider/bearer.rs"]
mod bearer;
#[path = "provider/discovery.rs"]
mod discovery;
#[path = "provider/double.rs"]
mod double;
#[path = "provider/hostile_tokens.rs"]
mod hostile_tokens;
#[path = "provider/key_choice.rs"]
mod key_choice;
#[path = "provider/key_refresh.rs"]
mod key_refresh;
#[path = "provider/outbound.rs"]
mod outbound;
#[path = "provider/signer.rs"]
mod signer;
