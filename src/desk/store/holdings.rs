//! What the desk holds of one patient: found, and counted by kind.
//!
//! Invariants: anyone who looks waits for no one and holds no one up, as it is read by a connection of its own; events
//! that were found once are not looked through again ([`Held`]), as they are only ever appended.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, ToSql, params};
use serde_json::Value;

use super::aside::says_one_of;
use super::forget::EventKey;
use super::old_days::visits_of_event;
use super::proposals::{Decided, of_person};
use super::{ReadOnly, Store, appointments, settings};
use crate::desk::base::error::DeskError;
use crate::domain::born::Born;
use crate::domain::event::{KioskEvent, LoggedEvent, WalkedIn};
use crate::domain::identity::fold_name;
use crate::domain::person::BirthDate;
use crate::domain::private::Private;

/// Requests that a search finds at most.
const REQUESTS_MAX: usize = 30;
/// Of a name a shorter part may be any word.
const NAME_CHARS_MIN: usize = 3;
/// Rows about these visits.
pub(super) const OF_VISITS: &str = "appointment_id IN (SELECT value FROM json_each(?1))";
/// Rows about these events.
pub(super) const OF_EVENTS: &str = "(kiosk, seq) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?1))";

/// Where everything is that the desk holds of a patient.
pub struct Held {
    pub(super) patient: String,
    /// On the list, or said by a kiosk.
    pub(super) visits: BTreeSet<String>,
    /// Where, when it came, and what it says.
    pub(super) events: Vec<(EventKey, String, String)>,
    /// Whether one of the events speaks of someone else's visit too.
    pub(super) is_shared: bool,
    /// Events up to this revision were looked through.
    upto: i64,
}

/// A kind of what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldingKind {
    /// Appointments of the list, also those that were booked here.
    Appointments,
    /// What was booked, moved or canceled here.
    Bookings,
    /// Where visits stand and stood.
    Visits,
    /// What kiosks reported.
    Events,
    /// What the patient said is different.
    Changes,
    /// Values that staff accepted and the list does not have yet.
    Accepted,
    /// Photos of cards.
    Photos,
    /// What payers answered.
    PayersAnswers,
    /// What staff did.
    StaffActions,
    /// What staff wrote.
    Notes,
    /// Texts and emails.
    Messages,
    /// What kiosks were to show or print for them.
    KioskOrders,
    /// Who saw or changed what.
    Audit,
}

impl HoldingKind {
    /// For staff.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Appointments => "Appointments",
            Self::Bookings => "Appointments booked or rescheduled here",
            Self::Visits => "Visits and tickets",
            Self::Events => "Kiosk reports",
            Self::Changes => "Proposed changes",
            Self::Accepted => "Accepted changes",
            Self::Photos => "Photos of cards",
            Self::PayersAnswers => "Eligibility answers",
            Self::StaffActions => "Staff actions",
            Self::Notes => "Notes",
            Self::Messages => "Texts and emails",
            Self::KioskOrders => "Messages and tickets at kiosks",
            Self::Audit => "Audit log entries",
        }
    }

    /// Whether it stays when the patient is taken out.
    #[must_use]
    pub fn stays(self) -> bool {
        self == Self::Audit
    }
}

/// How much there is of one kind, and from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// Of what.
    pub kind: HoldingKind,
    /// How many.
    pub count: u64,
    /// The first day and the last one, by the clinic's clocks; none if it has no day.
    pub days: Option<(Date, Date)>,
}

/// Why a patient is not taken out now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// There is a visit today, which someone may be in the middle of.
    HereToday,
    /// This many changes wait for a decision.
    Undecided(usize),
    /// A message to them is being sent in this moment.
    Sending,
}

impl Hindrance {
    /// What is in the way, and what to do.
    #[must_use]
    pub fn sentence(self) -> String {
        match self {
            Self::HereToday => "This patient has a visit today. Delete the data after today.".to_owned(),
            Self::Undecided(1) => {
                "One change by this patient is waiting for review. Accept or reject it first.".to_owned()
            }
            Self::Undecided(n) => {
                format!("{n} changes by this patient are waiting for review. Accept or reject them first.")
            }
            Self::Sending => {
                "A message to this patient is being sent right now. Try again in a few minutes.".to_owned()
            }
        }
    }
}

/// What the desk holds of a patient, counted.
pub struct PatientData {
    /// The patient's number, or that of a request without an appointment.
    pub number: String,
    /// As staff read it; empty if nothing that is held says it.
    pub name: Private,
    /// If something that is held says it.
    pub birth_date: Option<Born>,
    /// Whether no one has proved whose it is: someone without an appointment said it.
    pub is_request: bool,
    /// Every kind of which there is something.
    pub holdings: Vec<Holding>,
    /// Why they are not taken out now.
    pub hindrances: Vec<Hindrance>,
    /// A visit with changes to decide, if there is one.
    pub undecided_visit: Option<String>,
    /// Changes that were accepted and that the record system has not got.
    pub not_handed_on: u64,
    /// Appointments that are still to come.
    pub to_come: u64,
    /// Messages that wait to be sent.
    pub queued: u64,
}

/// Someone who came without an appointment, as they said it.
pub struct RequestRow {
    /// The number of the request.
    pub id: String,
    /// The whole name.
    pub name: Private,
    /// The date of birth.
    pub birth_date: BirthDate,
    /// The day.
    pub date: Date,
}

impl Held {
    /// The visits, as JSON.
    pub(super) fn visits_json(&self) -> Result<String, DeskError> {
        serde_json::to_string(&self.visits).map_err(|_| DeskError::Unreadable("a visit"))
    }

    /// The numbers by which a report names the patient: theirs, and those of their visits.
    pub(super) fn numbers(&self) -> Vec<&str> {
        self.visits.iter().map(String::as_str).chain([self.patient.as_str()]).collect()
    }

    /// The places of the events, as JSON.
    pub(super) fn events_json(&self) -> String {
        Value::Array(self.events.iter().map(|((kiosk, seq), ..)| serde_json::json!([kiosk, seq])).collect()).to_string()
    }
}

/// Everything that is held of a patient; none if nothing is. What `earlier` found is not looked for again if it still
/// is all of it.
pub(super) fn held(conn: &Connection, patient: &str, earlier: Option<&Held>) -> Result<Option<Held>, DeskError> {
    let sql = "SELECT id FROM appointment WHERE patient_id = ?1
               UNION SELECT t.appointment_id FROM ticket t
               WHERE t.patient_id = ?1 AND NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = t.appointment_id)
               UNION SELECT appointment_id FROM visit WHERE appointment_id = ?1 AND walk_in IS NOT NULL";
    let mut statement = conn.prepare(sql)?;
    let visits: BTreeSet<String> = statement.query_map([patient], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut found = Held { patient: patient.to_owned(), visits, events: Vec::new(), is_shared: false, upto: 0 };
    if let Some(earlier) = earlier.filter(|earlier| earlier.patient == patient && earlier.visits == found.visits) {
        (found.events, found.is_shared, found.upto) = (earlier.events.clone(), earlier.is_shared, earlier.upto);
    }
    let sql = "SELECT kiosk, seq, received_at, body, revision FROM kiosk_event
               WHERE removed_at IS NULL AND revision > ?1 ORDER BY revision";
    let mut statement = conn.prepare(sql)?;
    let mut rows = statement.query([found.upto])?;
    while let Some(row) = rows.next()? {
        let body: String = row.get(3)?;
        found.upto = row.get(4)?;
        // Most events are of others; their numbers are not in the text at all.
        if !body.contains(patient) && !found.visits.iter().any(|id| body.contains(id.as_str())) {
            continue;
        }
        let about = visits_of_event(&body)?;
        let whose: Value = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("an event"))?;
        let named = whose.get("event").and_then(|event| event.get("patient")).and_then(Value::as_str);
        // A kiosk may have said it with a number that was taken for theirs: the visits say whose it is.
        let is_theirs = named == Some(patient) && !about.iter().any(|id| is_of_another(conn, id, patient));
        // A report of a newer kiosk may name them in fields that this version does not know.
        let is_newer = || match serde_json::from_value::<LoggedEvent>(whose.clone()) {
            Ok(logged) => matches!(logged.event.known(), KioskEvent::Newer(_)),
            Err(_) => true,
        };
        let is_theirs = is_theirs || (says_one_of(&whose, &found.numbers()) && is_newer());
        if is_theirs || about.iter().any(|id| found.visits.contains(id)) {
            found.is_shared |= about.iter().any(|id| !found.visits.contains(id));
            found.events.push(((row.get(0)?, row.get(1)?), row.get(2)?, body));
        }
    }
    let has_more =
        "SELECT 1 FROM chart WHERE patient_id = ?1 UNION ALL SELECT 1 FROM eligibility WHERE patient_id = ?1";
    let is_known = !found.visits.is_empty() || !found.events.is_empty() || conn.prepare(has_more)?.exists([patient])?;
    Ok((is_known && !patient.is_empty()).then_some(found))
}

/// Whether the list has this visit for someone else.
fn is_of_another(conn: &Connection, visit: &str, patient: &str) -> bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM appointment WHERE id = ?1 AND patient_id <> ?2)";
    conn.query_row(sql, [visit, patient], |row| row.get(0)).unwrap_or(false)
}

/// Why a patient is not taken out now, and a visit with changes to decide.
pub(super) fn hindrances(
    conn: &Connection,
    held: &Held,
    today: Date,
) -> Result<(Vec<Hindrance>, Option<String>), DeskError> {
    let (visits, today) = (held.visits_json()?, today.to_string());
    let mut found = Vec::new();
    let is_today =
        "SELECT 1 FROM json_each(?1) j WHERE EXISTS (SELECT 1 FROM appointment WHERE id = j.value AND local_date = ?2)
                    OR EXISTS (SELECT 1 FROM visit WHERE appointment_id = j.value AND ticket_date = ?2)
                    OR EXISTS (SELECT 1 FROM reason WHERE appointment_id = j.value AND date = ?2)";
    if conn.prepare(is_today)?.exists([&visits, &today])? {
        found.push(Hindrance::HereToday);
    }
    let open: Vec<_> = of_person(conn, &held.patient)?.into_iter().filter(super::ProposedChange::is_open).collect();
    if !open.is_empty() {
        found.push(Hindrance::Undecided(open.len()));
    }
    if conn.prepare(&format!("SELECT 1 FROM message WHERE {OF_VISITS} AND state = 'sending'"))?.exists([&visits])? {
        found.push(Hindrance::Sending);
    }
    Ok((found, open.first().map(|change| change.appointment.to_string())))
}

/// All names of a patient that are held.
pub(super) fn names(conn: &Connection, held: &Held) -> Result<Vec<Private>, DeskError> {
    let mut found = Vec::new();
    let mut statement = conn.prepare("SELECT body FROM appointment WHERE patient_id = ?1")?;
    let mut rows = statement.query([&held.patient])?;
    while let Some(row) = rows.next()? {
        let person = appointments::read(&row.get::<_, String>(0)?)?.person;
        found.extend([person.given_name, person.family_name]);
        found.extend(person.other_given_names.into_iter().chain(person.other_family_names));
    }
    if let Some(asks) = request(conn, &held.patient)? {
        found.extend([asks.given_name, asks.family_name]);
    }
    Ok(found)
}

/// Whether a text holds one of these names as a word.
pub(super) fn holds_a_name(text: &str, names: &[Private]) -> bool {
    let parts = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric())
            .map(fold_name)
            .filter(|part| part.chars().count() >= NAME_CHARS_MIN)
            .collect()
    };
    let words = parts(text);
    names.iter().flat_map(|name| parts(name.as_str())).any(|part| words.contains(&part))
}

fn request(conn: &Connection, id: &str) -> Result<Option<WalkedIn>, DeskError> {
    let sql = "SELECT walk_in FROM visit WHERE appointment_id = ?1 AND walk_in IS NOT NULL";
    let body: Option<String> = conn.query_row(sql, [id], |row| row.get(0)).optional()?;
    body.map(|body| serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a request"))).transpose()
}

impl ReadOnly {
    /// Everything that is held of a patient; none if nothing is. `patient`: the patient's number, or that of a request
    /// without an appointment.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn held(&mut self, patient: &str) -> Result<Option<Held>, DeskError> {
        let tx = self.conn.transaction()?;
        held(&tx, patient, None)
    }

    /// Whether a text holds one of the patient's names.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn names_them(&mut self, held: &Held, text: &str) -> Result<bool, DeskError> {
        Ok(holds_a_name(text, &names(&self.conn, held)?))
    }

    /// What is held of a patient, counted.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn patient_data(&mut self, held: &Held, now: Timestamp) -> Result<PatientData, DeskError> {
        let tx = self.conn.transaction()?;
        let clinic = settings(&tx)?.day()?;
        let today = clinic.of(now);
        let (visits, events, patient) = (held.visits_json()?, held.events_json(), held.patient.as_str());
        let day = |text: &str| -> Option<Date> {
            let of_time = text.parse::<Timestamp>().ok().map(|at| clinic.of(at));
            of_time.or_else(|| text.parse().ok())
        };
        let mut holdings = Vec::new();
        let mut put = |kind: HoldingKind, count: u64, first: Option<String>, last: Option<String>| {
            let days = first.zip(last).and_then(|(first, last)| Some((day(&first)?, day(&last)?)));
            if count > 0 {
                holdings.push(Holding { kind, count, days });
            }
        };
        let actions = format!(
            "(SELECT at FROM staff_action WHERE {OF_VISITS} UNION ALL SELECT at FROM staff_action WHERE {})",
            OF_EVENTS.replace("?1", "?2")
        );
        let both: [&dyn ToSql; 2] = [&visits, &events];
        let of_visits: [&dyn ToSql; 1] = [&visits];
        let of_events: [&dyn ToSql; 1] = [&events];
        let of_patient: [&dyn ToSql; 1] = [&patient];
        let booked = "booking b LEFT JOIN booking_step s ON s.appointment_id = b.appointment_id
                      WHERE b.appointment_id IN (SELECT value FROM json_each(?1))";
        let came = "visit v LEFT JOIN appointment a ON a.id = v.appointment_id
                    WHERE v.appointment_id IN (SELECT value FROM json_each(?1))";
        let times = |column: &str, from: &str| format!("SELECT COUNT(*), MIN({column}), MAX({column}) FROM {from}");
        use HoldingKind as K;
        let kinds: [(K, String, &[&dyn ToSql]); 12] = [
            (K::Appointments, times("local_date", "appointment WHERE patient_id = ?1"), &of_patient),
            (
                K::Bookings,
                format!("SELECT COUNT(DISTINCT b.appointment_id), MIN(s.at), MAX(s.at) FROM {booked}"),
                &of_visits,
            ),
            (K::Visits, times("COALESCE(v.ticket_date, a.local_date, v.arrived_at)", came), &of_visits),
            (K::Changes, times("at", &format!("proposal WHERE {OF_EVENTS}")), &of_events),
            (K::Accepted, "SELECT COUNT(*), NULL, NULL FROM chart WHERE patient_id = ?1".to_owned(), &of_patient),
            (K::Photos, times("whole_at", &format!("card_photo WHERE {OF_EVENTS} AND removed_at IS NULL")), &of_events),
            (K::PayersAnswers, times("at", "eligibility WHERE patient_id = ?1"), &of_patient),
            (K::StaffActions, times("at", &actions), &both),
            (K::Notes, times("at", &format!("visit_note WHERE {OF_VISITS}")), &of_visits),
            (K::Messages, times("queued_at", &format!("message WHERE {OF_VISITS}")), &of_visits),
            (K::KioskOrders, times("at", &format!("kiosk_order WHERE {OF_VISITS}")), &of_visits),
            (K::Audit, times("at", "audit WHERE patient_id = ?1"), &of_patient),
        ];
        for (kind, sql, values) in kinds {
            if kind == K::Changes {
                let received = || held.events.iter().map(|(_, received, _)| received.clone());
                put(K::Events, held.events.len() as u64, received().min(), received().max());
            }
            let (count, first, last): (i64, Option<String>, Option<String>) =
                tx.query_row(&sql, values, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            put(kind, count.unsigned_abs(), first, last);
        }
        let count = |sql: &str, values: &[&dyn ToSql]| -> Result<u64, DeskError> {
            Ok(tx.query_row(sql, values, |row| row.get::<_, i64>(0))?.unsigned_abs())
        };
        let accepted: u64 = of_person(&tx, patient)?
            .iter()
            .filter(|change| {
                matches!(change.decided, Decided::Accepted(_))
                    && change.batch.is_none()
                    && change.contradicted.is_none()
            })
            .count() as u64;
        let latest: Option<String> = tx
            .query_row(
                "SELECT body FROM appointment WHERE patient_id = ?1 ORDER BY start_at DESC, id LIMIT 1",
                [patient],
                |row| row.get(0),
            )
            .optional()?;
        let person = latest.map(|body| appointments::read(&body)).transpose()?.map(|one| one.person);
        let asks = request(&tx, patient)?;
        let (name, birth_date) = match (&person, &asks) {
            (Some(person), _) => (person.name_for_staff(), Some(person.birth_date)),
            (None, Some(asks)) => (whole_name(asks), Some(asks.birth_date.into())),
            (None, None) => (Private::default(), None),
        };
        let (hindrances, undecided_visit) = hindrances(&tx, held, today)?;
        Ok(PatientData {
            number: patient.to_owned(),
            name,
            birth_date,
            is_request: person.is_none() && asks.is_some(),
            holdings,
            hindrances,
            undecided_visit,
            not_handed_on: accepted,
            to_come: count(
                "SELECT COUNT(*) FROM appointment WHERE patient_id = ?1 AND local_date > ?2",
                params![patient, today.to_string()],
            )?,
            queued: count(&format!("SELECT COUNT(*) FROM message WHERE {OF_VISITS} AND state = 'queued'"), &of_visits)?,
        })
    }
}

fn whole_name(asks: &WalkedIn) -> Private {
    Private::new(format!("{} {}", asks.given_name.as_str().trim(), asks.family_name.as_str().trim()))
}

impl Store {
    /// Requests without an appointment whose name, number or birth date fits every word, the latest first, at most
    /// thirty. As [`Store::find_people`].
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn find_requests(
        &self,
        words: &[&str],
        dates: impl Fn(&str) -> Vec<Date>,
    ) -> Result<Vec<RequestRow>, DeskError> {
        let wanted: Vec<(String, &str, Vec<Date>)> =
            words.iter().map(|word| (fold_name(word), *word, dates(word))).collect();
        let sql = "SELECT appointment_id, walk_in, ticket_date FROM visit
                   WHERE walk_in IS NOT NULL AND ticket_date IS NOT NULL
                   ORDER BY ticket_date DESC, appointment_id";
        let mut statement = self.conn.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let (id, body, date): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let asks: WalkedIn = serde_json::from_str(&body).map_err(|_| DeskError::Unreadable("a request"))?;
            let name = whole_name(&asks);
            let folded: Vec<String> = name.as_str().split_whitespace().map(fold_name).collect();
            let folded = folded.join(" ");
            let fits = |(part, word, dates): &(String, &str, Vec<Date>)| {
                (!part.is_empty() && folded.contains(part.as_str()))
                    || id.eq_ignore_ascii_case(word)
                    || dates.contains(&asks.birth_date.0)
            };
            if !wanted.is_empty() && wanted.iter().all(fits) {
                let date = date.parse().map_err(|_| DeskError::Unreadable("a date"))?;
                found.push(RequestRow { id, name, birth_date: asks.birth_date, date });
            }
            if found.len() == REQUESTS_MAX {
                break;
            }
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_a_text_as_people_write_it_and_no_other_word_is() {
        let names = ["Zoë Maria", "O'Brien-Quick", "Li"].map(Private::from);
        for (text, expected) in [
            ("asked by letter, ZOE signed it", true),
            ("the mother, mrs. quick, came in person", true),
            ("passport of maria seen", true),
            ("came in person, quickly, li", false),
            ("passport seen by the supervisor", false),
        ] {
            assert_eq!(holds_a_name(text, &names), expected, "{text}");
        }
    }
}
