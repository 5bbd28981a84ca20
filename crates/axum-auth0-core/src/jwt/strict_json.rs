//! A strict parser for unambiguous JSON: UTF-8, no duplicate members, limited nesting, no trailing data.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Maximum nesting depth of objects and arrays. Tokens usually have three or four levels.
const MAX_DEPTH: usize = 16;

/// Parses a JSON object.
///
/// If a member name occurs twice, parsers differ on which value they use
/// ([RFC 8259 §4](https://www.rfc-editor.org/rfc/rfc8259#section-4)). Two services could read such a token differently.
pub(super) fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict {
        levels_left: MAX_DEPTH,
    }
    .deserialize(&mut deserializer)
    .ok()?;
    deserializer.end().ok()?;
    match value {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

#[derive(Clone, Copy)]
struct Strict {
    levels_left: usize,
}

impl Strict {
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        let levels_left = self
            .levels_left
            .checked_sub(1)
            .ok_or_else(|| E::custom("nested too deep"))?;
        Ok(Self { levels_left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(inner)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member appears twice"));
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_member_that_appears_twice_is_refused_at_any_level() {
        assert!(object(br#"{"sub":"alice","sub":"bob"}"#).is_none());
        assert!(object(br#"{"sub":"alice","s\u0075b":"bob"}"#).is_none());
        assert!(object(br#"{"cnf":{"jkt":"a","jkt":"a"}}"#).is_none());
        assert!(object(br#"{"list":[{"a":1,"a":1}]}"#).is_none());
    }

    #[test]
    fn only_one_whole_object_is_read() {
        for text in [
            "",
            "null",
            "[]",
            "\"text\"",
            "1",
            "{} {}",
            "{}x",
            "{",
            "{\"a\":1e999}",
            "{\"a\":NaN}",
            "\u{feff}{}",
        ] {
            assert!(object(text.as_bytes()).is_none(), "{text}");
        }
        assert!(object(b"{\"a\":\"\xff\"}").is_none());
        assert!(object(b" {\"a\" : 1}\n").is_some());
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(object(nested(MAX_DEPTH).as_bytes()).is_some());
        assert!(object(nested(MAX_DEPTH + 1).as_bytes()).is_none());
        assert!(object(nested(10_000).as_bytes()).is_none());
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_serde_json_reads(text in r#"\{("[a-c]":(-?(0|[1-9][0-9]{0,19})|[0-9]\.[0-9]e[0-9]|"[a-z]*"|null|true|\[1,\{\}\]),){0,3}"z":0\}"#) {
            let expected: Value = serde_json::from_str(&text).unwrap();
            if let Some(read) = object(text.as_bytes()) {
                prop_assert_eq!(Value::Object(read), expected);
            }
        }
    }
}
