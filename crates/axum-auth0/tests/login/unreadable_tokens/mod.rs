//! Tokens with empty members, malformed dates, too many bytes, or a signature that cannot be verified.

mod claims;
mod dates;
mod empty_members;
mod encodings;

use serde_json::Value;

const HOUR: i64 = 3_600;

/// Changes the response of the provider.
type Change = fn(&mut Value);
