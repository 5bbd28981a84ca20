//! The products of a new user: twenty, derived from the subject, so they are the same every time and differ between users.

use crate::product::Details;

/// Number of products of a new user.
const PRODUCTS_PER_USER: usize = 20;

/// Name, category, price in cents.
const PRODUCTS: &[(&str, &str, i64)] = &[
    ("Cedar planter", "Garden", 4900),
    ("Copper watering can", "Garden", 3450),
    ("Pruning shears", "Garden", 2790),
    ("Rain gauge", "Garden", 1290),
    ("Seed box, herbs", "Garden", 1890),
    ("Oak bird feeder", "Garden", 3990),
    ("Compost thermometer", "Garden", 1650),
    ("Linen garden apron", "Garden", 3200),
    ("Cast-iron skillet", "Kitchen", 5900),
    ("Walnut chopping board", "Kitchen", 4450),
    ("Stoneware teapot", "Kitchen", 3890),
    ("Pepper mill", "Kitchen", 2990),
    ("Enamel milk pan", "Kitchen", 2650),
    ("Bread knife", "Kitchen", 3490),
    ("Linen tea towels", "Kitchen", 1990),
    ("Mortar and pestle", "Kitchen", 2890),
    ("Dovetail saw", "Workshop", 6450),
    ("Marking gauge", "Workshop", 2990),
    ("Beech mallet", "Workshop", 2490),
    ("Block plane", "Workshop", 8900),
    ("Sharpening stone", "Workshop", 4200),
    ("Brass try square", "Workshop", 3650),
    ("Bench brush", "Workshop", 1490),
    ("Folding rule", "Workshop", 1250),
    ("Maple ukulele", "Music", 8900),
    ("Tambourine", "Music", 2450),
    ("Guitar strings, light", "Music", 1190),
    ("Felt piano cover", "Music", 3900),
    ("Metronome", "Music", 4490),
    ("Music stand", "Music", 5200),
    ("Harmonica in C", "Music", 3290),
    ("Rosewood castanets", "Music", 2190),
    ("Waxed canvas duffel", "Travel", 12_900),
    ("Packing cubes", "Travel", 2990),
    ("Leather luggage tag", "Travel", 1590),
    ("Wool travel blanket", "Travel", 6900),
    ("Steel water bottle", "Travel", 2790),
    ("Folding umbrella", "Travel", 3450),
    ("Passport wallet", "Travel", 4200),
    ("Merino neck pillow", "Travel", 3990),
    ("Fountain pen", "Stationery", 5900),
    ("Dotted notebook", "Stationery", 1690),
    ("Blue-black ink", "Stationery", 1290),
    ("Wax seal kit", "Stationery", 2390),
    ("Brass pencil sharpener", "Stationery", 1190),
    ("Desk calendar", "Stationery", 1890),
    ("Blotting paper", "Stationery", 690),
    ("Letter opener", "Stationery", 2450),
    ("Beeswax candles", "Home", 1890),
    ("Wool throw", "Home", 7900),
    ("Ceramic vase", "Home", 4250),
    ("Cork coasters", "Home", 1290),
    ("Wall clock", "Home", 6490),
    ("Linen cushion", "Home", 3490),
    ("Storage basket", "Home", 2990),
    ("Reading lamp", "Home", 8450),
    ("Two-person tent", "Outdoors", 18_900),
    ("Storm lantern", "Outdoors", 3990),
    ("Camping stove", "Outdoors", 6490),
    ("Hiking poles", "Outdoors", 7250),
    ("Compass", "Outdoors", 2890),
    ("Hammock", "Outdoors", 5490),
    ("Trail map set", "Outdoors", 2190),
    ("Enamel mug", "Outdoors", 1290),
    ("Go board", "Games", 6900),
    ("Playing cards", "Games", 990),
    ("Wooden chess set", "Games", 5490),
    ("Dice tower", "Games", 2450),
    ("Tangram", "Games", 1290),
    ("Backgammon case", "Games", 4990),
    ("Marble run", "Games", 3890),
    ("Jigsaw, 1000 pieces", "Games", 2190),
    ("Bicycle bell", "Bicycle", 1590),
    ("Leather saddle", "Bicycle", 8900),
    ("Pannier bag", "Bicycle", 6490),
    ("Floor pump", "Bicycle", 3990),
    ("Chain lock", "Bicycle", 4450),
    ("Handlebar tape", "Bicycle", 1690),
    ("Repair kit", "Bicycle", 1290),
    ("Front light", "Bicycle", 3490),
];

/// Returns the seed products of the user with this subject.
pub(crate) fn products_of(subject: &str) -> Vec<Details> {
    let mut rng = SeededRng::new(subject);
    let mut products = PRODUCTS.to_vec();
    // The first steps of a Fisher-Yates shuffle: twenty different products.
    for index in 0..PRODUCTS_PER_USER {
        let other = index + rng.below(products.len() - index);
        products.swap(index, other);
    }
    products.truncate(PRODUCTS_PER_USER);
    products.sort_unstable_by_key(|(name, category, _)| (*category, *name));
    products
        .into_iter()
        .map(|(name, category, price_cents)| Details {
            name: name.to_owned(),
            category: category.to_owned(),
            price_cents,
            currency: "EUR".to_owned(),
            stock: i64::try_from(rng.below(60)).unwrap_or_default(),
        })
        .collect()
}

/// A deterministic random number generator, seeded with a text. The hashes of the standard library may change between versions;
/// this one must not.
struct SeededRng(u64);

impl SeededRng {
    /// Hashes the text with FNV-1a.
    fn new(text: &str) -> Self {
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    /// Returns the next `SplitMix64` number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let mixed = mixed ^ (mixed >> 31);
        usize::try_from(mixed % limit.max(1) as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn names(subject: &str) -> Vec<String> {
        products_of(subject)
            .into_iter()
            .map(|product| product.name)
            .collect()
    }

    #[test]
    fn a_user_has_twenty_different_products_and_the_same_ones_each_time() {
        for subject in ["auth0|alice", "auth0|bob", "", "google-oauth2|1"] {
            let names = names(subject);
            assert_eq!(names.len(), 20);
            assert_eq!(names.iter().collect::<HashSet<_>>().len(), 20, "{subject}");
            assert_eq!(products_of(subject), products_of(subject));
        }
    }

    #[test]
    fn users_have_different_products() {
        let alice: HashSet<_> = names("auth0|alice").into_iter().collect();
        let bob: HashSet<_> = names("auth0|bob").into_iter().collect();
        assert!(
            alice.intersection(&bob).count() <= 10,
            "{:?}",
            alice.intersection(&bob)
        );
        let all: HashSet<_> = (0..200)
            .map(|number| names(&format!("auth0|{number}")))
            .collect();
        assert_eq!(all.len(), 200);
    }

    #[test]
    fn every_seed_product_is_valid() {
        for (name, category, price_cents) in PRODUCTS {
            assert!(
                (1..=80).contains(&name.chars().count())
                    && (1..=40).contains(&category.chars().count()),
                "{name}"
            );
            assert!((0..=100_000_000).contains(price_cents), "{name}");
        }
    }

    #[test]
    fn the_seed_data_of_a_user_does_not_change_between_versions() {
        assert_eq!(
            names("auth0|alice")[..3],
            ["Floor pump", "Leather saddle", "Pannier bag"]
        );
        assert_eq!(
            names("auth0|bob")[..3],
            ["Handlebar tape", "Linen garden apron", "Oak bird feeder"]
        );
    }
}
