//! What is different between two settings, in words for whoever decides.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::parts::{Input, Kind, PARTS, Part, Table, name_of};

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In which part, as people call it.
    pub part: String,
    /// What: "Opens so many minutes before an appointment", "Queue \"Eyes\": Late after so many minutes".
    pub what: String,
    /// What it was; empty if nothing.
    pub old: String,
    /// What it becomes; empty if nothing.
    pub new: String,
}

/// What is different, in the order of the pages.
#[must_use]
pub fn differences(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut changed: Vec<&String> = keys.into_iter().filter(|key| old.get(*key) != new.get(*key)).collect();
    let rank = |key: &str| PARTS.iter().position(|part| part.keys().any(|its| its == key)).unwrap_or(PARTS.len());
    changed.sort_by_key(|key| rank(key));
    for key in changed {
        let part = PARTS.iter().find(|part| part.keys().any(|its| its == key));
        let (old, new) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        compare(&mut found, part, key, old, new);
    }
    found
}

fn compare(found: &mut Vec<Difference>, part: Option<&Part>, key: &str, old: &Value, new: &Value) {
    let title = part.map_or("Everything else", |part| part.title);
    if let Some(table) = part.and_then(|part| part.table.as_ref()).filter(|table| table.key == key) {
        return compare_items(found, title, table, list(old), list(new));
    }
    let input = part.and_then(|part| part.inputs.iter().find(|input| input.key == key));
    if let (None, Value::Object(old), Value::Object(new)) = (input, old, new) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for inner in keys.into_iter().filter(|inner| old.get(*inner) != new.get(*inner)) {
            let value = |of: &Map<String, Value>| of.get(inner).cloned().unwrap_or(Value::Null);
            compare(found, part, &format!("{key}.{inner}"), &value(old), &value(new));
        }
        return;
    }
    let label = input.map_or_else(|| key.replace(['_', '.'], " "), |input| input.label.to_owned());
    found.push(Difference { part: title.to_owned(), what: label, old: words(input, old), new: words(input, new) });
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Things of the same name are the same thing; what is left on both sides was renamed, in order.
fn compare_items(found: &mut Vec<Difference>, part: &str, table: &Table, old: &[Value], new: &[Value]) {
    let name = |item: &Value| name_of(item, table.named_by).to_owned();
    let is_in = |items: &[Value], item: &Value| items.iter().any(|other| name(other) == name(item));
    let mut gone = old.iter().filter(|item| !is_in(new, item));
    let one = |name: &str| {
        let mut chars = table.one.chars();
        let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{} \"{name}\"", chars.as_str())
    };
    for item in new {
        let before = old.iter().find(|other| name(other) == name(item)).or_else(|| gone.next());
        match before {
            None => found.push(Difference { part: part.to_owned(), what: one(&name(item)), old: String::new(), new: whole(table, item) }),
            Some(before) => {
                let keys = |of: &Value| of.as_object().map(|object| object.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default();
                for key in keys(before).union(&keys(item)).filter(|key| before.get(key.as_str()) != item.get(key.as_str())) {
                    let input = table.inputs.iter().find(|input| input.key == key.as_str());
                    let label = input.map_or_else(|| key.replace('_', " "), |input| input.label.to_owned());
                    let value = |of: &Value| words(input, of.get(key.as_str()).unwrap_or(&Value::Null));
                    let what = format!("{}: {label}", one(&name(before)));
                    found.push(Difference { part: part.to_owned(), what, old: value(before), new: value(item) });
                }
            }
        }
    }
    for item in gone {
        found.push(Difference { part: part.to_owned(), what: one(&name(item)), old: whole(table, item), new: String::new() });
    }
    let kept = |items: &[Value], others: &[Value]| -> Vec<String> { items.iter().filter(|item| is_in(others, item)).map(name).collect() };
    let (before, after) = (kept(old, new), kept(new, old));
    if before != after {
        found.push(Difference { part: part.to_owned(), what: "Order".to_owned(), old: before.join(", "), new: after.join(", ") });
    }
}

/// Everything that a thing says.
fn whole(table: &Table, item: &Value) -> String {
    let said = table.inputs.iter().filter_map(|input| {
        let value = words(Some(input), item.get(input.key).unwrap_or(&Value::Null));
        (!value.is_empty()).then(|| format!("{}: {value}", input.label))
    });
    said.collect::<Vec<_>>().join("; ")
}

/// A value in words; empty if there is nothing.
#[must_use]
pub fn words(input: Option<&Input>, value: &Value) -> String {
    let called = |code: &str| match input.map(|input| input.kind) {
        Some(Kind::Choice(options) | Kind::Ticks(options)) => {
            options.iter().find(|(its, _)| *its == code).map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
        }
        _ => code.to_owned(),
    };
    match value {
        Value::Null => String::new(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => called(text),
        Value::Array(items) if items.iter().all(|item| !item.is_object()) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), called)).collect::<Vec<_>>().join(", ")
        }
        Value::Object(words) if words.values().all(Value::is_string) => {
            words.iter().map(|(language, text)| format!("{language}: {}", text.as_str().unwrap_or_default())).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(old: Value, new: Value) -> Vec<String> {
        let (Value::Object(old), Value::Object(new)) = (old, new) else { panic!() };
        differences(&old, &new).into_iter().map(|one| format!("{} | {} | {} > {}", one.part, one.what, one.old, one.new)).collect()
    }

    #[test]
    fn differences_are_said_in_words() {
        let old = json!({
            "name": "A", "late_minutes": 15, "insurance": {"ask": true, "payers": []}, "boards": [{"x": 1}],
            "queues": [{"name": "Eyes", "late_after_minutes": 10}, {"name": "Ears"}, {"name": "Old"}], "points": [{"name": "Room 1"}],
        });
        let new = json!({
            "name": "B", "late_minutes": 15, "insurance": {"ask": false, "payers": [{"code": "m", "name": "Medicare", "also": ["A", "B"]}]},
            "queues": [{"name": "Ears"}, {"name": "Eyes", "late_after_minutes": 12}, {"name": "New"}], "details": ["phone", "email"],
            "points": [],
        });
        assert_eq!(said(old.clone(), old.clone()), Vec::<String>::new());
        assert_eq!(
            said(old, new),
            [
                "Clinic | Name of the clinic | A > B",
                "Check-in | Contact details that kiosks show and take |  > Telephone, E-mail",
                "Queues | Queue \"Eyes\": Late after so many minutes | 10 > 12",
                "Queues | Queue \"Old\": Name | Old > New",
                "Queues | Order | Eyes, Ears > Ears, Eyes",
                "Service points | Service point \"Room 1\" | Name: Room 1 > ",
                "Insurance | Ask about insurance | yes > no",
                "Insurance | Payer \"m\" |  > Name in data: m; Name: Medicare; What people call it besides: A, B",
                "Everything else | boards | [{\"x\":1}] > ",
            ]
        );
    }
}
