//! Values of a chart on the page: side by side for comparing, and as inputs for typing another one.
//!
//! Invariants: what differs is marked, and not by its color alone; what cannot be printed is a mark.

use jiff::civil::Date;
use maud::{Markup, html};
use serde::Deserialize;

use crate::desk::service::changes::ProposedChange;
use crate::domain::insurance::{Coverage, Holder, Relationship};
use crate::domain::payer::{InsuranceSettings, Payer};
use crate::domain::person::{BirthDate, EmergencyContact};
use crate::domain::private::Private;
use crate::domain::proposal::check::{VALUE_CHARS_MAX, is_unprintable};
use crate::domain::proposal::{Field, PostalAddress, Value};
use crate::domain::spoken;

/// What someone typed in place of a proposed value.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Typed {
    value: Private,
    phone: Private,
    street: Private,
    city: Private,
    state: Private,
    postal_code: Private,
    payer: Private,
    member_id: Private,
    group_id: Private,
    plan: Private,
    relationship: String,
    holder_name: Private,
    holder_birth_date: Private,
    start: Private,
    end: Private,
}

impl Typed {
    /// The value that was typed for a field.
    ///
    /// # Errors
    /// One sentence for the person who typed.
    pub fn value(&self, field: Field, insurance: &InsuranceSettings) -> Result<Value, &'static str> {
        Ok(match field {
            Field::Phone | Field::Email | Field::PreferredName | Field::Language | Field::Interpreter => {
                Value::Text(self.value.clone())
            }
            Field::EmergencyContact => {
                Value::Contact(EmergencyContact { name: self.value.clone(), phone: self.phone.clone() })
            }
            Field::Address => Value::Address(PostalAddress {
                street: self.street.clone(),
                city: self.city.clone(),
                state: self.state.clone(),
                postal_code: self.postal_code.clone(),
            }),
            Field::Insurance | Field::SecondInsurance => Value::Coverage(Box::new(self.card(insurance)?)),
        })
    }

    fn card(&self, insurance: &InsuranceSettings) -> Result<Coverage, &'static str> {
        let holder_birth_date = date(&self.holder_birth_date)?.map(BirthDate);
        let is = Relationship::ALL.into_iter().find(|is| is.code() == self.relationship);
        Ok(Coverage {
            payer: self.payer.clone(),
            payer_code: insurance.payer_called(self.payer.as_str()).map(|payer| payer.code.clone()).unwrap_or_default(),
            member_id: self.member_id.clone(),
            group_id: self.group_id.clone(),
            plan: self.plan.clone(),
            holder: is.map(|is| Holder { is, name: self.holder_name.clone(), birth_date: holder_birth_date }),
            start: date(&self.start)?,
            end: date(&self.end)?,
        })
    }
}

/// A browser sends `2026-12-31`, whatever it shows.
fn date(text: &Private) -> Result<Option<Date>, &'static str> {
    match text.as_str().trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| "Invalid date. Write it as 2026-12-31."),
    }
}

/// Values beside each other, each under its title; the first is what the others are compared with.
pub fn side_by_side(field: Field, columns: &[(&str, &str, &Value)]) -> Markup {
    let cards: Vec<&Coverage> = columns
        .iter()
        .filter_map(|(_, _, value)| match value {
            Value::Coverage(card) => Some(&**card),
            _ => None,
        })
        .collect();
    if cards.len() == columns.len() {
        return parts(columns, &cards);
    }
    html! {
        dl.values.three[columns.len() > 2] {
            @for (title, class, value) in columns { div.(class) { dt { (title) } dd { (words(field, value)) } } }
        }
    }
}

/// Cards part by part; a part that none of them has is left out.
fn parts(columns: &[(&str, &str, &Value)], cards: &[&Coverage]) -> Markup {
    let texts: Vec<[String; 8]> = cards.iter().map(|card| part_texts(card)).collect();
    let text =
        |column: usize, part: usize| texts.get(column).and_then(|texts| texts.get(part)).map_or("", String::as_str);
    let mut shown: Vec<usize> =
        (0..PARTS.len()).filter(|part| (0..cards.len()).any(|column| !text(column, *part).is_empty())).collect();
    if shown.is_empty() {
        shown.push(0);
    }
    // Beside no card everything would be marked, and that marks nothing.
    let has_first = cards.first().is_some_and(|first| !first.is_none());
    let differs = |column: usize, part: usize| column > 0 && has_first && text(column, part) != text(0, part);
    html! {
        table.parts {
            thead { tr { td {} @for (title, ..) in columns { th scope="col" { (title) } } } }
            tbody {
                @for (at, part) in shown.iter().enumerate() {
                    tr {
                        th scope="row" { (PARTS.get(*part).copied().unwrap_or_default()) }
                        @for (column, ((_, class, _), card)) in columns.iter().zip(cards).enumerate() {
                            @if card.is_none() {
                                @if at == 0 {
                                    td.none.(class) rowspan=(shown.len()) {
                                        @if column > 0 && has_first {
                                            mark { "No insurance" }
                                            span.hidden { " (changed)" }
                                        }
                                        @else { "No insurance" }
                                    }
                                }
                            } @else {
                                td.(class) {
                                    @if differs(column, *part) {
                                        mark {
                                            (if text(column, *part).is_empty() { "–" } else { text(column, *part) })
                                        }
                                        span.hidden { " (changed)" }
                                    } @else { (text(column, *part)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

const PARTS: [&str; 8] =
    ["Payer", "Member ID", "Group number", "Plan", "Subscriber", "Subscriber DOB", "Coverage starts", "Coverage ends"];

fn part_texts(card: &Coverage) -> [String; 8] {
    if card.is_none() {
        return Default::default();
    }
    let day = |date: Option<Date>| date.map(|date| date.strftime("%-d %b %Y").to_string()).unwrap_or_default();
    let whose = match &card.holder {
        None => "Patient".to_owned(),
        Some(holder) if holder.name.is_blank() => relationship_word(holder.is).to_owned(),
        Some(holder) => format!("{}: {}", relationship_word(holder.is), printable(holder.name.as_str().trim())),
    };
    let text = |text: &Private| printable(text.as_str().trim());
    [
        text(&card.payer),
        text(&card.member_id),
        text(&card.group_id),
        text(&card.plan),
        whose,
        day(card.holder.as_ref().and_then(|holder| holder.birth_date).map(|born| born.0)),
        day(card.start),
        day(card.end),
    ]
}

fn relationship_word(is: Relationship) -> &'static str {
    match is {
        Relationship::Spouse => "Spouse",
        Relationship::Parent => "Parent",
        Relationship::Other => "Other",
    }
}

/// Inputs for another value, filled with the proposed one. `key` makes their names on the page unique.
pub fn inputs(change: &ProposedChange, key: &str, payers: &[Payer]) -> Markup {
    let input = |name: &str, label: &str, mode: &str, value: &str| {
        html! {
            label for={ (name) "-" (key) } { (label) }
            input id={ (name) "-" (key) } name=(name) inputmode=(mode) value=(printable(value))
                maxlength=(VALUE_CHARS_MAX) autocomplete="off" spellcheck="false";
        }
    };
    let label = change.key.field.for_staff();
    let text = change.proposal.new.one_line();
    match (change.key.field, &change.proposal.new) {
        (Field::Phone, _) => input("value", label, "tel", text.as_str()),
        (Field::Email, _) => input("value", label, "email", text.as_str()),
        (Field::PreferredName, _) => input("value", label, "text", text.as_str()),
        (Field::Language, _) => {
            choice(label, key, text.as_str(), &spoken::ALL.map(|spoken| (spoken.tag, spoken.english)))
        }
        (Field::Interpreter, _) => choice(label, key, text.as_str(), &[(Field::YES, "Yes"), (Field::NO, "No")]),
        (Field::EmergencyContact, new) => {
            let contact = match new {
                Value::Contact(contact) => contact.clone(),
                _ => EmergencyContact { name: text.clone(), ..EmergencyContact::default() },
            };
            html! {
                (input("value", "Name", "text", contact.name.as_str()))
                (input("phone", "Phone", "tel", contact.phone.as_str()))
            }
        }
        (Field::Insurance | Field::SecondInsurance, new) => {
            let card = match new {
                Value::Coverage(card) => (**card).clone(),
                _ => Coverage { payer: text.clone(), ..Coverage::default() },
            };
            card_inputs(&card, key, payers, input)
        }
        (Field::Address, new) => {
            let address = match new {
                Value::Address(address) => address.clone(),
                _ => PostalAddress { street: text.clone(), ..PostalAddress::default() },
            };
            html! {
                (input("street", "Street address", "text", address.street.as_str()))
                (input("city", "City", "text", address.city.as_str()))
                (input("state", "State", "text", address.state.as_str()))
                (input("postal_code", "ZIP code", "text", address.postal_code.as_str()))
            }
        }
    }
}

/// One of several. What is proposed is chosen already, also if it is none of them.
fn choice(label: &str, key: &str, proposed: &str, all: &[(&str, &str)]) -> Markup {
    let is = |code: &str| code.eq_ignore_ascii_case(proposed);
    html! {
        label for={ "value-" (key) } { (label) }
        select id={ "value-" (key) } name="value" {
            @if proposed.is_empty() { option value="" selected { "Choose" } }
            @else if !all.iter().any(|(code, _)| is(code)) {
                option value=(printable(proposed)) selected { (printable(&spoken::for_staff(proposed))) }
            }
            @for (code, words) in all { option value=(code) selected[is(code)] { (words) } }
        }
    }
}

fn card_inputs(
    card: &Coverage,
    key: &str,
    payers: &[Payer],
    input: impl Fn(&str, &str, &str, &str) -> Markup,
) -> Markup {
    let day = |name: &str, label: &str, date: Option<Date>| {
        html! {
            label for={ (name) "-" (key) } { (label) }
            input id={ (name) "-" (key) } name=(name) type="date"
                value=(date.map(|date| date.to_string()).unwrap_or_default());
        }
    };
    let is = card.holder.as_ref().map(|holder| holder.is);
    html! {
        label for={ "payer-" (key) } { "Payer" }
        input id={ "payer-" (key) } name="payer" list={ "payers-" (key) } value=(printable(card.payer.as_str()))
            maxlength=(VALUE_CHARS_MAX) autocomplete="off" spellcheck="false";
        datalist id={ "payers-" (key) } { @for payer in payers { option value=(payer.name) {} } }
        (input("member_id", "Member ID", "text", card.member_id.as_str()))
        (input("group_id", "Group number", "text", card.group_id.as_str()))
        (input("plan", "Plan", "text", card.plan.as_str()))
        label for={ "relationship-" (key) } { "Subscriber" }
        select id={ "relationship-" (key) } name="relationship" {
            option value="self" selected[is.is_none()] { "Patient" }
            @for other in Relationship::ALL {
                option value=(other.code()) selected[is == Some(other)] { (relationship_word(other)) }
            }
        }
        (input(
            "holder_name",
            "Subscriber name, if not the patient",
            "text",
            card.holder.as_ref().map_or("", |holder| holder.name.as_str()),
        ))
        (day(
            "holder_birth_date",
            "Subscriber DOB",
            card.holder.as_ref().and_then(|holder| holder.birth_date).map(|born| born.0),
        ))
        (day("start", "Coverage starts", card.start))
        (day("end", "Coverage ends", card.end))
    }
}

/// A value for reading; what cannot be printed is a mark.
fn words(field: Field, value: &Value) -> Markup {
    let text = field.words(value);
    html! { @if text.is_blank() { span.none { "nothing" } } @else { (printable(text.as_str())) } }
}

/// A text whose characters can all be shown.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if is_unprintable(c) { '\u{fffd}' } else { c }).collect()
}
