//! The API as any client sees it: over HTTP, with tokens of a provider that publishes its keys.

#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "contract/answers.rs"]
mod answers;
#[path = "contract/orders.rs"]
mod orders;
#[path = "contract/program.rs"]
mod program;
#[path = "contract/tokens.rs"]
mod tokens;
#[path = "contract/world.rs"]
mod world;
