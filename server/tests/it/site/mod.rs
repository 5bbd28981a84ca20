//! The whole site as users meet it, driven by a browser with cookies. A test's name says what the user sees.

mod addresses;
mod audience;
mod base_path;
mod compression;
mod cookies;
mod cross_site;
mod dev_sign_in;
mod devices;
mod files;
mod forms;
mod headers;
mod login;
mod logout;
mod malformed_forms;
mod offline_access;
mod orders;
mod outages;
mod page_users;
mod products;
mod restart;
mod secrets;
mod server_functions;
mod step_up;
mod tampering;
mod tokens;
mod tokens_page;
