//! Estimates how hard a secret is to guess. The estimate detects only secrets that are certainly weak: it cannot know
//! the origin of a secret that looks random.

use std::collections::HashMap;

use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};

use super::Config;

/// Reason why a secret can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretWeakness {
    /// It equals the client secret, which other parties know.
    IsClientSecret,
    /// It consists of words, repetitions or sequences.
    Predictable,
}

/// One of the values of `AUTH0_SECRET` that can be guessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeakSecret {
    /// The reason why it can be guessed.
    pub weakness: SecretWeakness,
    /// Its number in the list, from 1; `None` if there is only one secret.
    pub number: Option<usize>,
}

impl Config {
    /// Returns the values of `AUTH0_SECRET` that can be guessed. The result is an estimate, so it is no startup error.
    pub fn weak_secrets(&self) -> Vec<WeakSecret> {
        let has_several = self.secrets.len() > 1;
        let weak = |(index, secret): (usize, &secrecy::SecretString)| {
            let secret = secret.expose_secret();
            let client_secret = self.client_secret().map(ExposeSecret::expose_secret);
            let weakness = if client_secret == Some(secret) {
                SecretWeakness::IsClientSecret
            } else if has_enough_entropy(secret) {
                return None;
            } else {
                SecretWeakness::Predictable
            };
            let number = has_several.then_some(index + 1);
            Some(WeakSecret { weakness, number })
        };
        self.secrets.iter().enumerate().filter_map(weak).collect()
    }
}

/// Minimum estimate of a strong secret, in bits. 32 random hexadecimal digits have 128 and are estimated at about 115.
const MIN_BITS: f64 = 80.0;

/// Minimum length in bytes of a repeated piece.
const PIECE: usize = 4;

/// Words from placeholders, examples and lists of common passwords. Longer words precede the words they contain.
const WORDS: &str = "\
    development characters credential encryption production qwertyuiop asdfghjkl generated abcdefgh changeit \
    changeme generate password battery correct default example letmein minimum openssl private replace \
    session signing testing welcome zxcvbnm change cookie insert leptos nextjs output please qwerty qwertz \
    random secret staple string admin auth0 bytes dummy hello horse least local login super token value world \
    axum base bits demo fake from here keys long must only pass rand safe some test text that this very with \
    word your and bar baz dev foo for hex key not own put set the use you";

/// Returns whether `secret` looks random.
fn has_enough_entropy(secret: &str) -> bool {
    estimated_bits(secret) >= MIN_BITS
}

/// Returns the Shannon entropy of the characters that the preceding text does not predict.
fn estimated_bits(secret: &str) -> f64 {
    let mut rest = secret.to_ascii_lowercase();
    for word in WORDS.split_whitespace() {
        rest = rest.replace(word, "");
    }
    let rest = rest.as_bytes();
    let unpredictable = (0..rest.len())
        .filter(|&at| !is_predictable(rest, at))
        .count();
    as_number(unpredictable) * entropy_per_byte(rest)
}

/// Returns whether a byte continues the two bytes before it (aaa, 123, cba), or ends a piece that occurred before.
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
        /// 16 bytes are the recommended minimum. False alarms would train users to ignore the doctor.
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
