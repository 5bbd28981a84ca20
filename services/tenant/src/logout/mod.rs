//! Logout at the tenant: `/oidc/logout` and `/v2/logout`.

mod redirect_target;
pub(crate) mod rp_initiated;
pub(crate) mod v2;
