//! The pages of nextjs-auth0's end-to-end tests of its app router (`e2e/test-app/app/app-router`), in Leptos.

use leptos::{form::ActionForm, prelude::*};
#[cfg(feature = "ssr")]
use leptos_auth0::server::{optional_user, require_user};
use leptos_auth0::{AuthError, LoginLink, PageUserField, form_action, use_user};

use crate::app::AppError;

/// The e-mail address of the user, read at the server.
#[server]
pub async fn email() -> Result<Option<String>, AppError> {
    let user = optional_user()?;
    Ok(user.and_then(|user| user.claim("email")))
}

/// A page whose content is decided at the server: `getSession()` in a server component.
#[component]
pub fn ServerPage() -> impl IntoView {
    let email = Resource::new(|| (), |()| email());
    let content = move || {
        Suspend::new(async move {
            match email.await {
                Ok(Some(email)) => view! { <h1>{format!("Welcome, {email}!")}</h1> }.into_any(),
                Ok(None) => view! { <LoginLink/> }.into_any(),
                Err(error) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
            }
        })
    };
    view! { <Suspense>{content}</Suspense> }
}

/// A page with the user of the browser half: `useUser()` in a client component.
#[component]
pub fn ClientPage() -> impl IntoView {
    let user = use_user();
    let email = move || user.get().and_then(|user| user.email);
    view! {
        <Show when=move || email().is_some() fallback=|| view! { <LoginLink/> }>
            <h1>{move || format!("Welcome, {}!", email().unwrap_or_default())}</h1>
        </Show>
    }
}

/// Does something for signed-in users only.
#[server]
pub async fn protected_action() -> Result<(), AppError> {
    require_user()?;
    Ok(())
}

/// A page with a protected server action.
#[component]
pub fn ActionPage() -> impl IntoView {
    let action = ServerAction::<ProtectedAction>::new();
    let status = move || {
        action.value().get().map(|result| match result {
            Ok(()) => "authenticated".to_owned(),
            Err(AppError::Auth(AuthError::SignInRequired)) => "unauthenticated".to_owned(),
            Err(error) => error.to_string(),
        })
    };
    view! {
        <h1>"Action"</h1>
        <ActionForm action>
            <PageUserField/>
            <button formaction=form_action(action)>"Call server action"</button>
        </ActionForm>
        <output id="status">{status}</output>
    }
}
