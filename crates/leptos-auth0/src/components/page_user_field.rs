//! The form field that identifies the user of the page.

use crate::{page_user::PAGE_USER_FIELD, provide::use_user};
use leptos::prelude::*;

/// A hidden field for forms that a browser may post itself: before the WASM has loaded, or without JavaScript. The
/// engine rejects the form if another user is signed in by then. Put it first in every form that changes data,
/// in a plain `<form>` as well as in an `ActionForm`:
///
/// ```rust,ignore
/// <ActionForm action=ServerAction::<AddNote>::new()>
///     <PageUserField/>
///     <input name="text"/>
///     <button>"Add"</button>
/// </ActionForm>
/// ```
///
/// Calls of server functions need no field, because [`provide_auth`](crate::provide_auth) adds a header to each.
#[component]
pub fn PageUserField() -> impl IntoView {
    let user = use_user();
    // Without `off`, Firefox restores the value from before a reload.
    view! { <input type="hidden" name=PAGE_USER_FIELD value=move || user.page_user() autocomplete="off"/> }
}
