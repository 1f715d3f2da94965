//! JSON with every key once.
//!
//! Of a key that comes twice one tool takes the first and another the last: here it is an error. Depth is bounded by the parser.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{ImportError, MOST_BYTES, Place};

/// A value; numbers are whole.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(i128),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Json, ImportError> {
    let error = |line: usize, column: usize, message: String, hint: &str| {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let place = Place::Text { file: None, line: number(line), column: number(column) };
        ImportError { place, message, hint: hint.to_owned() }
    };
    if text.len() > MOST_BYTES {
        return Err(error(1, 1, format!("the policy is longer than {MOST_BYTES} bytes"), "import a smaller one"));
    }
    serde_json::from_str(text).map_err(|wrong: serde_json::Error| {
        let full = wrong.to_string();
        let message = full.split(" at line ").next().unwrap_or_default().to_owned();
        error(wrong.line(), wrong.column(), message, "the policy is to be JSON with whole numbers, each key once")
    })
}

impl Json {
    /// What it is, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a truth value",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::List(_) => "a list",
            Json::Map(_) => "an object",
        }
    }
}

/// `pointer/key`, escaped.
pub(super) fn below(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON with whole numbers")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = access.next_element()? {
            list.push(value);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut map: Vec<(String, Json)> = Vec::new();
        let mut keys = std::collections::BTreeSet::new();
        while let Some(key) = access.next_key::<String>()? {
            if !keys.insert(key.clone()) {
                return Err(A::Error::custom(format!("the key {key:.60?} is there twice")));
            }
            map.push((key, access.next_value()?));
        }
        Ok(Json::Map(map))
    }
}
