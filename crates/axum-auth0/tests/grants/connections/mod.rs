//! Access tokens of connected services, in exchange for the refresh token (Auth0's Token Vault).

mod refresh_tokens;
mod tokens;

const CALENDAR: &str = "/connections/calendar";
