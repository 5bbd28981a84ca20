//! Typed data of the application in the session.

mod error;
mod staged;

use std::sync::PoisonError;

use serde::{Serialize, de::DeserializeOwned};

pub use self::error::SessionDataError;
pub(crate) use self::staged::StagedData;
use super::SignedInUser;
use crate::tokens::AppDataUpdate;

/// Data that the application keeps in the session of a user: see [`SignedInUser::update_session`].
///
/// A session without the data has its `Default`. Data that was stored by another version of the application is read as
/// JSON by serde, so new fields need `#[serde(default)]`.
///
/// ```
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// #[serde(default)]
/// struct Cart {
///     products: Vec<String>,
/// }
///
/// impl axum_auth0::AppData for Cart {
///     const KEY: &'static str = "cart";
/// }
/// ```
pub trait AppData: Serialize + DeserializeOwned + Default {
    /// The name of the data in the session. Each type has its own.
    const KEY: &'static str;
}

impl SignedInUser {
    /// Returns the application's data of type `T` in the session, including what this request has written. Usually it needs
    /// no read of the store: the session was read with the request.
    ///
    /// # Errors
    ///
    /// If the stored data is not that of the type; in a request that lasts longer than five seconds, also if the session has
    /// ended or the store is unavailable.
    pub async fn session_data<T: AppData>(&self) -> Result<T, SessionDataError> {
        let written = self
            .written
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let data = match written {
            Some(data) => data,
            None => self.services.tokens.app_data(&self.login).await?,
        };
        StagedData(data).get()
    }

    /// Changes the application's data of type `T` in the session, and returns the result of `change`.
    ///
    /// The data is sealed in the session store and never sent to the browser. It lives as long as the session: a logout, a
    /// timeout and a new login remove it. All data of a session has at most 16 KiB as JSON.
    ///
    /// No update is lost. If another request, on any replica, changes the session at the same time, `change` runs again on
    /// the result of that change; so it must not have side effects. An update never creates a session that a logout has
    /// deleted: it returns [`SessionDataError::SignInRequired`].
    ///
    /// ```
    /// use axum_auth0::{AppData, SessionDataError, SignedInUser};
    ///
    /// #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// struct Cart {
    ///     products: Vec<String>,
    /// }
    ///
    /// impl AppData for Cart {
    ///     const KEY: &'static str = "cart";
    /// }
    ///
    /// async fn add_to_cart(user: SignedInUser, product: String) -> Result<String, SessionDataError> {
    ///     let count = user
    ///         .update_session(|cart: &mut Cart| {
    ///             cart.products.push(product.clone());
    ///             cart.products.len()
    ///         })
    ///         .await?;
    ///     Ok(format!("{count} products in the cart"))
    /// }
    /// # let app: axum::Router = axum::Router::new().route("/cart", axum::routing::post(add_to_cart));
    /// ```
    ///
    /// # Errors
    ///
    /// See [`SessionDataError`]. Nothing is changed then.
    pub async fn update_session<T: AppData, R: Send>(
        &self,
        mut change: impl FnMut(&mut T) -> R + Send,
    ) -> Result<R, SessionDataError> {
        self.update_staged(|staged| {
            let mut data = staged.get()?;
            let result = change(&mut data);
            staged.set(&data)?;
            Ok(result)
        })
        .await
    }

    /// Removes the application's data of type `T` from the session.
    ///
    /// # Errors
    ///
    /// If the session has ended, or the store is unavailable.
    pub async fn remove_session_data<T: AppData>(&self) -> Result<(), SessionDataError> {
        self.update_staged(|staged| {
            staged.0.remove(T::KEY);
            Ok(())
        })
        .await
    }

    async fn update_staged<R: Send>(
        &self,
        mut change: impl FnMut(&mut StagedData) -> Result<R, SessionDataError> + Send,
    ) -> Result<R, SessionDataError> {
        let tokens = &self.services.tokens;
        let update = tokens.update_app_data(self.login(), |data| {
            let mut staged = StagedData(std::mem::take(data));
            let result = change(&mut staged);
            *data = staged.0;
            result
        });
        match update.await? {
            AppDataUpdate::Stored(result, data) => {
                let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
                *written = Some(data);
                Ok(result)
            }
            AppDataUpdate::TooManyConflicts => Err(SessionDataError::TooManyConflicts),
        }
    }
}
