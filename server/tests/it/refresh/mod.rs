//! No refresh is lost: concurrent calls, two APIs, two users, several processes, processes that are stopped or killed,
//! clients that disconnect. The tenant rotates refresh tokens and revokes the session of a client that reuses one; every
//! test ends by checking what the tenant counted.

pub(crate) mod cluster;
mod in_process;
mod wait;

mod concurrency;
mod crashes;
mod deployments;
mod disconnects;
mod isolation;
mod replicas;
mod revocation;
mod suspension;
