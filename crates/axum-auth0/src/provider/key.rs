//! One key of the provider, checked and prepared once.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, crypto::rust_crypto};
use serde_json::{Map, Value};

use crate::jwt::Algorithm;

/// The sizes of RSA keys that are used, in bits: below is too weak, above makes every check a burden.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;

/// The members of private and symmetric keys. A key that was published with one of them is no secret any more.
const PRIVATE_MEMBERS: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "k"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed25519,
}

/// A public key that signatures are checked with.
#[derive(Clone, Debug)]
pub(super) struct Key {
    id: Option<String>,
    declared: Option<Algorithm>,
    kind: Kind,
    /// The key's numbers, to tell whether two entries are the same key.
    material: Vec<Vec<u8>>,
    prepared: DecodingKey,
}

impl Key {
    /// Reads one entry of a JWK Set ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)), or `None` for what we cannot or must not use:
    /// other key types and curves, encryption keys, symmetric keys, private keys, weak keys.
    pub(super) fn from_json(entry: &Value) -> Option<Self> {
        let entry = entry.as_object()?;
        if !is_for_signatures(entry) {
            return None;
        }
        if PRIVATE_MEMBERS
            .iter()
            .any(|member| entry.contains_key(*member))
        {
            tracing::warn!("the provider publishes a private or symmetric key: it is ignored");
            return None;
        }
        let id = match entry.get("kid") {
            None | Some(Value::Null) => None,
            Some(id) => Some(id.as_str()?.to_owned()),
        };
        let (kind, material) = numbers(entry)?;
        let declared = match entry.get("alg") {
            None | Some(Value::Null) => None,
            Some(name) => Some(name.as_str()?.parse().ok()?),
        };
        let prepared = prepare(kind, &material)?;
        let key = Self {
            id,
            declared,
            kind,
            material,
            prepared,
        };
        let usable = Algorithm::ALL.iter().any(|algorithm| key.fits(*algorithm));
        (usable && key.is_a_point_on_its_curve()).then_some(key)
    }

    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether a signature with this algorithm can be checked with this key.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.declared.is_none_or(|declared| declared == algorithm)
            && kind_of(algorithm) == self.kind
    }

    pub(super) fn is_same_key_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.material == other.material
    }

    /// Checks a signature. The implementation is named, so that no process-wide choice of another one can make this fail or panic.
    pub(super) fn verifies(
        &self,
        algorithm: Algorithm,
        signed: &[u8],
        signature: &Vec<u8>,
    ) -> bool {
        (rust_crypto::DEFAULT_PROVIDER.verifier_factory)(
            &algorithm.implementation(),
            &self.prepared,
        )
        .is_ok_and(|verifier| verifier.verify(signed, signature).is_ok())
    }

    /// Setting the check up decodes the point of an elliptic-curve key.
    fn is_a_point_on_its_curve(&self) -> bool {
        Algorithm::ALL
            .iter()
            .filter(|algorithm| self.fits(**algorithm))
            .all(|algorithm| {
                (rust_crypto::DEFAULT_PROVIDER.verifier_factory)(
                    &algorithm.implementation(),
                    &self.prepared,
                )
                .is_ok()
            })
    }
}

fn is_for_signatures(entry: &Map<String, Value>) -> bool {
    let for_signatures = match entry.get("use") {
        None | Some(Value::Null) => true,
        Some(purpose) => purpose == "sig",
    };
    let verifies = match entry.get("key_ops") {
        Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
        _ => true,
    };
    for_signatures && verifies
}

fn numbers(entry: &Map<String, Value>) -> Option<(Kind, Vec<Vec<u8>>)> {
    let number = |name: &str| URL_SAFE_NO_PAD.decode(entry.get(name)?.as_str()?).ok();
    let of_length = |name: &str, length: usize| number(name).filter(|bytes| bytes.len() == length);
    match (
        entry.get("kty")?.as_str()?,
        entry.get("crv").and_then(Value::as_str),
    ) {
        ("RSA", _) => {
            let (modulus, exponent) = (
                without_leading_zeros(&number("n")?),
                without_leading_zeros(&number("e")?),
            );
            is_sound_rsa(&modulus, &exponent).then_some((Kind::Rsa, vec![modulus, exponent]))
        }
        ("EC", Some("P-256")) => Some((Kind::P256, vec![of_length("x", 32)?, of_length("y", 32)?])),
        ("EC", Some("P-384")) => Some((Kind::P384, vec![of_length("x", 48)?, of_length("y", 48)?])),
        ("OKP", Some("Ed25519")) => Some((Kind::Ed25519, vec![of_length("x", 32)?])),
        _ => None,
    }
}

/// Some providers prepend a zero byte to the modulus, as ASN.1 does.
fn without_leading_zeros(bytes: &[u8]) -> Vec<u8> {
    bytes
        .iter()
        .copied()
        .skip_while(|byte| *byte == 0)
        .collect()
}

fn is_sound_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
        return false;
    };
    let bits = modulus.len() * 8 - first.leading_zeros() as usize;
    let exponent_is_sound = match exponent {
        // 1 would make every text its own signature.
        [only] => *only >= 3 && only % 2 == 1,
        [.., last] => exponent.len() <= 4 && last % 2 == 1,
        [] => false,
    };
    let sound = RSA_BITS.contains(&bits) && last % 2 == 1 && exponent_is_sound;
    if !sound {
        tracing::warn!(
            bits,
            "the provider publishes an RSA key that is too weak, too large or malformed: it is ignored"
        );
    }
    sound
}

fn prepare(kind: Kind, material: &[Vec<u8>]) -> Option<DecodingKey> {
    let encoded = |index: usize| {
        material
            .get(index)
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    };
    match kind {
        Kind::Rsa => Some(DecodingKey::from_rsa_raw_components(
            material.first()?,
            material.get(1)?,
        )),
        Kind::P256 | Kind::P384 => DecodingKey::from_ec_components(&encoded(0)?, &encoded(1)?).ok(),
        Kind::Ed25519 => DecodingKey::from_ed_components(&encoded(0)?).ok(),
    }
}

fn kind_of(algorithm: Algorithm) -> Kind {
    match algorithm {
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => Kind::Rsa,
        Algorithm::Es256 => Kind::P256,
        Algorithm::Es384 => Kind::P384,
        Algorithm::EdDsa => Kind::Ed25519,
    }
}
