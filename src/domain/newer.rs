//! Settings that a newer program wrote: of what this one does not know, nothing is taken.
//!
//! What a person types is read strictly, so that a slip of the finger is reported. What another program says may be of
//! a later version, and a kiosk that stops at a new word would hear of no appointment any more.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Value};

/// Reads a value, without the fields that its type does not have.
///
/// # Errors
/// If what it does know is not what it should be.
pub fn known_of<T: DeserializeOwned>(value: Value) -> Result<T, Error> {
    T::deserialize(Known(value))
}

struct Known(Value);

impl IntoDeserializer<'_, Error> for Known {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Known {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Self))),
            Value::Object(map) => {
                visitor.visit_map(MapDeserializer::new(map.into_iter().map(|(key, value)| (key, Self(value)))))
            }
            simple => simple.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Value::Object(map) = &mut self.0 {
            map.retain(|key, _| fields.contains(&key.as_str()));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::settings::ClinicSettings;

    /// Puts a word of tomorrow into everything that has fields.
    fn with_words_of_tomorrow(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.values_mut().for_each(with_words_of_tomorrow);
                // Keys of a map are values: only what has fields gets another one.
                if ["name", "ask", "service", "slot_minutes", "from"].iter().any(|field| map.contains_key(*field)) {
                    map.insert("tomorrow".to_owned(), json!({ "much": [1, 2] }));
                }
            }
            Value::Array(list) => list.iter_mut().for_each(with_words_of_tomorrow),
            _ => {}
        }
    }

    #[test]
    fn what_a_newer_program_says_beside_the_rest_is_left_out() {
        let settings: ClinicSettings = toml::from_str(
            r#"
            name = "Clinic"
            [insurance]
            ask = true
            [[services]]
            service = "Eye"
            early_minutes = 45
            [[boards]]
            name = "Hall"
            languages = ["es", "en"]
            [schedule]
            slot_minutes = 10
            [schedule.open]
            mon = { from = "08:00", to = "12:00" }
            "#,
        )
        .unwrap();
        let exact = serde_json::to_value(&settings).unwrap();
        assert_eq!(known_of::<ClinicSettings>(exact.clone()).unwrap(), settings);
        let mut newer = exact;
        with_words_of_tomorrow(&mut newer);
        assert!(serde_json::from_value::<ClinicSettings>(newer.clone()).is_err());
        assert_eq!(known_of::<ClinicSettings>(newer).unwrap(), settings);
    }

    #[test]
    fn what_is_known_and_wrong_is_an_error() {
        assert!(known_of::<ClinicSettings>(json!({ "name": 7 })).is_err());
        assert!(known_of::<ClinicSettings>(json!("Clinic")).is_err());
    }
}
