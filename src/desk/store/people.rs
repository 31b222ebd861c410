//! Finding people among everyone the list ever had, and all visits of one person.

use std::collections::HashSet;

use jiff::civil::Date;
use rusqlite::params;

use super::{Store, appointments};
use crate::desk::base::error::DeskError;
use crate::domain::appointment::Appointment;
use crate::domain::identity::fold_name;
use crate::domain::ids::PatientId;

/// People a search finds at most.
const PEOPLE_MAX: usize = 30;

/// Of this many people each one's nearest visit is looked up; of more, the nearest days are read until enough of them
/// are found.
const FEW: usize = 300;

/// What a search came to.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Each person once, with the visit that is nearest to the day: later ones before earlier ones.
    pub people: Vec<Appointment>,
    /// Whether there are more than are shown.
    pub is_more: bool,
}

/// Whether someone of this number is looked for: the desk's own (`1~2`), or the booking system's, which someone else
/// may have, too.
fn is_number(number: &str, word: &str) -> bool {
    number == word || number.rsplit_once('~').is_some_and(|(listed, _)| listed == word)
}

impl Store {
    /// Every visit of this person on or after a date, in the order of their beginnings, at most this many.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn visits_of_person(
        &self,
        patient: &PatientId,
        from: Date,
        at_most: u32,
    ) -> Result<Vec<Appointment>, DeskError> {
        let sql =
            "SELECT body FROM appointment WHERE patient_id = ?1 AND local_date >= ?2 ORDER BY start_at, id LIMIT ?3";
        let mut statement = self.conn.prepare_cached(sql)?;
        let bodies =
            statement.query_map(params![patient.as_str(), from.to_string(), at_most], |row| row.get::<_, String>(0))?;
        bodies.map(|body| appointments::read(&body?)).collect()
    }

    /// People of any day whose name, number or birth date fits every word, but for `shown`, who are on the page
    /// already. A word that may be a date is one of `dates`, read by the caller.
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
        let wanted = Wanted(words.iter().map(|word| (fold_name(word), word.to_lowercase(), dates(word))).collect());
        if wanted.0.is_empty() {
            return Ok(Found::default());
        }
        let mut fitting: HashSet<String> = HashSet::new();
        let mut statement = self.conn.prepare_cached("SELECT patient_id, name_folded, born FROM face")?;
        let mut faces = statement.query([])?;
        while let Some(face) = faces.next()? {
            let [patient, name, born] =
                [face.get_ref(0)?, face.get_ref(1)?, face.get_ref(2)?].map(|text| text.as_str().unwrap_or_default());
            if wanted.fits(patient, name, born) && !fitting.contains(patient) {
                fitting.insert(patient.to_owned());
            }
        }
        fitting.retain(|patient| !shown.contains(&PatientId::new(patient.as_str())));
        let ids = if fitting.len() > FEW {
            self.nearest_of_many(&fitting, &wanted, today)?
        } else {
            self.nearest_of_each(&fitting, &wanted, today)?
        };
        let mut found = Found { people: Vec::new(), is_more: ids.len() > PEOPLE_MAX };
        let mut body = self.conn.prepare_cached("SELECT body FROM appointment WHERE id = ?1")?;
        for id in ids.iter().take(PEOPLE_MAX) {
            found.people.push(appointments::read(&body.query_row([id], |row| row.get::<_, String>(0))?)?);
        }
        Ok(found)
    }

    /// The nearest visit of each of these people that fits, nearest first: of coming ones the next, else the latest
    /// that is over.
    fn nearest_of_each(
        &self,
        people: &HashSet<String>,
        wanted: &Wanted,
        today: Date,
    ) -> Result<Vec<String>, DeskError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT id, local_date, start_at, name_folded, born FROM appointment WHERE patient_id = ?1",
        )?;
        let mut nearest: Vec<(bool, i32, String, String)> = Vec::new();
        for patient in people {
            let mut best: Option<(bool, i32, String, String)> = None;
            let mut rows = statement.query([patient])?;
            while let Some(row) = rows.next()? {
                let (name, born): (String, String) = (row.get(3)?, row.get(4)?);
                if !wanted.fits(patient, &name, &born) {
                    continue;
                }
                let date: Date = row.get::<_, String>(1)?.parse().map_err(|_| DeskError::Unreadable("a date"))?;
                let days = (date - today).get_days();
                let its = (days < 0, days.abs(), row.get(2)?, row.get(0)?);
                best = Some(best.map_or_else(|| its.clone(), |best| best.min(its.clone())));
            }
            nearest.extend(best);
        }
        nearest.sort_unstable();
        Ok(nearest.into_iter().map(|(.., id)| id).collect())
    }

    /// The same of that many people that the nearest of them are found on a few days.
    fn nearest_of_many(
        &self,
        people: &HashSet<String>,
        wanted: &Wanted,
        today: Date,
    ) -> Result<Vec<String>, DeskError> {
        let mut ids = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        for days in [
            "WHERE local_date >= ?1 ORDER BY local_date, start_at, id",
            "WHERE local_date < ?1 ORDER BY local_date DESC, start_at, id",
        ] {
            let mut statement = self
                .conn
                .prepare_cached(&format!("SELECT patient_id, name_folded, born, id FROM appointment {days}"))?;
            let mut rows = statement.query([today.to_string()])?;
            while let Some(row) = rows.next()? {
                let [patient, name, born] =
                    [row.get_ref(0)?, row.get_ref(1)?, row.get_ref(2)?].map(|text| text.as_str().unwrap_or_default());
                if people.contains(patient) && !seen.contains(patient) && wanted.fits(patient, name, born) {
                    ids.push(row.get(3)?);
                    seen.insert(patient.to_owned());
                    if ids.len() > PEOPLE_MAX {
                        return Ok(ids);
                    }
                }
            }
        }
        Ok(ids)
    }
}

/// What is looked for: each word as part of a name, as a number, and as the dates that it may be.
struct Wanted(Vec<(String, String, Vec<Date>)>);

impl Wanted {
    fn fits(&self, patient: &str, name: &str, born: &str) -> bool {
        self.0.iter().all(|(folded, word, dates)| {
            (!folded.is_empty() && name.contains(folded.as_str()))
                || is_number(&patient.to_lowercase(), word)
                || (!dates.is_empty() && born.parse().is_ok_and(|born| dates.contains(&born)))
        })
    }
}
