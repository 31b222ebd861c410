//! What is too old to be kept: whole days, as groups of which each goes or stays as one.
//!
//! Invariants: it is looked for on a connection of its own, so that no one waits meanwhile; a day on which someone
//! still waits, was called or is in a room stays whole, however old it is; an event and the visits that it speaks of
//! are in one group; no statement here reads a table from its first row to its last.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::Value;

use super::forget::{EventKey, Forgotten};
use super::worked::worked_until_in;
use super::{ReadOnly, revision, settings, timestamp};
use crate::desk::base::error::DeskError;
use crate::domain::clinic_day::ClinicDay;

/// What kiosks and staff say of a day comes within this many days after it.
const LATE_DAYS: i64 = 45;

/// The statements by which old days are found.
pub(super) mod sql {
    pub const EVENTS: &str =
        "SELECT kiosk, seq, body, received_at, revision FROM kiosk_event WHERE removed_at IS NULL AND received_at < ?1";
    pub const REASONS: &str =
        "SELECT appointment_id FROM reason WHERE kiosk = ?1 AND seq = ?2 AND appointment_id <> ''";
    pub const BY_HAND: &str = "SELECT appointment_id, detail, at, revision FROM staff_action
         WHERE at < ?1 AND appointment_id IS NOT NULL AND detail LIKE '%\"by_hand\"%'";
    /// Whatever the clock said when it came: a visit of a day that is kept, or that no one has closed.
    pub const IS_NEAR: &str = "SELECT 1 FROM appointment WHERE id = ?1 AND local_date >= ?2
         UNION ALL SELECT 1 FROM visit WHERE appointment_id = ?1
         AND (ticket_date >= ?2 OR state IN ('asks', 'arrived', 'held', 'called', 'with-clinician'))";
    pub const LISTED: &str = "SELECT id, local_date FROM appointment WHERE local_date < ?1 ORDER BY local_date, id";
    pub const OPEN: &str =
        "SELECT v.ticket_date, a.local_date FROM visit v LEFT JOIN appointment a ON a.id = v.appointment_id
         WHERE v.state IN ('asks', 'arrived', 'held', 'called', 'with-clinician')";
    pub const TICKETS_OF_DAY: &str = "SELECT appointment_id FROM visit WHERE ticket_date = ?1";
    pub const LISTED_OF_DAY: &str = "SELECT id FROM appointment WHERE local_date = ?1";
    pub const SAID_LATER: &str =
        "SELECT body FROM kiosk_event WHERE removed_at IS NULL AND received_at >= ?1 AND received_at < ?2";
    pub const DONE_LATER: &str =
        "SELECT DISTINCT appointment_id FROM staff_action WHERE at >= ?1 AND at < ?2 AND appointment_id IS NOT NULL";
    pub const REASON_LATER: &str =
        "SELECT DISTINCT r.appointment_id FROM kiosk_event e JOIN reason r ON r.kiosk = e.kiosk AND r.seq = e.seq
         WHERE e.received_at >= ?1 AND e.received_at < ?2 AND r.appointment_id <> ''";
    /// The first of what came or was done in some span.
    pub const FIRST_EVENT: &str = "SELECT MIN(+revision) FROM kiosk_event WHERE received_at >= ?1 AND received_at < ?2";
    pub const FIRST_DEED: &str = "SELECT MIN(+revision) FROM staff_action WHERE at >= ?1 AND at < ?2";
    pub const WAITING: &str = "SELECT p.kiosk, p.seq FROM proposal p WHERE p.decision = 'accepted'
         AND NOT EXISTS (SELECT 1 FROM exported_change e WHERE e.revision = p.decided_revision)
         AND NOT EXISTS (SELECT 1 FROM contradicted_change c WHERE c.revision = p.decided_revision)";
    /// Whether anything of the days that are kept speaks of a visit.
    pub const SPOKEN_OF: &str = "SELECT 1 FROM staff_action WHERE appointment_id = ?1 AND at >= ?2
         UNION ALL SELECT 1 FROM ticket t JOIN kiosk_event e ON e.kiosk = t.kiosk AND e.seq = t.seq
         WHERE t.appointment_id = ?1 AND e.received_at >= ?2
         UNION ALL SELECT 1 FROM reason r JOIN kiosk_event e ON e.kiosk = r.kiosk AND e.seq = r.seq
         WHERE r.appointment_id = ?1 AND e.received_at >= ?2";
}

/// What is too old to be kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Old {
    /// The first day that is kept.
    pub before: Date,
    /// The days before it that stay because someone's visit is still open.
    pub open: BTreeSet<Date>,
    /// How many different days it is of.
    pub days: usize,
    /// What goes together.
    pub(super) groups: Vec<Group>,
    /// The latest change when it was looked for.
    pub(super) revision: u64,
}

/// Events and visits that speak of each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub events: Vec<EventKey>,
    pub visits: Vec<String>,
    pub appointments: Vec<String>,
}

impl Group {
    pub fn len(&self) -> usize {
        self.events.len() + self.visits.len() + self.appointments.len()
    }
}

impl Old {
    /// How much it is.
    #[must_use]
    pub fn count(&self) -> Forgotten {
        self.groups.iter().fold(Forgotten::default(), |sum, group| Forgotten {
            appointments: sum.appointments + group.appointments.len(),
            visits: sum.visits + group.visits.len(),
            events: sum.events + group.events.len(),
        })
    }
}

/// An event or something done by hand: the visits that it speaks of, and the day of it.
struct Word {
    event: Option<EventKey>,
    visits: Vec<String>,
    day: Date,
    /// When it came, in the order of everything: this cannot be wrong.
    revision: i64,
    /// What its kiosk's clock says of it.
    clock: KioskClock,
}

/// What a kiosk's clock says of an event that is old by the desk's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KioskClock {
    /// It is old, or there is no second clock.
    Agrees,
    /// It is of the days that are kept.
    SaysKept,
    /// It is of days that have not come: that clock was wrong, so it says nothing.
    WasAhead,
}

/// When the desk's clock was wrong, by events whose kiosks disagree with it. Where a kiosk's clock was wrong too, this
/// is all that is known.
#[derive(Debug, Default)]
struct Doubt {
    /// The first such event, in the order of everything.
    first: Option<i64>,
    /// The days, by the desk's clock, on which one came.
    days: BTreeSet<Date>,
}

impl Doubt {
    fn of(words: &[Word]) -> Self {
        let disagree = || words.iter().filter(|word| word.clock == KioskClock::SaysKept);
        Self { first: disagree().map(|word| word.revision).min(), days: disagree().map(|word| word.day).collect() }
    }

    fn is_about(&self, word: &Word) -> bool {
        self.first.is_some_and(|first| word.revision > first) || self.days.contains(&word.day)
    }
}

impl ReadOnly {
    /// What is of days before `before`, except what the record system still waits for and days on which a visit is
    /// still open.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn old_days(&mut self, before: Date) -> Result<Old, DeskError> {
        let tx = self.conn.transaction()?;
        let days = settings(&tx)?.day()?;
        let revision = revision(&tx)?;
        let Some(from) = days.begin_of(before) else { return Ok(Old { before, ..Old::default() }) };
        let day = before.to_string();
        let open: BTreeSet<Date> = open_days(&tx)?.into_iter().filter(|date| *date < before).collect();
        // What was noted of later days than the last one on which people worked was noted by a clock that ran ahead.
        let until = worked_until_in(&tx)?.and_then(|last| days.begin_of(last.saturating_add(1.day()))).unwrap_or(from);
        let mut words = said_before(&tx, (from, until), &days)?;
        words.extend(done_by_hand_before(&tx, from, &days)?);

        let mut kept = said_later(&tx, from)?;
        for date in &open {
            for sql in [sql::TICKETS_OF_DAY, sql::LISTED_OF_DAY] {
                let mut statement = tx.prepare_cached(sql)?;
                for id in statement.query_map([date.to_string()], |row| row.get::<_, String>(0))? {
                    kept.insert(id?);
                }
            }
        }
        let mut is_near = tx.prepare(sql::IS_NEAR)?;
        for id in words.iter().flat_map(|word| &word.visits) {
            if !kept.contains(id) && is_near.exists([id, &day])? {
                kept.insert(id.clone());
            }
        }
        let waiting = waiting_events(&tx)?;
        let first_kept = first_kept(&tx, (from, until))?;
        // The desk's clock alone is not believed: what came after something of the days that are kept, or was said then
        // by its kiosk's clock, is not older than they are.
        let doubt = Doubt::of(&words);
        let came_later = |word: &Word| {
            word.clock == KioskClock::SaysKept
                || first_kept.is_some_and(|first| word.revision > first)
                || (word.clock == KioskClock::WasAhead && doubt.is_about(word))
        };
        let stays = |word: &Word| {
            came_later(word) || open.contains(&word.day) || word.event.as_ref().is_some_and(|key| waiting.contains(key))
        };
        for word in words.iter().filter(|word| stays(word)) {
            kept.extend(word.visits.iter().cloned());
        }
        // Anyone who shares an event or a deed with someone who stays, stays.
        loop {
            let before = kept.len();
            for word in &words {
                if word.visits.iter().any(|id| kept.contains(id)) {
                    kept.extend(word.visits.iter().cloned());
                }
            }
            if kept.len() == before {
                break;
            }
        }
        words.retain(|word| !stays(word) && !word.visits.iter().any(|id| kept.contains(id)));

        let mut days: BTreeSet<Date> = words.iter().map(|word| word.day).collect();
        let mut groups = Grouping::of(&words);
        let mut listed = tx.prepare(sql::LISTED)?;
        let mut is_spoken_of = tx.prepare(sql::SPOKEN_OF)?;
        let mut rows = listed.query([&day])?;
        while let Some(row) = rows.next()? {
            let (id, date): (String, String) = (row.get(0)?, row.get(1)?);
            if groups.knows(&id) || (!kept.contains(&id) && !is_spoken_of.exists([&id, &from.to_string()])?) {
                days.extend(date.parse::<Date>().ok());
                groups.list(id);
            }
        }
        Ok(Old { before, open, days: days.len(), groups: groups.groups, revision })
    }
}

/// The groups as they come together.
struct Grouping {
    groups: Vec<Group>,
    of_visit: BTreeMap<String, usize>,
}

impl Grouping {
    fn of(words: &[Word]) -> Self {
        // By number each visit's group, as a chain of which the last number stands for all.
        let mut over: Vec<usize> = Vec::new();
        fn top(over: &[usize], mut at: usize) -> usize {
            while let Some(next) = over.get(at).copied().filter(|next| *next != at) {
                at = next;
            }
            at
        }
        let mut number: BTreeMap<&str, usize> = BTreeMap::new();
        let mut first_of: Vec<Option<usize>> = Vec::with_capacity(words.len());
        for word in words {
            let mut first = None;
            for id in &word.visits {
                let own = *number.entry(id).or_insert_with(|| {
                    over.push(over.len());
                    over.len() - 1
                });
                let own = top(&over, own);
                let other = first.map_or(own, |first| top(&over, first));
                if let Some(place) = over.get_mut(own) {
                    *place = other;
                }
                first = Some(other);
            }
            first_of.push(first);
        }
        let mut groups: Vec<Group> = Vec::new();
        let mut place_of: BTreeMap<usize, usize> = BTreeMap::new();
        let new = |groups: &mut Vec<Group>| {
            groups.push(Group::default());
            groups.len() - 1
        };
        let mut of_visit = BTreeMap::new();
        for (id, own) in &number {
            let place = *place_of.entry(top(&over, *own)).or_insert_with(|| new(&mut groups));
            if let Some(group) = groups.get_mut(place) {
                group.visits.push((*id).to_owned());
                of_visit.insert((*id).to_owned(), place);
            }
        }
        for (word, first) in words.iter().zip(first_of) {
            let Some(event) = &word.event else { continue };
            let place = match first.and_then(|first| place_of.get(&top(&over, first))) {
                Some(place) => *place,
                None => new(&mut groups),
            };
            if let Some(group) = groups.get_mut(place) {
                group.events.push(event.clone());
            }
        }
        Self { groups, of_visit }
    }

    fn knows(&self, visit: &str) -> bool {
        self.of_visit.contains_key(visit)
    }

    /// An appointment of the list goes too.
    fn list(&mut self, id: String) {
        match self.of_visit.get(&id).and_then(|place| self.groups.get_mut(*place)) {
            Some(group) => group.appointments.push(id),
            None => self.groups.push(Group { appointments: vec![id], ..Group::default() }),
        }
    }
}

/// What is known of every event: when it was, by its kiosk's clock.
#[derive(Deserialize)]
struct Head {
    at: Timestamp,
}

/// The visits that an event speaks of.
pub(super) fn visits_of_event(body: &str) -> Result<Vec<String>, DeskError> {
    let body: Value = serde_json::from_str(body).map_err(|_| DeskError::Unreadable("an event"))?;
    let event = body.get("event");
    let many = event.and_then(|event| event.get("appointments")).and_then(Value::as_array).into_iter().flatten();
    let one = event.and_then(|event| event.get("appointment"));
    Ok(many.chain(one).filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The visits that something done by hand speaks of.
fn visits_by_hand(id: &str, detail: &str) -> Vec<String> {
    let detail: Value = serde_json::from_str(detail).unwrap_or_default();
    let more = detail.get("visits").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    more.chain([id]).map(str::to_owned).collect()
}

fn said_before(
    conn: &Connection,
    (from, until): (Timestamp, Timestamp),
    day: &ClinicDay,
) -> Result<Vec<Word>, DeskError> {
    let mut by_person = conn.prepare(sql::REASONS)?;
    let mut statement = conn.prepare(sql::EVENTS)?;
    let mut rows = statement.query([from.to_string()])?;
    let mut words = Vec::new();
    while let Some(row) = rows.next()? {
        let key: EventKey = (row.get(0)?, row.get(1)?);
        let body: String = row.get(2)?;
        let mut visits = visits_of_event(&body)?;
        let clock = match serde_json::from_str::<Head>(&body) {
            Ok(head) if head.at >= until => KioskClock::WasAhead,
            Ok(head) if head.at >= from => KioskClock::SaysKept,
            _ => KioskClock::Agrees,
        };
        // A stop may name the person alone: it is about their visits of that day.
        for id in by_person.query_map(params![key.0, key.1], |row| row.get(0))? {
            visits.push(id?);
        }
        let day = day.of(timestamp(&row.get::<_, String>(3)?)?);
        words.push(Word { event: Some(key), visits, day, revision: row.get(4)?, clock });
    }
    Ok(words)
}

/// The first of what came or was done in some span.
fn first_kept(conn: &Connection, (from, until): (Timestamp, Timestamp)) -> Result<Option<i64>, DeskError> {
    let mut first = None;
    for sql in [sql::FIRST_EVENT, sql::FIRST_DEED] {
        let found: Option<i64> =
            conn.prepare_cached(sql)?.query_row([from.to_string(), until.to_string()], |row| row.get(0))?;
        first = first.into_iter().chain(found).min();
    }
    Ok(first)
}

/// What staff did by hand says more than one visit too.
fn done_by_hand_before(conn: &Connection, from: Timestamp, day: &ClinicDay) -> Result<Vec<Word>, DeskError> {
    let mut statement = conn.prepare(sql::BY_HAND)?;
    let mut rows = statement.query([from.to_string()])?;
    let mut words = Vec::new();
    while let Some(row) = rows.next()? {
        let visits = visits_by_hand(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?);
        let day = day.of(timestamp(&row.get::<_, String>(2)?)?);
        words.push(Word { event: None, visits, day, revision: row.get(3)?, clock: KioskClock::Agrees });
    }
    Ok(words)
}

/// The days of visits that no one has closed: by their ticket, and by their appointment.
fn open_days(conn: &Connection) -> Result<BTreeSet<Date>, DeskError> {
    let mut statement = conn.prepare(sql::OPEN)?;
    let mut rows = statement.query([])?;
    let mut days = BTreeSet::new();
    while let Some(row) = rows.next()? {
        for date in [row.get::<_, Option<String>>(0)?, row.get(1)?].into_iter().flatten() {
            days.insert(date.parse().map_err(|_| DeskError::Unreadable("a date"))?);
        }
    }
    Ok(days)
}

/// Visits that kiosks or staff spoke of after the days that go.
fn said_later(conn: &Connection, from: Timestamp) -> Result<BTreeSet<String>, DeskError> {
    let until = from.saturating_add(SignedDuration::from_hours(24 * LATE_DAYS)).unwrap_or(Timestamp::MAX);
    let span = (from.to_string(), until.to_string());
    let mut kept = BTreeSet::new();
    let mut statement = conn.prepare(sql::SAID_LATER)?;
    let mut rows = statement.query(params![span.0, span.1])?;
    while let Some(row) = rows.next()? {
        kept.extend(visits_of_event(&row.get::<_, String>(0)?)?);
    }
    for sql in [sql::DONE_LATER, sql::REASON_LATER] {
        let mut statement = conn.prepare(sql)?;
        for id in statement.query_map(params![span.0, span.1], |row| row.get::<_, String>(0))? {
            kept.insert(id?);
        }
    }
    Ok(kept)
}

/// Events with a change that was accepted and that the record system still waits for.
fn waiting_events(conn: &Connection) -> Result<BTreeSet<EventKey>, DeskError> {
    let mut statement = conn.prepare(sql::WAITING)?;
    let keys = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::queue::VisitState;

    /// The statement and the index name the states that are open; here it is seen that none is missing.
    #[test]
    fn a_visit_is_open_here_as_it_is_everywhere() {
        use VisitState::{Arrived, Asks, Called, Cancelled, Done, Expected, Held, NoShow, WithClinician};
        for state in [Expected, Asks, Arrived, Held, Called, WithClinician, Done, NoShow, Cancelled] {
            let is_named = sql::OPEN.contains(&format!("'{}'", state.code()));
            // Who is expected on a day long past did not come.
            assert_eq!(is_named, state.is_open() && state != Expected, "{state:?}");
        }
    }

    #[test]
    fn where_both_clocks_were_wrong_the_events_around_it_decide() {
        let word = |clock, revision, day| Word { event: None, visits: Vec::new(), day, revision, clock };
        let (wrong, right) = (Date::constant(2025, 3, 7), Date::constant(2025, 2, 1));
        let ahead = |revision, day| word(KioskClock::WasAhead, revision, day);
        let words = [ahead(1, right), word(KioskClock::SaysKept, 3, wrong)];
        let doubt = Doubt::of(&words);
        assert!(!doubt.is_about(&ahead(1, right)), "before the desk's clock was wrong");
        assert!(doubt.is_about(&ahead(2, wrong)), "on a day that was none");
        assert!(doubt.is_about(&ahead(4, right)), "after something of the days that are kept");
        assert!(!Doubt::of(&words[..1]).is_about(&ahead(4, wrong)), "no one disagrees with the desk's clock");
    }

    #[test]
    fn what_shares_a_visit_is_one_group() {
        let word = |seq: i64, visits: &[&str]| Word {
            event: Some(("lobby".to_owned(), seq)),
            visits: visits.iter().map(|id| (*id).to_owned()).collect(),
            day: Date::default(),
            revision: 0,
            clock: KioskClock::Agrees,
        };
        let words = [
            word(1, &["a"]),
            word(2, &["b", "c"]),
            word(3, &[]),
            word(4, &["d"]),
            word(5, &["c", "d", "a"]),
            word(6, &["e", "e"]),
        ];
        let mut groups = Grouping::of(&words);
        groups.list("d".to_owned());
        groups.list("x".to_owned());
        let mut found: Vec<(Vec<i64>, String, String)> = groups
            .groups
            .iter()
            .map(|group| {
                (group.events.iter().map(|(_, seq)| *seq).collect(), group.visits.concat(), group.appointments.concat())
            })
            .collect();
        found.sort();
        let expected = [(vec![], "", "x"), (vec![1, 2, 4, 5], "abcd", "d"), (vec![3], "", ""), (vec![6], "e", "")];
        assert_eq!(found, expected.map(|(events, visits, listed)| (events, visits.to_owned(), listed.to_owned())));
    }
}
