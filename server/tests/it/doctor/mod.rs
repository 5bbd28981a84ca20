//! `server doctor` as an operator or a CI job runs it: the real program, with its own environment, against the real tenant.
//! Nothing that the tenant answers to a bad configuration is made up here.

mod doctor_env;
mod report;

mod apis;
mod application;
mod configuration;
mod healthy;
mod provider;
mod unusual_providers;
mod usage;
