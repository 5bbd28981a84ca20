//! Refresh of access tokens: in time, once, and without losing a refresh token.

mod concurrency;
mod interruptions;
mod replicas;
mod requests;
mod responses;
mod timing;

const HOUR: i64 = 3_600;
