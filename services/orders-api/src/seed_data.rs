//! The orders of a new user: five, derived from the subject, so they are the same every time and differ between users.

use sha2::{Digest as _, Sha256};
use time::{Date, Duration};

use crate::order::{NewOrder, OrderInput, Status};

/// Product names of the seed data of the products API.
const PRODUCTS: [&str; 24] = [
    "Cedar planter",
    "Copper watering can",
    "Pruning shears",
    "Cast-iron skillet",
    "Walnut chopping board",
    "Stoneware teapot",
    "Bread knife",
    "Dovetail saw",
    "Beech mallet",
    "Block plane",
    "Maple ukulele",
    "Metronome",
    "Harmonica in C",
    "Waxed canvas duffel",
    "Wool travel blanket",
    "Fountain pen",
    "Dotted notebook",
    "Brass pencil sharpener",
    "Ceramic vase",
    "Reading lamp",
    "Storm lantern",
    "Hammock",
    "Go board",
    "Leather saddle",
];

/// Maximum age in days, by how many days an order may be younger, and status; oldest first.
const TEMPLATES: [(i64, u8, Status); 5] = [
    (52, 6, Status::Delivered),
    (31, 5, Status::Delivered),
    (18, 4, Status::Delivered),
    (6, 3, Status::Shipped),
    (1, 2, Status::Placed),
];

/// Returns the seed orders of the user with this subject, oldest first.
pub(crate) fn orders_of(subject: &str, today: Date) -> Vec<NewOrder> {
    // Each choice takes a byte of the hash, which does not change between versions.
    let mut bytes = Sha256::digest(subject).into_iter();
    let mut below = |limit: u8| bytes.next().unwrap_or_default() % limit;
    let mut products = PRODUCTS.to_vec();
    TEMPLATES
        .into_iter()
        .map(|(days_ago, spread, status)| {
            // Below 256, as there are 24 products.
            let left = u8::try_from(products.len()).unwrap_or(u8::MAX);
            let product = products.swap_remove(usize::from(below(left)));
            let age = Duration::days(days_ago - i64::from(below(spread)));
            NewOrder {
                input: OrderInput {
                    product: product.to_owned(),
                    quantity: i64::from(1 + below(4)),
                },
                status,
                placed_at: today.saturating_sub(age),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use time::macros::date;

    use super::*;

    const TODAY: Date = date!(2026 - 11 - 20);

    #[test]
    fn a_user_has_five_different_past_orders_and_the_same_ones_each_time() {
        for subject in ["auth0|alice", "auth0|bob", "", "google-oauth2|1"] {
            let orders = orders_of(subject, TODAY);
            let products: HashSet<_> = orders.iter().map(|order| &order.input.product).collect();
            assert_eq!(products.len(), 5, "{subject}");
            assert!(orders.is_sorted_by_key(|order| order.placed_at));
            assert!(orders.iter().all(|order| order.placed_at <= TODAY));
            assert!(orders.iter().all(|order| order.input.quantity > 0));
            assert_eq!(orders, orders_of(subject, TODAY));
        }
    }

    #[test]
    fn users_have_different_orders() {
        let names = |subject: &str| -> Vec<String> {
            orders_of(subject, TODAY)
                .into_iter()
                .map(|order| order.input.product)
                .collect()
        };
        let (alice, bob) = (names("auth0|alice"), names("auth0|bob"));
        let shared = alice.iter().filter(|product| bob.contains(product));
        assert!(shared.count() <= 2, "{alice:?} {bob:?}");
        let all: HashSet<_> = (0..200)
            .map(|number| names(&format!("auth0|{number}")))
            .collect();
        assert_eq!(all.len(), 200);
    }
}
