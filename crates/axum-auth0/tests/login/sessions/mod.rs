//! Sessions: only a login creates one, and an ended one stays ended.

mod cookie;
mod end;
mod identifiers;

const MINUTE: i64 = 60;

const HOUR: i64 = 3_600;

const DAY: i64 = 24 * HOUR;
