//! The forms to rename and to delete a product.

use crate::{
    api::products::{DeleteProduct, RenameProduct},
    components::{Problem, TextField},
    error::AppError,
};
use leptos::{form::ActionForm, prelude::*};
use leptos_auth0::{PageUserField, form_action, use_failed_form};

/// The forms to rename and to delete a product.
#[component]
pub(super) fn ProductEditor(
    /// The identifier of the product.
    id: String,
    /// Its name.
    name: String,
) -> impl IntoView {
    let rename = ServerAction::<RenameProduct>::new();
    let delete = ServerAction::<DeleteProduct>::new();
    // The page shows other errors.
    let rejected = rename
        .value()
        .get_untracked()
        .and_then(Result::err)
        .filter(|error| matches!(error, AppError::Invalid(_)));
    let typed = use_failed_form::<RenameProduct>().map_or_else(|| name.clone(), |form| form.name);
    let renamed_id = id.clone();
    view! {
        <div class="editor-panel">
            {rejected.clone().map(|error| view! { <Problem error/> })}
            <ActionForm action=rename>
                <PageUserField/>
                <input type="hidden" name="id" value=renamed_id/>
                <TextField name="name" id="new-name" label="New name" value=Some(typed) error=rejected.as_ref()/>
                <button class="button" type="submit" formaction=form_action(rename)>"Save"</button>
            </ActionForm>
            <ActionForm action=delete>
                <PageUserField/>
                <input type="hidden" name="id" value=id/>
                <button class="button button-danger" type="submit" formaction=form_action(delete)>
                    "Delete" <span class="visually-hidden">" " {name}</span>
                </button>
            </ActionForm>
        </div>
    }
}
