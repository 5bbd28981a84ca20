//! Sizes and times of the compression levels, for `docs/security.md`. Run with
//! `cargo nextest run --package=server --run-ignored=only --no-capture levels`.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use super::{alice_in, navigate};
use crate::test_env::TestEnv;

const REPETITIONS: u32 = 100;

#[tokio::test]
#[ignore = "prints the table of docs/security.md and checks nothing"]
async fn levels_compared() {
    let env = TestEnv::start().await;
    let alice = alice_in(&env).await;
    println!("| body | encoding | bytes | µs |\n|---|---|--:|--:|");
    for path in ["/", "/products", "/api/products"] {
        let body = navigate(&alice, path, "identity", "same-origin").await.body;
        println!("| {path} | none | {} | |", body.len());
        for level in 1..=9 {
            let (bytes, time) = timed(|| gzip_of(&body, level));
            println!("| {path} | gzip {level} | {bytes} | {} |", time.as_micros());
        }
    }
}

/// Returns the size, and the shortest time, which other programs disturb least.
fn timed(compress: impl Fn() -> Vec<u8>) -> (usize, Duration) {
    let mut shortest = Duration::MAX;
    for _ in 0..REPETITIONS {
        let start = Instant::now();
        compress();
        shortest = shortest.min(start.elapsed());
    }
    (compress().len(), shortest)
}

fn gzip_of(body: &[u8], level: u32) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    writer.write_all(body).unwrap();
    writer.finish().unwrap()
}
