//! The data of the APIs, as the site returns it from its own API.

use serde::{Deserialize, Serialize};

/// A user's products, in the JSON form of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Products {
    /// The owner: the subject of the access token.
    pub owner: String,
    /// In the order of the API.
    pub products: Vec<Product>,
}

/// One product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Opaque identifier at the API.
    pub id: String,
    /// Name.
    pub name: String,
    /// Category.
    pub category: String,
    /// Price in hundredths of `currency`.
    #[serde(rename = "priceCents")]
    pub price_cents: u32,
    /// Currency code (ISO 4217), such as `EUR`.
    pub currency: String,
    /// Number of pieces in stock.
    pub stock: u32,
}

/// What the products of a user add up to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockReport {
    /// Number of products.
    pub products: u32,
    /// Number of pieces in stock.
    pub pieces: u32,
    /// Value of the stock in hundredths of EUR.
    pub value_cents: u32,
}

impl StockReport {
    /// Adds up `products`. A number that is too large is the largest one.
    pub fn of(products: &[Product]) -> Self {
        products.iter().fold(Self::default(), |sum, product| {
            let value = product.price_cents.saturating_mul(product.stock);
            Self {
                products: sum.products.saturating_add(1),
                pieces: sum.pieces.saturating_add(product.stock),
                value_cents: sum.value_cents.saturating_add(value),
            }
        })
    }
}

/// A user's orders, in the JSON form of the API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orders {
    /// The owner: the subject of the access token.
    pub owner: String,
    /// Newest first.
    pub orders: Vec<Order>,
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Opaque identifier at the API.
    pub id: String,
    /// Name of the product.
    pub product: String,
    /// Number of pieces.
    pub quantity: u32,
    /// `placed`, `shipped` or `delivered`.
    pub status: String,
    /// Date of the order in UTC, such as `2026-11-20`.
    #[serde(rename = "placedAt")]
    pub placed_at: String,
}

/// A device on which the user is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Opaque identifier of the session. It is not the cookie.
    pub id: String,
    /// The browser in words.
    pub browser: Option<String>,
    /// The operating system in words.
    pub system: Option<String>,
    /// Minutes since the last use.
    pub idle_minutes: u64,
    /// Whether it is the device of the request.
    pub is_current: bool,
}

#[cfg(test)]
mod tests {
    use super::{Order, Orders, Product, Products, StockReport};

    #[test]
    fn products_have_the_json_of_the_api() {
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
        assert_eq!(serde_json::from_str::<Products>(json).ok(), Some(products));
    }

    #[test]
    fn a_report_adds_up_prices_and_pieces() {
        let product = |price_cents, stock| Product {
            id: String::new(),
            name: String::new(),
            category: String::new(),
            price_cents,
            currency: "EUR".into(),
            stock,
        };
        let report = StockReport::of(&[product(1_250, 4), product(100, 0), product(99, 2)]);
        assert_eq!(
            (report.products, report.pieces, report.value_cents),
            (3, 6, 5_198)
        );
        let most = StockReport::of(&[product(u32::MAX, 2), product(1, 1)]);
        assert_eq!(most.value_cents, u32::MAX);
    }

    #[test]
    fn orders_have_the_json_of_the_api() {
        let orders = Orders {
            owner: "auth0|alice".into(),
            orders: vec![Order {
                id: "o1".into(),
                product: "Walnut desk".into(),
                quantity: 2,
                status: "placed".into(),
                placed_at: "2026-11-20".into(),
            }],
        };
        let json = r#"{"owner":"auth0|alice","orders":[{"id":"o1","product":"Walnut desk","quantity":2,"status":"placed","placedAt":"2026-11-20"}]}"#;
        assert_eq!(serde_json::to_string(&orders).ok().as_deref(), Some(json));
        assert_eq!(serde_json::from_str::<Orders>(json).ok(), Some(orders));
    }
}
