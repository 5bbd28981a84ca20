//! Errors of server functions, and the responses to them.

use crate::error::{AuthError, ErrorStatus};
use leptos::server_fn::{
    Bytes, ContentType, Decodes, Encodes, Format, FormatType,
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Serialize, de::DeserializeOwned};
use std::convert::Infallible;

/// Implements what Leptos and this crate need of an app's own error type, which is an enum with a variant
/// `Auth(AuthError)` and `serde`'s two derives.
///
/// The further arguments are the HTTP statuses of the other variants; 500 by default.
///
/// ```
/// use leptos::prelude::*;
/// use leptos_auth0::{AuthError, server_fn_error};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
/// pub enum AppError {
///     #[error(transparent)]
///     Auth(#[from] AuthError),
///     #[error("This note does not exist.")]
///     NotFound,
/// }
/// server_fn_error!(AppError, AppError::NotFound => 404);
///
/// #[server]
/// async fn notes() -> Result<Vec<String>, AppError> {
///     let user = leptos_auth0::server::require_user()?;
///     # let _ = user;
///     Err(AppError::NotFound)
/// }
///
/// #[component]
/// fn Notes() -> impl IntoView {
///     let notes = Resource::new(|| (), |()| notes());
///     view! {
///         <Suspense>
///             {move || notes.get().map(|notes| match notes {
///                 Ok(notes) => notes.join(", "),
///                 Err(error) => error.to_string(),
///             })}
///         </Suspense>
///     }
/// }
/// ```
///
/// The type then is an error of server functions, `?` converts [`AuthError`] and, on the server, the errors of API calls
/// and access tokens, and the responses have the right status. A form that a browser posts itself is redirected: to the
/// login if that is missing, otherwise to its page, which shows the error (see
/// [`use_failed_form`](crate::use_failed_form)).
#[macro_export]
macro_rules! server_fn_error {
    ($error:ident $(, $variant:pat => $status:expr)* $(,)?) => {
        impl $crate::ErrorStatus for $error {
            fn status(&self) -> u16 {
                match self {
                    Self::Auth(error) => $crate::ErrorStatus::status(error),
                    $($variant => $status,)*
                    #[allow(unreachable_patterns)]
                    _ => 500,
                }
            }

            fn auth(&self) -> ::core::option::Option<&$crate::AuthError> {
                match self {
                    Self::Auth(error) => ::core::option::Option::Some(error),
                    #[allow(unreachable_patterns)]
                    _ => ::core::option::Option::None,
                }
            }
        }

        impl $crate::server_fn_error_private::FromServerFnError for $error {
            type Encoder = $crate::server_fn_error_private::ErrorEncoding;

            fn from_server_fn_error(error: $crate::server_fn_error_private::ServerFnErrorErr) -> Self {
                Self::Auth($crate::server_fn_error_private::FromServerFnError::from_server_fn_error(error))
            }
        }

        $crate::__from_engine_errors!($error);
    };
}

/// Converts the engine's errors, on the server.
#[cfg(feature = "ssr")]
#[doc(hidden)]
#[macro_export]
macro_rules! __from_engine_errors {
    ($error:ident) => {
        impl ::core::convert::From<$crate::server::axum_auth0::ApiError> for $error {
            fn from(error: $crate::server::axum_auth0::ApiError) -> Self {
                Self::Auth($crate::AuthError::from(error))
            }
        }

        impl ::core::convert::From<$crate::server::axum_auth0::AccessDenied> for $error {
            fn from(error: $crate::server::axum_auth0::AccessDenied) -> Self {
                Self::Auth($crate::AuthError::from(error))
            }
        }

        impl ::core::convert::From<$crate::server::axum_auth0::AccessError> for $error {
            fn from(error: $crate::server::axum_auth0::AccessError) -> Self {
                Self::Auth($crate::AuthError::from(error))
            }
        }

        impl ::core::convert::From<$crate::server::axum_auth0::StepUpRequired> for $error {
            fn from(error: $crate::server::axum_auth0::StepUpRequired) -> Self {
                Self::Auth($crate::AuthError::from(error))
            }
        }

        impl ::core::convert::From<$crate::server::axum_auth0::TokenError> for $error {
            fn from(error: $crate::server::axum_auth0::TokenError) -> Self {
                Self::Auth($crate::AuthError::from(error))
            }
        }
    };
}

#[cfg(not(feature = "ssr"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __from_engine_errors {
    ($error:ident) => {};
}

/// JSON. On the server, encoding an error also sets the status of the response or, for a form that the browser posted
/// itself, redirects.
///
/// `FromServerFnError::ser` would be the other place for this, but Leptos 0.9 changes what it returns.
#[derive(Debug)]
pub struct ErrorEncoding;

impl ContentType for ErrorEncoding {
    const CONTENT_TYPE: &'static str = JsonEncoding::CONTENT_TYPE;
}

impl FormatType for ErrorEncoding {
    const FORMAT_TYPE: Format = JsonEncoding::FORMAT_TYPE;
}

impl<E: ErrorStatus + Serialize> Encodes<E> for ErrorEncoding {
    type Error = Infallible;

    fn encode(error: &E) -> Result<Bytes, Infallible> {
        let body = serde_json::to_string(error)
            .unwrap_or_else(|_| String::from("{\"code\":\"internal\"}"));
        #[cfg(feature = "ssr")]
        if let Some(AuthError::StepUpRequired(login)) = error.auth() {
            crate::server::step_up::respond(login, &body);
        } else {
            crate::server::response::respond_with_error(
                error.status(),
                error.retry_after_secs(),
                &body,
            );
        }
        Ok(Bytes::from(body))
    }
}

impl<E: DeserializeOwned> Decodes<E> for ErrorEncoding {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<E, serde_json::Error> {
        JsonEncoding::decode(bytes)
    }
}

impl FromServerFnError for AuthError {
    type Encoder = ErrorEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // Their texts are for developers and quote the request, so they are dropped.
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::BadRequest,
            ServerFnErrorErr::Request(_) => Self::Network,
            _ => Self::Internal,
        }
    }
}

/// Sets the status of a page that shows `error` while it is rendered on the server. Does nothing in the browser.
pub fn set_page_status<E: ErrorStatus>(error: &E) {
    #[cfg(feature = "ssr")]
    crate::server::response::set_page_status(error.status(), error.retry_after_secs());
    #[cfg(not(feature = "ssr"))]
    let _ = error;
}

/// For the code that [`server_fn_error!`](crate::server_fn_error) generates.
pub mod private {
    pub use super::ErrorEncoding;
    pub use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
}
