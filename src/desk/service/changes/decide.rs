//! Changed contact details and insurance: what may go into the chart, who decides, and how it is exported as CSV.
//!
//! Invariants: the chart takes nothing that cannot be printed on one line; in the export nothing of a patient's becomes
//! a formula of a spreadsheet, and what was done against that can be undone exactly.

use crate::desk::Desk;
use crate::desk::base::error::DeskError;
use crate::desk::store::{COMMAND, ExportLine, ProposedChange, Seen, Shown, Verdict};
use crate::domain::ids::AppointmentId;
use crate::domain::private::Private;
use crate::domain::proposal::Value;

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

impl Desk {
    /// Every proposal of the person of a visit, oldest first, decided or not.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn changes_of(&self, appointment: &AppointmentId) -> Result<Vec<ProposedChange>, DeskError> {
        self.with_store(|store| store.changes_of(appointment))
    }

    /// Decides on proposals as they were shown, and answers how many were decided. Where there was nothing to decide,
    /// as when two people press at the same moment, or the value will not do, it is not counted.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn decide_changes(&self, changes: &[Shown], verdict: &Verdict, user: &str) -> Result<usize, DeskError> {
        let now = self.now();
        let decided = self.with_store(|store| store.decide(changes, verdict, user, now))?;
        self.notify();
        Ok(decided)
    }

    /// Gives every accepted change that was not exported yet the number of a batch; none if there is none.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn next_export_batch(&self) -> Result<Option<u64>, DeskError> {
        let now = self.now();
        let batch = self.with_store(|store| store.next_export_batch(now))?;
        self.notify();
        Ok(batch)
    }

    /// How many accepted changes will not be exported because a list contradicted them since the last batch.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn contradicted_since_last_batch(&self) -> Result<usize, DeskError> {
        self.with_store(|store| store.contradicted_since_last_batch())
    }

    /// A batch as CSV, and how many changes it holds; none if there is no such batch. It is the same whenever it is
    /// asked for.
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
        let mut record =
            vec![line.batch.to_string(), line.at.to_string(), no_formula(&line.by), no_formula(line.patient.as_str())];
        record.push(line.field.code().to_owned());
        record.extend([old.as_str(), new.as_str()].into_iter().map(no_formula));
        record.extend(parts.iter().map(|part| no_formula(part.as_str())));
        writer.write_record(&record).map_err(cannot)?;
    }
    writer.into_inner().map_err(|_| DeskError::Unreadable("an export"))
}

/// The parts of a value, for the columns after `new`. A value without parts, and "no insurance", leaves all of them
/// empty.
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
            let [
                _,
                _,
                _,
                _,
                payer,
                payer_code,
                member_id,
                group_id,
                plan,
                relationship,
                holder_name,
                holder_birth_date,
                start,
                end,
                ..,
            ] = &mut parts;
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

/// A spreadsheet takes a cell that begins with one of `= + - @` (or a tab or line end) for a formula: an apostrophe
/// goes before it, and before an apostrophe too, so that taking one away gives what was there. A phone such as `+1
/// 555-0100` is left.
pub(in crate::desk) fn no_formula(text: &str) -> String {
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
}
