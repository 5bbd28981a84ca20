//! The forms of the products page, and the input of a form that failed.

#[cfg(not(feature = "ssr"))]
mod browser;
#[cfg(feature = "ssr")]
mod server;
#[cfg(feature = "ssr")]
mod typed_form;
mod types;

#[cfg(not(feature = "ssr"))]
use browser as half;
use leptos::prelude::SharedValue;
use leptos_auth0::LightJsonEncoding;
#[cfg(feature = "ssr")]
use server as half;

pub(crate) use half::submit;
#[cfg(feature = "ssr")]
pub(crate) use typed_form::finish_form;
pub(crate) use types::{Done, FormState, RENAME, Returned, TypedForm};

/// Returns the failed form that the current page shows again. The browser reads it from the page.
pub(crate) fn returned_form() -> Returned {
    SharedValue::<_, LightJsonEncoding>::new_with_encoding(half::returned_form).into_inner()
}
