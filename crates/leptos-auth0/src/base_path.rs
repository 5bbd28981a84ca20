//! Paths of a site that is mounted below a path of its host.

use crate::provide::use_auth_routes;
use leptos::{server::ServerAction, server_fn::ServerFn};

/// Returns the path below which the whole site is mounted, such as `/shop`: the path of `APP_BASE_URL`. Empty if the site
/// is at the root of its host. Also works in a server function.
///
/// ```
/// # use leptos::{hydration::HydrationScripts, prelude::*};
/// # use leptos_meta::HashedStylesheet;
/// # use leptos_router::{StaticSegment, components::{FlatRoutes, Route, Router}};
/// # use leptos_auth0::{provide_auth, use_base_path};
/// #[component]
/// fn App() -> impl IntoView {
///     provide_auth();
///     view! {
///         <Router base=use_base_path()>
///             <FlatRoutes fallback=|| "not found">
///                 <Route path=StaticSegment("") view=|| "home"/>
///                 <Route path=StaticSegment("products") view=|| "products"/>
///             </FlatRoutes>
///         </Router>
///     }
/// }
///
/// fn shell(options: LeptosOptions) -> impl IntoView {
///     view! {
///         <head>
///             <HashedStylesheet options=options.clone() root=use_base_path()/>
///             <HydrationScripts options root=use_base_path()/>
///         </head>
///         <body><App/></body>
///     }
/// }
/// ```
///
/// The route of the start page is `StaticSegment("")` or `path!("/")`: below a base path, `StaticSegment("/")` does not match
/// it. The router does not add the base path to a link with an absolute path; [`site_path`] does, and [`form_action`] is
/// for forms. Server functions are called below the base path without further code.
#[must_use]
pub fn use_base_path() -> String {
    use_auth_routes().base_path
}

/// Returns a path of this site, such as `/products`, as browsers request it: `/shop/products` if the base path is `/shop`. For
/// links, files and redirects. Also works in a server function.
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::site_path;
/// # use leptos_router::components::A;
/// #[component]
/// fn Navigation() -> impl IntoView {
///     view! {
///         <img src=site_path("/icon.svg") alt=""/>
///         <A href=site_path("/products")>"Products"</A>
///     }
/// }
/// ```
#[must_use]
pub fn site_path(path: &str) -> String {
    use_auth_routes().site_path(path)
}

/// Returns the value of `formaction` for the submit button of an `ActionForm` of this action. `None` without a base path.
///
/// The `action` of an `ActionForm` is the path of the server function without the base path. The browser uses it if it
/// posts the form itself, because JavaScript is disabled or the WASM has not loaded; `formaction` replaces it:
///
/// ```
/// # use leptos::prelude::*;
/// # use leptos_auth0::{AuthError, form_action};
/// #[server]
/// async fn add_note(text: String) -> Result<(), AuthError> {
///     // …
///     # Ok(())
/// }
///
/// #[component]
/// fn NoteForm() -> impl IntoView {
///     let add = ServerAction::<AddNote>::new();
///     view! {
///         <ActionForm action=add>
///             <input name="text"/>
///             <button formaction=form_action(add)>"Add"</button>
///         </ActionForm>
///     }
/// }
/// ```
#[must_use]
pub fn form_action<S>(_: ServerAction<S>) -> Option<String>
where
    S: ServerFn + 'static,
    S::Output: 'static,
{
    let routes = use_auth_routes();
    (!routes.base_path.is_empty()).then(|| routes.site_path(S::PATH))
}
