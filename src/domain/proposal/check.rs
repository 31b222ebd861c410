//! What may go into the chart, and what may be said of a change.
//!
//! Invariant: the chart takes nothing that cannot be printed on one line.

use super::{Field, PostalAddress, Value};
use crate::domain::insurance::{Coverage, Holder};
use crate::domain::person::EmergencyContact;
use crate::domain::private::Private;

/// The longest value that goes into the chart, in characters; an address as one line.
pub const VALUE_CHARS_MAX: usize = 500;
/// The longest reason for a rejection, in characters.
pub const WHY_CHARS_MAX: usize = 200;

/// A value as it may go into the chart: without space at its ends.
///
/// # Errors
/// One sentence for the person who decides, without the value.
pub fn check_value(field: Field, value: &Value) -> Result<Value, &'static str> {
    let checked = match (field, value) {
        (Field::Phone | Field::Email | Field::PreferredName | Field::Language, Value::Text(text)) => {
            Value::Text(tidy(text)?)
        }
        (Field::Interpreter, Value::Text(text)) if ["", Field::YES, Field::NO].contains(&text.as_str()) => {
            Value::Text(text.clone())
        }
        (Field::EmergencyContact, Value::Contact(contact)) => {
            Value::Contact(EmergencyContact { name: tidy(&contact.name)?, phone: tidy(&contact.phone)? })
        }
        (Field::Address, Value::Address(address)) => Value::Address(PostalAddress {
            street: tidy(&address.street)?,
            city: tidy(&address.city)?,
            state: tidy(&address.state)?,
            postal_code: tidy(&address.postal_code)?,
        }),
        (Field::Insurance | Field::SecondInsurance, Value::Coverage(coverage)) => {
            Value::Coverage(Box::new(tidy_card(coverage)?))
        }
        _ => return Err("That value belongs to another field. Type it again."),
    };
    if checked.one_line().as_str().chars().nth(VALUE_CHARS_MAX).is_some() {
        return Err("The value is longer than 500 characters. Shorten it and accept it again.");
    }
    Ok(checked)
}

/// What someone typed in place of a proposed value. Nothing is refused: a field that slipped empty must not empty the
/// chart.
///
/// # Errors
/// One sentence for the person who decides.
pub fn check_edit(field: Field, value: &Value) -> Result<Value, &'static str> {
    let value = check_value(field, value)?;
    if value.is_empty() {
        return Err("The value is empty. Type the right one, or reject the change.");
    }
    if let Value::Coverage(card) = &value
        && card.start.zip(card.end).is_some_and(|(start, end)| start > end)
    {
        return Err("Coverage would end before it starts. Correct one of the dates.");
    }
    Ok(value)
}

/// A card, or none at all: one with neither payer nor member number would be taken for none.
fn tidy_card(card: &Coverage) -> Result<Coverage, &'static str> {
    let holder = match &card.holder {
        Some(holder) => Some(Holder { name: tidy(&holder.name)?, ..holder.clone() }),
        None => None,
    };
    let tidied = Coverage {
        payer: tidy(&card.payer)?,
        payer_code: tidy(&Private::from(card.payer_code.as_str()))?.as_str().to_owned(),
        member_id: tidy(&card.member_id)?,
        group_id: tidy(&card.group_id)?,
        plan: tidy(&card.plan)?,
        holder,
        ..card.clone()
    };
    if tidied.is_none() && tidied != Coverage::default() {
        return Err("Enter the payer or the member ID.");
    }
    Ok(tidied)
}

/// Why a change is rejected.
///
/// # Errors
/// One sentence for the person who decides.
pub fn check_why(why: &str) -> Result<Private, &'static str> {
    let why = tidy(&Private::from(why)).map_err(|_| "Write the reason as plain text on one line.")?;
    match why.as_str().chars().count() {
        0 => Err("Choose or write a reason for rejecting the change."),
        1..=WHY_CHARS_MAX => Ok(why),
        _ => Err("The reason is longer than 200 characters. Shorten it."),
    }
}

fn tidy(text: &Private) -> Result<Private, &'static str> {
    if text.as_str().chars().any(is_unprintable) {
        return Err("The value has characters that can't be printed. Type it again as plain text.");
    }
    Ok(Private::from(text.as_str().trim()))
}

/// Control characters, line ends of any kind, and marks that turn the direction of a text: none belongs to a value on
/// one line.
#[must_use]
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_kept_is_refused_with_a_sentence() {
        let text = |text: &str| Value::Text(text.into());
        for (field, value, accepted, edited) in [
            (Field::Phone, text(" 555-0100 "), true, true),
            (Field::Email, text(""), true, false),
            (Field::Email, text("   "), true, false),
            (Field::Phone, text("555\u{7}0100"), false, false),
            (Field::Phone, text("555\n0100"), false, false),
            (Field::Email, text("pat\u{202e}@example.org"), false, false),
            (Field::Email, text(&"x".repeat(500)), true, true),
            (Field::Email, text(&"x".repeat(501)), false, false),
            (Field::Address, text("12 Mill Street"), false, false),
            (Field::Phone, Value::Address(PostalAddress::default()), false, false),
            (Field::Address, Value::Address(PostalAddress::default()), true, false),
            (
                Field::Address,
                Value::Address(PostalAddress { street: "12 Mill Street".into(), ..PostalAddress::default() }),
                true,
                true,
            ),
        ] {
            assert_eq!(
                (check_value(field, &value).is_ok(), check_edit(field, &value).is_ok()),
                (accepted, edited),
                "{field:?}"
            );
        }
        let card = |payer: &str, plan: &str, end: Option<jiff::civil::Date>| {
            let start = Some(jiff::civil::date(2026, 1, 1));
            Value::Coverage(Box::new(Coverage {
                payer: payer.into(),
                plan: plan.into(),
                start,
                end,
                ..Coverage::default()
            }))
        };
        let end = Some(jiff::civil::date(2025, 12, 31));
        for (field, value, accepted, edited) in [
            (Field::Insurance, card(" Example Health ", "", None), true, true),
            // "I have none" is accepted, and never slipped in by an empty form.
            (Field::Insurance, Field::Insurance.nothing(), true, false),
            (Field::SecondInsurance, card("", "Silver", None), false, false),
            (Field::Insurance, card("Example\nHealth", "", None), false, false),
            (Field::Insurance, card("Example Health", &"x".repeat(500), None), false, false),
            // What a card says is believed; what staff type is looked at.
            (Field::Insurance, card("Example Health", "", end), true, false),
            (Field::Insurance, text("Example Health"), false, false),
            (Field::Phone, card("Example Health", "", None), false, false),
        ] {
            assert_eq!(
                (check_value(field, &value).is_ok(), check_edit(field, &value).is_ok()),
                (accepted, edited),
                "{field:?}"
            );
        }
        assert_eq!(check_value(Field::Phone, &text(" 1 ")).unwrap(), text("1"));
        assert!(check_why("Typed by mistake").is_ok());
        for why in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(check_why(why).is_err());
        }
    }
}
