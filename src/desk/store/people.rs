//! Finding people among everybody whom the list ever had, and all visits of one person.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::params;

use super::{Store, appointments};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::identity::fold_name;
use crate::domain::ids::PatientId;

/// People whom a search finds at most.
const PEOPLE_MAX: usize = 30;

/// What a search came to.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Each person once, with the visit that is nearest to the day: later ones before earlier ones.
    pub people: Vec<Appointment>,
    /// Whether there are more than are shown.
    pub is_more: bool,
}

/// Whether somebody of this number is looked for: the desk's own (`1~2`), or the booking system's, which somebody else may have, too.
fn is_number(number: &str, word: &str) -> bool {
    number == word || number.rsplit_once('~').is_some_and(|(listed, _)| listed == word)
}

impl Store {
    /// Every visit of this person on or after a date, in the order of their beginnings, at most so many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of_person(&self, patient: &PatientId, from: Date, at_most: u32) -> Result<Vec<Appointment>, DeskError> {
        let sql = "SELECT body FROM appointment WHERE patient_id = ?1 AND local_date >= ?2 ORDER BY start_at, id LIMIT ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let bodies = statement.query_map(params![patient.as_str(), from.to_string(), at_most], |row| row.get::<_, String>(0))?;
        bodies.map(|body| appointments::read(&body?)).collect()
    }

    /// People of any day whose name, number or birth date fits every word, but for `shown`, who are on the page already. A word that may be a
    /// date is one of `dates`, read by the caller.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn find_people(
        &self,
        words: &[&str],
        dates: impl Fn(&str) -> Vec<Date>,
        shown: &HashSet<PatientId>,
        today: Date,
    ) -> Result<Found, DeskError> {
        let wanted: Vec<(String, String, Vec<Date>)> =
            words.iter().map(|word| (fold_name(word), word.to_lowercase(), dates(word))).collect();
        let mut found = Found::default();
        if wanted.is_empty() {
            return Ok(found);
        }
        // The nearest of the coming ones, else the latest that is over.
        let sql = "SELECT patient_id, name_folded, json_extract(body, '$.person.birth_date'), id FROM appointment
                   ORDER BY local_date < ?1, ABS(julianday(local_date) - julianday(?1)), start_at, id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([today.to_string()])?;
        let mut seen: HashSet<String> = shown.iter().map(PatientId::to_string).collect();
        let mut ids: Vec<String> = Vec::new();
        while let Some(row) = rows.next()? {
            let (patient, name, born): (String, String, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let born: Option<Date> = born.and_then(|text| text.parse().ok());
            let number = patient.to_lowercase();
            let fits = wanted.iter().all(|(folded, word, dates)| {
                (!folded.is_empty() && name.contains(folded.as_str()))
                    || is_number(&number, word)
                    || born.is_some_and(|born| dates.contains(&born))
            });
            if !fits || seen.contains(&patient) {
                continue;
            }
            if ids.len() == PEOPLE_MAX {
                found.is_more = true;
                break;
            }
            ids.push(row.get(3)?);
            seen.insert(patient);
        }
        let mut body = self.conn.prepare_cached("SELECT body FROM appointment WHERE id = ?1")?;
        for id in ids {
            found.people.push(appointments::read(&body.query_row([id], |row| row.get::<_, String>(0))?)?);
        }
        Ok(found)
    }
}
