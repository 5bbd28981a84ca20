//! The user's products, kept by the external API.

use crate::AppError;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_auth0::LightJson;

/// A user's products, exactly as the API answers.
#[derive(
    Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, miniserde::Deserialize,
)]
pub struct Products {
    /// Whose they are: the subject that the API read from the access token.
    pub owner: String,
    /// In the API's order.
    pub products: Vec<Product>,
}

/// One product.
#[derive(
    Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, miniserde::Deserialize,
)]
pub struct Product {
    /// The API's name for it; opaque.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What kind of product it is.
    pub category: String,
    /// What it costs, in hundredths of `currency`.
    #[serde(rename = "priceCents")]
    pub price_cents: u32,
    /// ISO 4217, such as `EUR`.
    pub currency: String,
    /// How many there are.
    pub stock: u32,
}

/// Lists the user's products: `GET /api/products`.
///
/// # Errors
/// [`AppError`], 401 if nobody is signed in.
#[server(prefix = "/api", endpoint = "products", input = GetUrl, output = LightJson)]
pub async fn list_products() -> Result<Products, AppError> {
    use crate::server::ProductsClient;
    use leptos_auth0::server::{answer_data, require_user};

    let user = require_user()?;
    let products = ProductsClient::new(&user).list().await?;
    answer_data(<ListProducts as leptos::server_fn::ServerFn>::PATH);
    Ok(products)
}

/// Adds a product: `POST /api/products`.
///
/// # Errors
/// [`AppError`]; [`AppError::Invalid`] names the fields that cannot be taken.
#[server(prefix = "/api", endpoint = "products")]
pub async fn add_product(
    name: String,
    category: String,
    price: String,
    stock: String,
) -> Result<(), AppError> {
    use crate::forms::{ADD, TypedForm};
    use crate::server::{ProductsClient, check, finish_form};
    use leptos_auth0::server::require_user;

    let form = TypedForm {
        form: ADD.to_owned(),
        name,
        category,
        price,
        stock,
        ..TypedForm::default()
    };
    finish_form(form.clone(), async {
        let user = require_user()?;
        let product = check::new_product(&form)?;
        ProductsClient::new(&user).add(&product).await
    })
    .await
}

/// Renames a product: `POST /api/products/rename`.
///
/// # Errors
/// [`AppError`]; [`AppError::NotFound`] if the product is gone, or somebody else's.
#[server(prefix = "/api", endpoint = "products/rename")]
pub async fn rename_product(id: String, name: String) -> Result<(), AppError> {
    use crate::forms::TypedForm;
    use crate::server::{ProductsClient, check, finish_form};
    use leptos_auth0::server::require_user;

    let form = TypedForm::rename(&id, &name);
    finish_form(form, async {
        let user = require_user()?;
        let name = check::name(&name)?;
        ProductsClient::new(&user).rename(&id, name).await
    })
    .await
}

/// Deletes a product: `POST /api/products/delete`.
///
/// # Errors
/// [`AppError`]; [`AppError::NotFound`] if the product is gone, or somebody else's.
#[server(prefix = "/api", endpoint = "products/delete")]
pub async fn delete_product(id: String) -> Result<(), AppError> {
    use crate::forms::TypedForm;
    use crate::server::{ProductsClient, finish_form};
    use leptos_auth0::server::require_user;

    finish_form(TypedForm::delete(&id), async {
        let user = require_user()?;
        ProductsClient::new(&user).delete(&id).await
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{Product, Products};

    #[test]
    fn the_products_are_written_as_the_api_writes_them() {
        let products = Products {
            owner: "auth0|alice".into(),
            products: vec![Product {
                id: "p1".into(),
                name: "Walnut desk".into(),
                category: "Furniture".into(),
                price_cents: 49_900,
                currency: "EUR".into(),
                stock: 4,
            }],
        };
        let json = r#"{"owner":"auth0|alice","products":[{"id":"p1","name":"Walnut desk","category":"Furniture","priceCents":49900,"currency":"EUR","stock":4}]}"#;
        assert_eq!(serde_json::to_string(&products).ok().as_deref(), Some(json));
        assert_eq!(
            miniserde::json::from_str::<Products>(json).ok(),
            Some(products)
        );
    }
}
