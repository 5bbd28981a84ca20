//! A form that a browser posted itself and that failed.

use leptos::{
    prelude::{provide_context, use_context},
    server::ServerActionError,
    server_fn::ServerFn,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// The failed form of the current page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FailedForm {
    /// The path of the server function.
    pub(crate) action: String,
    /// The error, as Leptos encodes it in URLs.
    pub(crate) error: String,
    /// The fields as the user typed them, URL-encoded.
    pub(crate) fields: String,
}

/// Provides the error to the [`ServerAction`](leptos::prelude::ServerAction) of the form, and the fields to
/// [`use_failed_form`].
pub(crate) fn provide(form: FailedForm) {
    provide_context(ServerActionError::new(&form.action, &form.error));
    provide_context(form);
}

/// Returns what the user typed into the form of the server function `S`, if the browser posted the form itself, because
/// JavaScript is disabled or the WASM had not loaded, and the function returned an error.
///
/// The browser is redirected to the page of the form. There, the function's `ServerAction` has the error as its value,
/// and this function returns the arguments, so that the page can show the form again as it was:
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::{AuthError, PageUserField, use_failed_form};
/// #[server]
/// async fn add_note(text: String) -> Result<(), AuthError> {
///     // …
///     # Ok(())
/// }
///
/// #[component]
/// fn NoteForm() -> impl IntoView {
///     let add = ServerAction::<AddNote>::new();
///     let typed = use_failed_form::<AddNote>().map(|form| form.text);
///     view! {
///         <ActionForm action=add>
///             <PageUserField/>
///             {move || add.value().get()?.err().map(|error| view! { <p role="alert">{error.to_string()}</p> })}
///             <input name="text" value=typed/>
///         </ActionForm>
///     }
/// }
/// ```
///
/// It returns the form also after a login in between, if the same user logged in; not on another page, not later than
/// five minutes after, and once only. `None` if the form was too large for a cookie (about 2 KB).
#[must_use]
pub fn use_failed_form<S: ServerFn + DeserializeOwned>() -> Option<S> {
    let form = use_context::<FailedForm>().filter(|form| form.action == S::PATH)?;
    serde_qs::from_str(&form.fields).ok()
}
