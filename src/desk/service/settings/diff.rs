//! What is different between two settings, in words for anyone who decides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Time;
use serde_json::{Map, Value};

use super::parts::{Input, Kind, Look, PARTS, Table, name_of, whole};
use crate::domain::schedule::{Day, Opening};

/// One thing that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In which part, as people call it.
    pub part: String,
    /// What: "Check-in opens (minutes before)", "Queue \"Eyes\": Late after (minutes)".
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
    let (old, new) = (whole(old), whole(new));
    let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for key in keys.into_iter().filter(|key| old.get(*key) != new.get(*key)) {
        let (old, new) = (old.get(key).unwrap_or(&Value::Null), new.get(key).unwrap_or(&Value::Null));
        compare(&mut found, key, old, new);
    }
    let rank = |one: &Difference| PARTS.iter().position(|part| part.title == one.part).unwrap_or(PARTS.len());
    found.sort_by_key(rank);
    found
}

fn compare(found: &mut Vec<Difference>, key: &str, old: &Value, new: &Value) {
    let part = PARTS
        .iter()
        .find(|part| part.paths().any(|path| path == key))
        .or_else(|| PARTS.iter().find(|part| part.shows(key)));
    let title = part.map_or("Everything else", |part| part.title);
    if let Some(table) = part.and_then(|part| part.table.as_ref()).filter(|table| table.key == key) {
        return compare_items(found, title, table, list(old), list(new));
    }
    let input = part.and_then(|part| part.inputs.iter().find(|input| input.key == key));
    if let (None, Value::Object(old), Value::Object(new)) = (input, old, new) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for inner in keys.into_iter().filter(|inner| old.get(*inner) != new.get(*inner)) {
            let value = |of: &Map<String, Value>| of.get(inner).cloned().unwrap_or(Value::Null);
            compare(found, &format!("{key}.{inner}"), &value(old), &value(new));
        }
        return;
    }
    let label = input.map_or_else(|| key.replace(['_', '.'], " "), |input| input.label.to_owned());
    let (mut old, mut new) = (old.clone(), new.clone());
    if matches!(input.map(|input| input.kind), Some(Kind::Dates | Kind::Lengths)) {
        without_same(&mut old, &mut new);
    }
    found.push(Difference { part: title.to_owned(), what: label, old: words(input, &old), new: words(input, &new) });
}

/// Of what there may be many of, what is the same on both sides goes.
fn without_same(old: &mut Value, new: &mut Value) {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => {
            let before = old.clone();
            old.retain(|one| !new.contains(one));
            new.retain(|one| !before.contains(one));
        }
        (Value::Object(old), Value::Object(new)) => {
            let before = old.clone();
            old.retain(|key, value| new.get(key) != Some(value));
            new.retain(|key, value| before.get(key) != Some(value));
        }
        _ => {}
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Which of the old things, by its place, each of the new ones was: one that is the same in all, else one of the same
/// name, in order. What is left on both sides of a list was renamed, in order.
fn were(table: &Table, old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    let mut left: Vec<usize> = (0..old.len()).collect();
    let mut were = vec![None; new.len()];
    for step in 0..3 {
        let is_it = |old: Option<&Value>, new: &Value| {
            old.is_some_and(|old| match step {
                0 => old == new,
                1 => name_of(old, table.named_by) == name_of(new, table.named_by),
                _ => table.look == Look::List,
            })
        };
        for (was, item) in were.iter_mut().zip(new).filter(|(was, _)| was.is_none()) {
            *was = left.iter().position(|place| is_it(old.get(*place), item)).map(|at| left.remove(at));
        }
    }
    were
}

fn compare_items(found: &mut Vec<Difference>, part: &str, table: &Table, old: &[Value], new: &[Value]) {
    let one = |item: &Value| {
        let mut chars = table.one.chars();
        let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{} \"{}\"", chars.as_str(), table.name(item))
    };
    let difference = |what: String, old: String, new: String| Difference { part: part.to_owned(), what, old, new };
    let were = were(table, old, new);
    for (item, was) in new.iter().zip(&were) {
        let Some(before) = was.and_then(|place| old.get(place)) else {
            found.push(difference(one(item), String::new(), all_of(table, item)));
            continue;
        };
        let keys = |of: &Value| {
            of.as_object().map(|object| object.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default()
        };
        for key in keys(before).union(&keys(item)).filter(|key| before.get(key.as_str()) != item.get(key.as_str())) {
            let input = table.inputs.iter().find(|input| input.key == key.as_str());
            let label = input.map_or_else(|| key.replace('_', " "), |input| input.label.to_owned());
            let value = |of: &Value| words(input, of.get(key.as_str()).unwrap_or(&Value::Null));
            found.push(difference(format!("{}: {label}", one(before)), value(before), value(item)));
        }
    }
    for (_, item) in old.iter().enumerate().filter(|(place, _)| !were.contains(&Some(*place))) {
        found.push(difference(one(item), all_of(table, item), String::new()));
    }
    let places: Vec<usize> = were.iter().flatten().copied().collect();
    if table.look == Look::List && !places.is_sorted() {
        let names =
            |items: &mut dyn Iterator<Item = &Value>| items.map(|item| table.name(item)).collect::<Vec<_>>().join(", ");
        let mut before = places.clone();
        before.sort_unstable();
        let stayed = new.iter().zip(&were).filter(|(_, was)| was.is_some()).map(|(item, _)| item);
        let before = names(&mut before.into_iter().filter_map(|place| old.get(place)));
        found.push(difference("Order".to_owned(), before, names(&mut { stayed })));
    }
}

/// Everything that a thing says.
fn all_of(table: &Table, item: &Value) -> String {
    let said = table.inputs.iter().filter_map(|input| {
        let value = words(Some(input), item.get(input.key).unwrap_or(&Value::Null));
        (!value.is_empty()).then(|| format!("{}: {value}", input.label))
    });
    said.collect::<Vec<_>>().join("; ")
}

/// A value in words; empty if there is nothing.
#[must_use]
pub fn words(input: Option<&Input>, value: &Value) -> String {
    let kind = input.map(|input| input.kind);
    let called = |code: &str| match kind {
        Some(Kind::Choice(options) | Kind::Ticks(options) | Kind::Sequence(options)) => {
            options.iter().find(|(its, _)| *its == code).map_or_else(|| code.to_owned(), |(_, name)| (*name).to_owned())
        }
        Some(Kind::Time) => code.parse().map_or_else(|_| code.to_owned(), clock),
        _ => code.to_owned(),
    };
    match (kind, value) {
        (_, Value::Null) => String::new(),
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (_, Value::String(text)) => called(text),
        (Some(Kind::Days), days) => {
            serde_json::from_value(days.clone()).map_or_else(|_| days.to_string(), |days: Vec<Day>| days_words(&days))
        }
        (Some(Kind::Week), week) => {
            serde_json::from_value(week.clone()).map_or_else(|_| week.to_string(), |week| week_words(&week))
        }
        (_, Value::Array(items)) if items.iter().all(|item| !item.is_object()) => items
            .iter()
            .map(|item| item.as_str().map_or_else(|| item.to_string(), called))
            .collect::<Vec<_>>()
            .join(", "),
        (Some(Kind::Lengths), Value::Object(minutes)) => {
            minutes.iter().map(|(service, minutes)| format!("{service}: {minutes} min")).collect::<Vec<_>>().join("; ")
        }
        (_, Value::Object(words)) if words.values().all(Value::is_string) => words
            .iter()
            .map(|(language, text)| format!("{language}: {}", text.as_str().unwrap_or_default()))
            .collect::<Vec<_>>()
            .join("; "),
        (_, other) => other.to_string(),
    }
}

/// A time of day, as staff read it.
#[must_use]
pub fn clock(time: Time) -> String {
    time.strftime("%-I:%M %p").to_string()
}

/// Days of the week, those that follow each other as one: "Monday to Friday, Sunday".
#[must_use]
pub fn days_words(days: &[Day]) -> String {
    let at = |day: &Day| Day::ALL.iter().position(|one| one == day).unwrap_or_default();
    let mut days: Vec<Day> = days.to_vec();
    days.sort();
    let runs = days.chunk_by(|a, b| at(b) == at(a) + 1).flat_map(|run| match run {
        [first, _, .., last] => vec![format!("{} to {}", first.name(), last.name())],
        short => short.iter().map(|day| day.name().to_owned()).collect(),
    });
    runs.collect::<Vec<_>>().join(", ")
}

/// A week's opening hours: "Monday to Friday 8:00 AM – 5:00 PM; Saturday 9:00 AM – 12:00 PM".
#[must_use]
pub fn week_words(week: &BTreeMap<Day, Opening>) -> String {
    let mut groups: Vec<(Opening, Vec<Day>)> = Vec::new();
    for (day, open) in week {
        match groups.iter_mut().find(|(same, _)| same == open) {
            Some((_, days)) => days.push(*day),
            None => groups.push((*open, vec![*day])),
        }
    }
    let each =
        groups.iter().map(|(open, days)| format!("{} {} – {}", days_words(days), clock(open.from), clock(open.to)));
    each.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said(old: Value, new: Value) -> Vec<String> {
        let (Value::Object(old), Value::Object(new)) = (old, new) else { panic!() };
        differences(&old, &new)
            .into_iter()
            .map(|one| format!("{} | {} | {} > {}", one.part, one.what, one.old, one.new))
            .collect()
    }

    #[test]
    fn differences_are_said_in_words() {
        let old = json!({
            "name": "A", "late_minutes": 15, "insurance": {"ask": true, "payers": []}, "odd": [{"x": 1}],
            "queues": [{"name": "Eyes", "late_after_minutes": 10}, {"name": "Ears"}, {"name": "Old"}],
            "points": [{"name": "Room 1"}],
        });
        let new = json!({
            "name": "B", "late_minutes": 15,
            "insurance": {"ask": false, "payers": [{"code": "m", "name": "Medicare", "also": ["A", "B"]}]},
            "queues": [{"name": "Ears"}, {"name": "Eyes", "late_after_minutes": 12}, {"name": "New"}],
            "details": ["phone", "email"], "points": [],
        });
        assert_eq!(said(old.clone(), old.clone()), Vec::<String>::new());
        assert_eq!(
            said(old, new),
            [
                "Clinic | Clinic name | A > B",
                "Check-in | Contact information at the kiosk |  > Phone, Email",
                "Queues | Queue \"Eyes\": Late after (minutes) | 10 > 12",
                "Queues | Queue \"Old\": Name | Old > New",
                "Queues | Order | Eyes, Ears, Old > Ears, Eyes, New",
                "Rooms | Room \"Room 1\" | Name: Room 1 > ",
                "Insurance | Ask about insurance | yes > no",
                "Insurance | Payer \"m\" |  > Code: m; Name: Medicare; Also known as: A, B",
                "Everything else | odd | [{\"x\":1}] > ",
            ]
        );
    }

    #[test]
    fn a_schedule_is_told_by_what_is_different_in_it() {
        let hours = |who: &str, days: &[&str], from: &str| {
            let to = "12:00:00";
            json!({"practitioner": who, "days": days, "from": from, "to": to})
        };
        let week =
            json!({"mon": {"from": "08:00:00", "to": "17:00:00"}, "tue": {"from": "08:00:00", "to": "17:00:00"}});
        let old = json!({
            "schedule": {
                "slot_minutes": 15, "closed": ["2026-12-25", "2027-01-01"], "open": week,
                "minutes": {"Lab": 10, "Eyes": 20},
                "hours": [
                    hours("Dr. A", &["mon"], "08:00:00"),
                    hours("Dr. A", &["tue", "wed", "thu"], "09:00:00"),
                    hours("Dr. B", &["mon"], "08:00:00"),
                ],
            },
        });
        let mut longer = week.clone();
        longer["sat"] = json!({"from": "09:00:00", "to": "12:30:00"});
        let new = json!({
            "schedule": {
                "slot_minutes": 15, "closed": ["2026-12-24", "2026-12-25"], "open": longer,
                "minutes": {"Lab": 10, "Eyes": 25},
                "hours": [
                    hours("Dr. C", &["sun"], "08:00:00"),
                    hours("Dr. A", &["tue", "wed", "thu"], "10:00:00"),
                    hours("Dr. A", &["mon"], "08:00:00"),
                ],
            },
            "kiosks": {"silent_after_seconds": 120},
        });
        assert_eq!(
            said(old.clone(), new),
            [
                "Opening hours and closed days | Closed days | 2027-01-01 > 2026-12-24",
                "Opening hours and closed days | Appointment length by service | Eyes: 20 min > Eyes: 25 min",
                "Opening hours and closed days | Opening hours | Monday, Tuesday 8:00 AM – 5:00 PM > Monday, \
                 Tuesday 8:00 AM – 5:00 PM; Saturday 9:00 AM – 12:30 PM",
                "Provider hours | Hours \"Dr. C, Sunday, 8:00 AM, 12:00 PM\" |  > Provider: Dr. C; Days: Sunday; \
                 From: 8:00 AM; To: 12:00 PM",
                "Provider hours | Hours \"Dr. A, Tuesday to Thursday, 9:00 AM, 12:00 PM\": From | 9:00 AM > 10:00 AM",
                "Provider hours | Hours \"Dr. B, Monday, 8:00 AM, 12:00 PM\" | Provider: Dr. B; Days: Monday; \
                 From: 8:00 AM; To: 12:00 PM > ",
                "Kiosks | Kiosk is offline after (seconds) | 90 > 120",
            ]
        );
        // Those that are left out are as they are by default.
        assert_eq!(said(json!({}), json!({"kiosks": {"silent_after_seconds": 90}})), Vec::<String>::new());
        assert_eq!(
            days_words(&[Day::Sun, Day::Mon, Day::Tue, Day::Wed, Day::Fri]),
            "Monday to Wednesday, Friday, Sunday"
        );
    }
}
