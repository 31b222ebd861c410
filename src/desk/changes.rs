//! Changed contact details and insurance: what may go into the chart, who decides, and how it is handed on as CSV.
//!
//! Invariants: the chart takes nothing that cannot be printed on one line; in the export nothing of a patient's becomes a
//! formula of a spreadsheet, and what was done against that can be undone exactly.

use super::Desk;
use super::error::DeskError;
use super::store::{COMMAND, ExportLine, ProposedChange, Seen, Shown, Verdict};
use crate::domain::ids::AppointmentId;
use crate::domain::insurance::{Coverage, Holder};
use crate::domain::person::EmergencyContact;
use crate::domain::private::Private;
use crate::domain::proposal::{Field, PostalAddress, Value};

/// The longest value that goes into the chart, in characters; an address as one line.
pub const VALUE_CHARS_MAX: usize = 500;
/// The longest reason for a rejection, in characters.
pub const WHY_CHARS_MAX: usize = 200;

/// The columns of the export, in order. Those of an address and of a card are empty for other fields.
pub const COLUMNS: [&str; 23] = [
    "batch",
    "accepted_at",
    "accepted_by",
    "patient_id",
    "field",
    "old",
    "new",
    "street",
    "city",
    "state",
    "postal_code",
    "payer",
    "payer_code",
    "member_id",
    "group_id",
    "plan",
    "relationship",
    "holder_name",
    "holder_birth_date",
    "start",
    "end",
    "contact_name",
    "contact_phone",
];

/// A value as it may go into the chart: without space at its ends.
///
/// # Errors
/// One sentence for the person who decides, without the value.
pub fn check_value(field: Field, value: &Value) -> Result<Value, &'static str> {
    let checked = match (field, value) {
        (Field::Phone | Field::Email | Field::PreferredName | Field::Language, Value::Text(text)) => Value::Text(tidy(text)?),
        (Field::Interpreter, Value::Text(text)) if ["", Field::YES, Field::NO].contains(&text.as_str()) => Value::Text(text.clone()),
        (Field::EmergencyContact, Value::Contact(contact)) => {
            Value::Contact(EmergencyContact { name: tidy(&contact.name)?, phone: tidy(&contact.phone)? })
        }
        (Field::Address, Value::Address(address)) => Value::Address(PostalAddress {
            street: tidy(&address.street)?,
            city: tidy(&address.city)?,
            state: tidy(&address.state)?,
            postal_code: tidy(&address.postal_code)?,
        }),
        (Field::Insurance | Field::SecondInsurance, Value::Coverage(coverage)) => Value::Coverage(Box::new(tidy_card(coverage)?)),
        _ => return Err("That value belongs to another field; type it again."),
    };
    if checked.one_line().as_str().chars().nth(VALUE_CHARS_MAX).is_some() {
        return Err("That is longer than 500 characters; shorten it and accept it again.");
    }
    Ok(checked)
}

/// What somebody typed in place of a proposed value. Nothing is refused: a field that slipped empty must not empty the chart.
///
/// # Errors
/// One sentence for the person who decides.
pub fn check_edit(field: Field, value: &Value) -> Result<Value, &'static str> {
    let value = check_value(field, value)?;
    if value.is_empty() {
        return Err("An empty value is not taken; type the right one, or reject the change.");
    }
    if let Value::Coverage(card) = &value
        && card.start.zip(card.end).is_some_and(|(start, end)| start > end)
    {
        return Err("The card would end before it begins; correct one of the dates.");
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
        return Err("A card needs its payer or its member number; type one of them.");
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
        _ => Err("That reason is longer than 200 characters; shorten it."),
    }
}

fn tidy(text: &Private) -> Result<Private, &'static str> {
    if text.as_str().chars().any(is_unprintable) {
        return Err("It holds characters that cannot be printed; type it again as plain text.");
    }
    Ok(Private::from(text.as_str().trim()))
}

/// Control characters, line ends of any kind, and marks that turn the direction of a text: none belongs to a value on one line.
pub fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl Desk {
    /// Every proposal of the person of a visit, oldest first, decided or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changes_of(&self, appointment: &AppointmentId) -> Result<Vec<ProposedChange>, DeskError> {
        self.with_store(|store| store.changes_of(appointment))
    }

    /// Decides on proposals as they were shown, and answers how many were decided. Where there was nothing to decide, as when two
    /// people press at the same moment, or the value will not do, it is not counted.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn decide_changes(&self, changes: &[Shown], verdict: &Verdict, user: &str) -> Result<usize, DeskError> {
        let now = self.now();
        let decided = self.with_store(|store| store.decide(changes, verdict, user, now))?;
        self.notify();
        Ok(decided)
    }

    /// Gives every accepted change that was not handed on yet the number of a batch; none if there is none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn next_export_batch(&self) -> Result<Option<u64>, DeskError> {
        let now = self.now();
        let batch = self.with_store(|store| store.next_export_batch(now))?;
        self.notify();
        Ok(batch)
    }

    /// How many accepted changes will not be handed on because a list contradicted them since the last batch.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_since_last_batch(&self) -> Result<usize, DeskError> {
        self.with_store(|store| store.contradicted_since_last_batch())
    }

    /// A batch as CSV, and how many changes it holds; none if there is no such batch. It is the same whenever it is asked for.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn export_csv(&self, batch: u64) -> Result<Option<(Vec<u8>, usize)>, DeskError> {
        let now = self.now();
        let lines = self.with_store(|store| {
            let lines = store.export_batch(batch)?;
            if lines.is_some() {
                store.note_seen(COMMAND, &Seen::Batch(batch), now)?;
            }
            Ok(lines)
        })?;
        lines.map(|lines| Ok((csv_of(&lines)?, lines.len()))).transpose()
    }
}

/// The export as a file: one header line, one line for each change.
fn csv_of(lines: &[ExportLine]) -> Result<Vec<u8>, DeskError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cannot = |_| DeskError::Unreadable("an export");
    writer.write_record(COLUMNS).map_err(cannot)?;
    for line in lines {
        let parts = parts_of(&line.new);
        let (old, new) = (line.old.one_line(), line.new.one_line());
        let mut record = vec![line.batch.to_string(), line.at.to_string(), no_formula(&line.by), no_formula(line.patient.as_str())];
        record.push(line.field.code().to_owned());
        record.extend([old.as_str(), new.as_str()].into_iter().map(no_formula));
        record.extend(parts.iter().map(|part| no_formula(part.as_str())));
        writer.write_record(&record).map_err(cannot)?;
    }
    writer.into_inner().map_err(|_| DeskError::Unreadable("an export"))
}

/// The parts of a value, for the columns after `new`. A value without parts, and "no insurance", leaves all of them empty.
fn parts_of(value: &Value) -> [Private; 16] {
    let mut parts: [Private; 16] = Default::default();
    let date = |date: Option<jiff::civil::Date>| Private::new(date.map(|date| date.to_string()).unwrap_or_default());
    match value {
        Value::Text(_) => {}
        Value::Contact(contact) => {
            let [.., name, phone] = &mut parts;
            name.clone_from(&contact.name);
            phone.clone_from(&contact.phone);
        }
        Value::Address(address) => {
            let [street, city, state, postal_code, ..] = &mut parts;
            street.clone_from(&address.street);
            city.clone_from(&address.city);
            state.clone_from(&address.state);
            postal_code.clone_from(&address.postal_code);
        }
        Value::Coverage(card) if card.is_none() => {}
        Value::Coverage(card) => {
            let [_, _, _, _, payer, payer_code, member_id, group_id, plan, relationship, holder_name, holder_birth_date, start, end, ..] =
                &mut parts;
            payer.clone_from(&card.payer);
            *payer_code = card.payer_code.as_str().into();
            member_id.clone_from(&card.member_id);
            group_id.clone_from(&card.group_id);
            plan.clone_from(&card.plan);
            *relationship = card.holder.as_ref().map_or("self", |holder| holder.is.code()).into();
            if let Some(holder) = &card.holder {
                holder_name.clone_from(&holder.name);
                *holder_birth_date = date(holder.birth_date.map(|born| born.0));
            }
            *start = date(card.start);
            *end = date(card.end);
        }
    }
    parts
}

/// A spreadsheet takes a cell that begins with one of `= + - @` (or a tab or line end) for a formula: an apostrophe goes before
/// it, and before an apostrophe too, so that taking one away gives what was there. A telephone such as `+1 555-0100` is left.
pub(super) fn no_formula(text: &str) -> String {
    let is_risky = text.starts_with(['=', '+', '-', '@', '\'', '\t', '\r', '\n']);
    let is_number = text.strip_prefix('+').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')'))
    });
    if is_risky && !is_number { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_a_formula_and_numbers_stay_numbers() {
        for (text, cell) in [
            ("", ""),
            ("555-0100", "555-0100"),
            ("+1 (555) 010.0", "+1 (555) 010.0"),
            ("+44 20 7946 0000", "+44 20 7946 0000"),
            ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
            ("+", "'+"),
            ("+(1)", "'+(1)"),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("'=1", "''=1"),
            ("\t=1", "'\t=1"),
            ("pat@example.org", "pat@example.org"),
        ] {
            assert_eq!(no_formula(text), cell);
            let back = cell.strip_prefix('\'').unwrap_or(cell);
            assert_eq!(back, text, "taken away again");
        }
    }

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
            (Field::Address, Value::Address(PostalAddress { street: "12 Mill Street".into(), ..PostalAddress::default() }), true, true),
        ] {
            assert_eq!((check_value(field, &value).is_ok(), check_edit(field, &value).is_ok()), (accepted, edited), "{field:?}");
        }
        let card = |payer: &str, plan: &str, end: Option<jiff::civil::Date>| {
            let start = Some(jiff::civil::date(2026, 1, 1));
            Value::Coverage(Box::new(Coverage { payer: payer.into(), plan: plan.into(), start, end, ..Coverage::default() }))
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
            assert_eq!((check_value(field, &value).is_ok(), check_edit(field, &value).is_ok()), (accepted, edited), "{field:?}");
        }
        assert_eq!(check_value(Field::Phone, &text(" 1 ")).unwrap(), text("1"));
        assert!(check_why("Typed by mistake").is_ok());
        for why in ["", "  ", "a\nb", &"x".repeat(201)] {
            assert!(check_why(why).is_err());
        }
    }
}
