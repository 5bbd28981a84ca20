//! How hard a secret is to guess, estimated. An estimate can only refuse what is certainly weak: it cannot know where a
//! secret that looks random comes from.

use std::collections::HashMap;

/// A secret of fewer bits is called weak. 32 random hexadecimal digits have 128 and are estimated at about 115.
const ENOUGH_BITS: f64 = 80.0;

/// How long a piece must be to count as a repetition of one before.
const PIECE: usize = 4;

/// What placeholders, examples and lists of common passwords are made of; longer words before those that they contain.
const WORDS: &str = "\
    development characters credential encryption production qwertyuiop asdfghjkl generated abcdefgh changeit \
    changeme generate password battery correct default example letmein minimum openssl private replace \
    session signing testing welcome zxcvbnm change cookie insert leptos nextjs output please qwerty qwertz \
    random secret staple string admin auth0 bytes dummy hello horse least local login super token value world \
    axum base bits demo fake from here keys long must only pass rand safe some test text that this very with \
    word your and bar baz dev foo for hex key not own put set the use you";

/// Whether nothing speaks against `secret` being random.
pub(super) fn has_enough_entropy(secret: &str) -> bool {
    estimated_bits(secret) >= ENOUGH_BITS
}

/// Shannon's entropy of the characters, for those that nothing before them foretells.
fn estimated_bits(secret: &str) -> f64 {
    let mut rest = secret.to_ascii_lowercase();
    for word in WORDS.split_whitespace() {
        rest = rest.replace(word, "");
    }
    let rest = rest.as_bytes();
    let unforeseen = (0..rest.len())
        .filter(|&at| !is_predictable(rest, at))
        .count();
    as_number(unforeseen) * entropy_per_byte(rest)
}

/// Whether a byte goes on as the two before it do (aaa, 123, cba), or ends a piece that was there before.
fn is_predictable(text: &[u8], at: usize) -> bool {
    let step = |at: usize| i16::from(text[at]) - i16::from(text[at - 1]);
    if at >= 2 && step(at) == step(at - 1) && step(at).abs() <= 1 {
        return true;
    }
    let Some(start) = (at + 1).checked_sub(PIECE) else {
        return false;
    };
    let piece = &text[start..=at];
    text[..at].windows(PIECE).any(|before| before == piece)
}

fn entropy_per_byte(text: &[u8]) -> f64 {
    let mut counts: HashMap<u8, usize> = HashMap::new();
    for &byte in text {
        *counts.entry(byte).or_default() += 1;
    }
    let total = as_number(text.len());
    counts
        .values()
        .map(|&count| {
            let share = as_number(count) / total;
            -share * share.log2()
        })
        .sum()
}

fn as_number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn examples_words_repetitions_and_sequences_do_not_look_random() {
        for weak in [
            "use [openssl rand -hex 32] to generate a 32 bytes value",
            "<the output of `openssl rand -hex 32`>",
            "replace_with_your_own_secret_generated_with_openssl",
            "LONG_RANDOM_VALUE_LONG_RANDOM_VALUE",
            "a-string-secret-at-least-256-bits-long",
            "ChangeMe!ChangeMe!ChangeMe!ChangeMe!",
            "development-secret-do-not-use-in-production-0001",
            "0123456789abcdef0123456789abcdef",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "k3v9k3v9k3v9k3v9k3v9k3v9k3v9k3v9k3v9k3v9",
            "correct horse battery staple correct horse battery staple",
            "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee",
        ] {
            assert!(
                !has_enough_entropy(weak),
                "{weak}: {}",
                estimated_bits(weak)
            );
        }
    }

    #[test]
    fn a_word_before_enough_randomness_does_no_harm() {
        assert!(has_enough_entropy(
            "production-secret-9c0e6fb1d27a4e3b8f5a01c4"
        ));
    }

    proptest! {
        /// 16 bytes are what is recommended at the least; a false alarm would teach people to ignore the doctor.
        #[test]
        fn random_bytes_look_random_however_they_are_written(bytes in any::<[u8; 32]>()) {
            let hex = bytes.map(|byte| format!("{byte:02x}")).concat();
            prop_assert!(has_enough_entropy(&hex));
            prop_assert!(has_enough_entropy(&hex[..32]));
            prop_assert!(has_enough_entropy(&STANDARD.encode(bytes)));
            let decimal = bytes.map(|byte| format!("{:02}", byte % 100)).concat();
            prop_assert!(has_enough_entropy(&decimal));
        }
    }
}
