//! The APIs of the benchmark.

use axum_auth0::{AccessToken, Api, ApiRegistration, SignedInUser};
use futures::future::BoxFuture;

use test_support::PRODUCTS;

/// The prefixes of the APIs' variables.
const NAMES: [&str; 16] = [
    "A00", "A01", "A02", "A03", "A04", "A05", "A06", "A07", "A08", "A09", "A10", "A11", "A12",
    "A13", "A14", "A15",
];

/// API number `N`.
pub(crate) enum Numbered<const N: usize> {}

impl<const N: usize> Api for Numbered<N> {
    const ENV_PREFIX: &'static str = NAMES[N];
    const SCOPES: &'static [&'static str] = if N == 0 {
        &["read:products", "write:products"]
    } else {
        &[]
    };
}

type CacheToken = for<'a> fn(&'a SignedInUser) -> BoxFuture<'a, ()>;

fn cache_token<const N: usize>(user: &SignedInUser) -> BoxFuture<'_, ()> {
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
    (0) => {
        ApiRegistration::login::<Numbered<0>>()
    };
    ($n:literal) => {
        ApiRegistration::further::<Numbered<$n>>()
    };
}

macro_rules! cache_token_fn {
    ($n:literal) => {
        cache_token::<$n> as CacheToken
    };
}

/// Returns the registrations of all APIs.
pub(crate) fn declarations() -> [ApiRegistration; 16] {
    each!(declaration)
}

/// Returns the variables of all APIs.
pub(crate) fn variables() -> impl Iterator<Item = (String, String)> {
    NAMES.iter().enumerate().flat_map(|(number, name)| {
        let url = (
            format!("{name}_API_URL"),
            "http://127.0.0.1:4001".to_owned(),
        );
        // The audience of the first API is AUTH0_AUDIENCE.
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

/// Caches tokens for the first `count` APIs.
pub(crate) async fn cache_tokens(user: &SignedInUser, count: usize) {
    for cache_token in &each!(cache_token_fn)[..count] {
        cache_token(user).await;
    }
}

/// Returns the measured token, which is for the login API.
pub(crate) async fn cached_token(user: &SignedInUser) -> AccessToken<Numbered<0>> {
    user.access_token().await.unwrap()
}
