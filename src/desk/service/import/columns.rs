//! Which column of a list is what, by the names that exports of practices use.
//!
//! Invariant: nothing is guessed. A name is in this table because exports mean one thing by it; two columns that would
//! fill one field are a question.

mod fields;

pub use self::fields::{FIELDS, Field};
use super::how::Mapping;

/// A column's name as it is compared: small letters and digits alone.
#[must_use]
pub fn fold_header(name: &str) -> String {
    let name = name.replace('#', " number");
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What the columns of a list are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// What each column is; nothing if it is not read.
    pub fields: Vec<Option<&'static str>>,
    /// Columns that no one said are to be left out, and that are not known.
    pub unknown: Vec<usize>,
    /// Fields that have to be there and are not.
    pub missing: Vec<&'static str>,
    /// Fields that several columns would fill, and these columns.
    pub doubled: Vec<(&'static str, Vec<usize>)>,
    /// Columns that the mapping names and that are not there.
    pub absent: Vec<String>,
}

impl Columns {
    /// Whether a list with these can be read.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty() && self.doubled.is_empty() && self.absent.is_empty()
    }

    /// Whether some column is this.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.at(field).is_some()
    }

    /// Which column is this.
    #[must_use]
    pub fn at(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|known| *known == Some(field))
    }

    /// Sees what the columns of this header are, by what someone said and then by their names.
    #[must_use]
    pub fn of(header: &[String], mapping: Option<&Mapping>) -> Self {
        let folded: Vec<String> = header.iter().map(|name| fold_header(name)).collect();
        let mut columns = Self { fields: vec![None; header.len()], ..Self::default() };
        let mut is_decided = vec![false; header.len()];
        if let Some(mapping) = mapping {
            for name in &mapping.ignore {
                folded
                    .iter()
                    .zip(&mut is_decided)
                    .filter(|(other, _)| **other == fold_header(name))
                    .for_each(|(_, decided)| *decided = true);
            }
            for (name, column) in &mapping.columns {
                let Some(field) = FIELDS.iter().find(|field| field.name == name.as_str()) else { continue };
                // As it is written first; two columns may fold to the same.
                let exact = header.iter().position(|other| other.trim() == column.trim());
                let found = exact.or_else(|| folded.iter().position(|other| *other == fold_header(column)));
                match found.and_then(|at| columns.fields.get_mut(at).zip(is_decided.get_mut(at))) {
                    Some((filled, decided)) => (*filled, *decided) = (Some(field.name), true),
                    None => columns.absent.push(column.clone()),
                }
            }
        }
        let said: Vec<&str> = columns.fields.iter().flatten().copied().collect();
        for field in FIELDS {
            let free = |at: usize| !is_decided.get(at).copied().unwrap_or(true);
            let exact: Vec<usize> = header
                .iter()
                .enumerate()
                .filter(|(at, name)| free(*at) && name.trim().to_ascii_lowercase() == field.name)
                .map(|(at, _)| at)
                .collect();
            let fits = |name: &str| name == fold_header(field.name) || field.also.contains(&name);
            let alike: Vec<usize> =
                folded.iter().enumerate().filter(|(at, name)| free(*at) && fits(name)).map(|(at, _)| at).collect();
            // A column with the documented name is that, whatever else there is.
            let found = if exact.is_empty() { alike } else { exact };
            if said.contains(&field.name) {
                continue;
            }
            match found.as_slice() {
                [] => {}
                [one] => {
                    if let Some(filled) = columns.fields.get_mut(*one) {
                        *filled = Some(field.name);
                    }
                }
                _ => columns.doubled.push((field.name, found)),
            }
        }
        if columns.has("given_name") && columns.has("family_name") && !said.contains(&"name") {
            // `Patient` beside both is a number, or the same again.
            columns.fields.iter_mut().filter(|field| **field == Some("name")).for_each(|field| *field = None);
            columns.doubled.retain(|(field, _)| *field != "name");
        }
        let doubled: Vec<usize> = columns.doubled.iter().flat_map(|(_, at)| at.iter().copied()).collect();
        columns.unknown = (0..header.len())
            .filter(|at| {
                let is_free = columns.fields.get(*at).is_some_and(Option::is_none)
                    && !is_decided.get(*at).copied().unwrap_or(true);
                is_free && !doubled.contains(at)
            })
            .collect();
        columns.missing = columns.missing();
        columns
    }

    fn missing(&self) -> Vec<&'static str> {
        let has = |field: &str| self.has(field) || self.doubled.iter().any(|(doubled, _)| *doubled == field);
        let is_there = |field: &str| match field {
            "start" => has("start") || has("date"),
            "given_name" | "family_name" => has(field) || has("name"),
            _ => has(field),
        };
        super::table::REQUIRED.into_iter().filter(|field| !is_there(field)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str, mapping: Option<&Mapping>) -> Columns {
        Columns::of(&header.split(',').map(str::to_owned).collect::<Vec<_>>(), mapping)
    }

    #[test]
    fn every_name_means_one_thing() {
        let mut seen = std::collections::HashMap::new();
        for field in FIELDS {
            for name in field.also.iter().map(|name| (*name).to_owned()).chain([fold_header(field.name)]) {
                assert_eq!(fold_header(&name), name);
                assert!(
                    seen.insert(name.clone(), field.name).is_none_or(|other| other == field.name),
                    "{name} is {} too",
                    field.name
                );
            }
        }
        for name in super::super::draft::Draft::columns() {
            assert!(FIELDS.iter().any(|field| field.name == name), "{name}");
        }
    }

    #[test]
    fn headers_of_practices_are_known() {
        for header in [
            "appointment_id,start,given_name,family_name,birth_date",
            "Appointment ID,Start,Given Name,Family Name,Birth Date",
            "APPT-ID,Appt. Date/Time,First Name,Last Name,DOB",
            "Appt #,Appt Date,Appt Time,Patient Name,Date of Birth",
            "Visit ID,Appointment Date,Appointment Time,Patient First Name,Patient Last Name,Patient DOB,Cell Phone,\
             Home Phone,Provider,Location,MRN,ZIP",
        ] {
            let found = of(header, None);
            assert!(found.is_whole() && found.unknown.is_empty(), "{header}: {found:?}");
        }
        assert_eq!(of("Appt ID,Appt Time,Name", None).missing, ["start", "birth_date"]);
    }

    #[test]
    fn two_columns_for_one_field_are_a_question_unless_one_has_the_documented_name() {
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,Patient ID", None);
        assert_eq!(found.doubled, [("patient_id", vec![5, 6])]);
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,patient_id", None);
        assert!(found.is_whole() && found.at("patient_id") == Some(6) && found.unknown == [5]);
        let mapping = Mapping {
            columns: [("patient_id".to_owned(), "mrn".to_owned())].into(),
            ignore: vec!["Patient ID".to_owned()],
            ..Mapping::default()
        };
        let found = of("appointment_id,start,given_name,family_name,birth_date,MRN,Patient ID", Some(&mapping));
        assert!(found.is_whole() && found.at("patient_id") == Some(5) && found.unknown.is_empty());
        let mapping = Mapping { columns: [("start".to_owned(), "When".to_owned())].into(), ..Mapping::default() };
        assert_eq!(of("appointment_id,start", Some(&mapping)).absent, ["When"]);
    }
}
