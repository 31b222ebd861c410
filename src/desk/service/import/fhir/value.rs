//! The fields of a resource, read as they come: `null` is nothing said, one thing is a list of one, a number is also a
//! text.
//!
//! Invariant: what cannot be read of a field costs that field. Its name is kept, never what was in it.

use serde_json::{Map, Value};

/// A JSON object.
pub(super) type Object = Map<String, Value>;

/// Reads the fields of one resource and keeps the names of those that cannot be read.
pub(super) struct Reader {
    kind: &'static str,
    odd: Vec<&'static str>,
}

impl Reader {
    pub fn new(kind: &'static str) -> Self {
        Self { kind, odd: Vec::new() }
    }

    /// What to say of the fields that cannot be read.
    pub fn warnings(self) -> Vec<String> {
        let kind = self.kind;
        self.odd
            .into_iter()
            .map(|field| format!("{kind}.{field}: expected it as FHIR R4 describes it, found another shape"))
            .collect()
    }

    pub fn is_odd(&mut self, field: &'static str) {
        if !self.odd.contains(&field) {
            self.odd.push(field);
        }
    }

    /// The first text of a field.
    pub fn text(&mut self, of: &Object, field: &'static str) -> String {
        self.texts(of, field).into_iter().next().unwrap_or_default()
    }

    /// All texts of a field.
    pub fn texts(&mut self, of: &Object, field: &'static str) -> Vec<String> {
        self.list(of, field)
            .into_iter()
            .filter_map(|value| self.scalar(value, field))
            .filter(|text| !text.trim().is_empty())
            .collect()
    }

    /// What a field says, one thing or many.
    pub fn list<'v>(&self, of: &'v Object, field: &str) -> Vec<&'v Value> {
        let mut found = Vec::new();
        match of.get(field) {
            None | Some(Value::Null) => {}
            Some(Value::Array(values)) => {
                for value in values {
                    match value {
                        Value::Null => {}
                        // A list in a list says no more than the list itself.
                        Value::Array(inner) => found.extend(inner.iter().filter(|value| !value.is_null())),
                        value => found.push(value),
                    }
                }
            }
            Some(value) => found.push(value),
        }
        found
    }

    /// The objects of a field, one or many.
    pub fn objects<'v>(&mut self, of: &'v Object, field: &'static str) -> Vec<&'v Object> {
        let mut found = Vec::new();
        for value in self.list(of, field) {
            match value.as_object() {
                Some(object) => found.push(object),
                None => self.is_odd(field),
            }
        }
        found
    }

    /// The first object of a field.
    pub fn object<'v>(&mut self, of: &'v Object, field: &'static str) -> Option<&'v Object> {
        self.objects(of, field).into_iter().next()
    }

    pub fn flag(&mut self, of: &Object, field: &'static str) -> Option<bool> {
        let found = self.list(of, field).into_iter().next()?;
        let flag = flag_of(found);
        if flag.is_none() {
            self.is_odd(field);
        }
        flag
    }

    /// A whole number that is not negative, also as `20.0` and `"20"`.
    pub fn whole(&mut self, of: &Object, field: &'static str) -> Option<u32> {
        let text = self.text(of, field);
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let (number, rest) = text.split_once('.').unwrap_or((text, ""));
        let whole = number.parse().ok().filter(|_| rest.bytes().all(|byte| byte == b'0'));
        if whole.is_none() {
            self.is_odd(field);
        }
        whole
    }

    fn scalar(&mut self, value: &Value, field: &'static str) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => {
                let text = number.to_string();
                Some(text.strip_suffix(".0").unwrap_or(&text).to_owned())
            }
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => None,
            Value::Array(_) | Value::Object(_) => {
                self.is_odd(field);
                None
            }
        }
    }
}

/// A yes or no, also as a text.
pub(super) fn flag_of(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_in_whatever_shape_it_comes() {
        let value: Value = serde_json::from_str(
            r#"{"one":"a","many":["a",null,7],"number":20.0,"words":"20","none":null,"deep":{"a":1},
                "lists":[["a"],null],"half":20.5,"minus":-1,"yes":"TRUE"}"#,
        )
        .unwrap();
        let object = value.as_object().unwrap();
        let mut reader = Reader::new("Patient");
        assert_eq!(reader.texts(object, "one"), ["a"]);
        assert_eq!(reader.texts(object, "many"), ["a", "7"]);
        assert_eq!(reader.texts(object, "lists"), ["a"]);
        assert_eq!(
            (reader.whole(object, "number"), reader.whole(object, "words"), reader.whole(object, "none")),
            (Some(20), Some(20), None)
        );
        assert_eq!((reader.flag(object, "yes"), reader.flag(object, "missing")), (Some(true), None));
        assert!(reader.odd.is_empty());
        assert_eq!((reader.text(object, "deep"), reader.objects(object, "one").len()), (String::new(), 0));
        assert_eq!(
            (reader.whole(object, "half"), reader.whole(object, "minus"), reader.whole(object, "half")),
            (None, None, None)
        );
        assert_eq!(reader.odd, ["deep", "one", "half", "minus"]);
        assert_eq!(reader.warnings()[0], "Patient.deep: expected it as FHIR R4 describes it, found another shape");
    }
}
