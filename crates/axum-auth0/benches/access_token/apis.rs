//! As many APIs as one session can hold tokens for.

use axum_auth0::{AccessToken, Api, ApiRegistration, SignedInUser};
use futures::future::BoxFuture;

use test_support::PRODUCTS;

/// What their variables begin with.
const NAMES: [&str; 16] = [
    "A00", "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A12",
    "A13", "A14", "A15",
];

/// One of them.
pub(crate) enum Numbered<const N: usize> {}

impl<const N: usize> Api for Numbered<N> {
    const ENV_PREFIX: &'static str = NAMES[N];
    const SCOPES: &'static [&'static str] = if N == 0 {
        &["read:products", "write:products"]
    } else {
        &[]
    };
}

type Hold = for<'a> fn(&'a SignedInUser) -> BoxFuture<'a, ()>;

fn hold<const N: usize>(user: &SignedInUser) -> BoxFuture<'_, ()> {
    Box::pin(async {
        let token = user.access_token::<Numbered<N>>().await.unwrap();
        assert_eq!(token.audience(), audience(N));
    })
}

macro_rules! each {
    ($make:ident) => {
        [
            $make!(0),
            $make!(1),
            $make!(2),
            $make!(3),
            $make!(4),
            $make!(5),
            $make!(6),
            $make!(7),
            $make!(8),
            $make!(9),
            $make!(10),
            $make!(11),
            $make!(12),
            $make!(13),
            $make!(14),
            $make!(15),
        ]
    };
}

macro_rules! declaration {
    ($n:literal) => {
        ApiRegistration::further::<Numbered<$n>>()
    };
}

macro_rules! holder {
    ($n:literal) => {
        hold::<$n> as Hold
    };
}

/// All of them, for a configuration.
pub(crate) fn declarations() -> [ApiRegistration; 16] {
    each!(declaration)
}

/// Their variables.
pub(crate) fn variables() -> impl Iterator<Item = (String, String)> {
    NAMES.iter().enumerate().flat_map(|(number, name)| {
        let url = (
            format!("{name}_API_URL"),
            "http://127.0.0.1:4001".to_owned(),
        );
        // The first one has that of the login, AUTH0_AUDIENCE.
        let named = (number > 0).then(|| (format!("{name}_API_AUDIENCE"), audience(number)));
        [Some(url), named].into_iter().flatten()
    })
}

fn audience(number: usize) -> String {
    if number == 0 {
        PRODUCTS.to_owned()
    } else {
        format!("https://api-{number}.example.com")
    }
}

/// Gets tokens for the first `count` of them.
pub(crate) async fn hold_all(user: &SignedInUser, count: usize) {
    for hold in &each!(holder)[..count] {
        hold(user).await;
    }
}

/// The token that is measured: that of the API of the login.
pub(crate) async fn held(user: &SignedInUser) -> AccessToken<Numbered<0>> {
    user.access_token().await.unwrap()
}
