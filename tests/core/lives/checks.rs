//! What must hold after every step, and what must agree in the end.

use std::collections::{BTreeMap, BTreeSet};

use arrivals::desk::Desk;
use arrivals::desk::store::Verified;
use arrivals::domain::event::LoggedEvent;
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::reason::Reason;
use arrivals::domain::ticket::Ticket;
use arrivals::domain::visit::VisitRow;
use jiff::ToSpan;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension, params};

use super::kiosk::Kiosk;
use super::model::Model;

/// A number on a paper, and who has it.
#[derive(Debug, Clone)]
pub struct Paper {
    pub who: String,
    pub visit: AppointmentId,
    pub ticket: Ticket,
    pub kind: Kind,
    /// On which card of which kiosk it is; none if staff gave it out.
    pub card: Option<(usize, u64)>,
    /// The desk was restored to before it, and it was the work of staff, or the card has been replaced since: no one
    /// can know it any more.
    pub is_lost: bool,
}

/// How sure it is that nobody else has the number of a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Sure,
    /// The kiosk had heard nothing of the desk since its start.
    Unsure,
    /// One of the two was an older program, which does not say which numbers are taken.
    Older,
    /// The kiosk had the letters of another one, and had heard nothing of the desk.
    Foreign,
    /// The kiosk's clock was on another day.
    OtherDay,
    ByHand,
}

/// No two people have papers with one number and date, unless their kiosks could not know.
pub fn papers_differ(papers: &[Paper], new: &Paper) {
    for other in papers.iter().filter(|other| other.ticket == new.ticket && other.who != new.who) {
        let is = |kind| [other.kind, new.kind].contains(&kind);
        let could_not_know = other.is_lost
            || is(Kind::Foreign)
            || is(Kind::Older)
            || is(Kind::OtherDay)
            || (other.kind, new.kind) == (Kind::Unsure, Kind::Unsure);
        assert!(could_not_know, "{:?} is on two papers: {other:?} {new:?}", new.ticket);
    }
}

pub fn after_a_step(desk: &Desk, file: &Connection, model: &Model, limit: Date, new: &[(KioskId, LoggedEvent)]) {
    for (kiosk, event) in new {
        is_held(file, kiosk, event);
    }
    everything_open_is_shown(desk, file, model);
    nothing_new_is_removed(file, model, limit);
}

/// What the desk said that it has, it has.
fn is_held(file: &Connection, kiosk: &KioskId, event: &LoggedEvent) {
    let mut statement =
        file.prepare_cached("SELECT body, removed_at FROM kiosk_event WHERE kiosk = ?1 AND seq = ?2").unwrap();
    let row: Option<(String, Option<String>)> = statement
        .query_row(params![kiosk.as_str(), event.seq.0.cast_signed()], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .unwrap();
    let (body, removed) = row.unwrap_or_else(|| panic!("{kiosk} {event:?} was acknowledged and is not there"));
    let held: serde_json::Value = serde_json::from_str(&body).unwrap();
    if removed.is_none() {
        // The date of a ticket is cut where the kiosk's clock is far off.
        let plain = |mut value: serde_json::Value| {
            value["event"]["ticket"]["date"] = serde_json::Value::Null;
            value
        };
        assert_eq!(
            plain(held),
            plain(serde_json::to_value(event).unwrap()),
            "{kiosk}: acknowledged was something else"
        );
    }
}

fn everything_open_is_shown(desk: &Desk, file: &Connection, model: &Model) {
    let today = desk.today().unwrap();
    let whole = desk.today_read_whole().unwrap();
    assert!(
        today.list.rows().eq(whole.list.rows()) && today.stops == whole.stops,
        "what was followed is not what is read whole"
    );
    let shown: BTreeMap<&str, _> = today.list.rows().map(|row| (row.id.as_str(), &**row)).collect();
    let sql = "SELECT appointment_id FROM visit WHERE state IN ('asks', 'arrived', 'held', 'called', 'with-clinician')";
    let open: BTreeSet<String> =
        file.prepare_cached(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for visit in &open {
        assert!(
            shown.get(visit.as_str()).is_some_and(|row| row.state.is_open()),
            "{visit} is open and not on the list"
        );
    }
    for visit in &model.open {
        let is_open = open.contains(visit);
        assert!(
            is_open,
            "{visit} is here and no one has closed the visit, but it is {:?}",
            desk.visit(&AppointmentId::new(visit.as_str()))
        );
    }
    let stops = desk.with_store(|store| store.stops_at(today.at)).unwrap();
    let open_stops: BTreeSet<(&str, Reason)> = stops
        .iter()
        .filter(|stop| stop.latest.taken.is_none())
        .map(|stop| (stop.latest.kiosk.as_str(), stop.latest.reason))
        .collect();
    for (kiosk, seq, visit, reason) in &model.reasons {
        if visit.is_empty() {
            assert!(
                open_stops.contains(&(kiosk.as_str(), *reason)),
                "{kiosk} {seq} {reason:?} is unresolved and not on the list"
            );
        } else {
            // One reason that came more than once is shown once.
            let is_it = |row: &&VisitRow| row.reasons.iter().any(|one| one.reason == *reason && one.taken.is_none());
            let row = shown.get(visit.as_str());
            assert!(row.is_some_and(is_it), "{kiosk} {seq} {reason:?} of {visit} is unresolved and not on the list");
        }
    }
    let mut holders: BTreeMap<String, &str> = BTreeMap::new();
    for row in today.list.rows().filter(|row| row.state.is_open()) {
        if let Some(ticket) = row.ticket
            && let Some(other) = holders.insert(ticket.number.to_string(), row.id.as_str())
        {
            panic!("{ticket:?} is {other}'s and {}'s, and both are here", row.id);
        }
    }
}

fn nothing_new_is_removed(file: &Connection, model: &Model, limit: Date) {
    let mut statement = file.prepare_cached("SELECT COUNT(*) FROM appointment WHERE local_date >= ?1").unwrap();
    let listed: u32 = statement.query_row([limit.to_string()], |row| row.get(0)).unwrap();
    let expected = model.listed.values().filter(|day| **day >= limit).count();
    assert_eq!(listed as usize, expected, "appointments since {limit}");
    // All of them are of the simulated days, whatever a clock said when they came.
    let removed = file
        .prepare_cached(
            "SELECT kiosk || ' ' || seq || ', change ' || revision || ', came ' || received_at || ': ' || body
             FROM kiosk_event WHERE removed_at IS NOT NULL LIMIT 1",
        )
        .unwrap()
        .query_row([], |row| row.get::<_, String>(0))
        .optional()
        .unwrap();
    assert_eq!(removed, None, "a report is gone that came after {limit}");
    let known: BTreeSet<String> = file
        .prepare_cached("SELECT appointment_id FROM visit")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for visit in &model.closed {
        assert!(known.contains(visit), "{visit} was closed and is gone");
    }
}

/// Every position of a kiosk's log is there, or declared to be lost. Answers how many are lost.
pub fn logs_are_whole(desk: &Desk, file: &Connection, kiosk: &KioskId) -> u64 {
    let numbers = |sql: &str| -> Vec<(u64, u64)> {
        let mut statement = file.prepare_cached(sql).unwrap();
        let rows = statement.query_map([kiosk.as_str()], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    let there: BTreeSet<u64> =
        numbers("SELECT seq, seq FROM kiosk_event WHERE kiosk = ?1").into_iter().map(|(seq, _)| seq).collect();
    let gaps = numbers("SELECT first, last FROM kiosk_gap WHERE kiosk = ?1");
    let held = desk.held(kiosk).unwrap().0;
    let mut lost = 0;
    for seq in 1..=held {
        let is_declared = gaps.iter().any(|(first, last)| (*first..=*last).contains(&seq));
        lost += u64::from(is_declared && !there.contains(&seq));
        assert!(is_declared || there.contains(&seq), "{kiosk}: {seq} of {held} is neither there nor declared");
    }
    assert!(there.last().is_none_or(|last| *last <= held));
    lost
}

/// The kiosk knows the days that the desk tells as the desk knows them.
pub fn same_list(desk: &Desk, kiosk: &Kiosk, today: Date) -> bool {
    let days = today..=today + 6.days();
    let of_desk = desk.with_store(|store| {
        let mut ids = BTreeSet::new();
        for n in 0..7 {
            ids.extend(
                store.visits_of(today + n.days())?.into_iter().filter_map(|row| row.appointment).map(|one| one.id),
            );
        }
        Ok(ids)
    });
    let day = desk.settings().day().unwrap();
    let list = kiosk.store().list().unwrap();
    let of_kiosk: BTreeSet<AppointmentId> =
        list.iter().filter(|one| days.contains(&day.of(one.start))).map(|one| one.id.clone()).collect();
    let of_desk: BTreeSet<AppointmentId> = of_desk
        .unwrap()
        .into_iter()
        .filter(|id| {
            desk.with_store(|store| store.appointment(id)).unwrap().is_some_and(|one| days.contains(&day.of(one.start)))
        })
        .collect();
    of_desk == of_kiosk
}

/// Whoever holds a paper is at the desk once, with a number of theirs or one of the desk's; all else is declared.
pub fn everyone_is_known(desk: &Desk, file: &Connection, model: &Model, papers: &[Paper], lost: u64) {
    let mut of_each: BTreeMap<&str, Vec<&Paper>> = BTreeMap::new();
    for paper in papers {
        of_each.entry(&paper.who).or_default().push(paper);
    }
    let (mut unknown, mut holders) = (Vec::new(), BTreeMap::<Ticket, &str>::new());
    for (who, papers) in &of_each {
        let mut visits: BTreeSet<AppointmentId> = papers.iter().map(|paper| paper.visit.clone()).collect();
        if papers.iter().any(|paper| paper.visit.is_of_request()) {
            // Two requests may have had one number on their papers: who it is counts.
            let mut statement =
                file.prepare_cached("SELECT appointment_id FROM visit WHERE walk_in ->> '$.given_name' = ?1").unwrap();
            visits = statement
                .query_map([who], |row| row.get::<_, String>(0))
                .unwrap()
                .map(|id| AppointmentId::new(id.unwrap()))
                .collect();
        }
        let mut found = visits.iter().filter_map(|visit| desk.with_store(|store| store.visit(visit)).unwrap()?.ticket);
        let ticket = found.next();
        assert!(found.next().is_none(), "{who} is there twice");
        let Some(ticket) = ticket else {
            if visits.iter().any(|visit| model.undone.contains(visit.as_str()))
                || papers.iter().all(|paper| paper.is_lost)
            {
                continue;
            }
            unknown.push(papers);
            continue;
        };
        let is_on_paper = papers.iter().any(|paper| paper.ticket.number == ticket.number);
        assert!(
            is_on_paper || ticket.number.to_string().starts_with('D'),
            "{who} is {ticket:?}, the papers say {papers:?}"
        );
        if let Some(other) = holders.insert(ticket, who) {
            panic!("{ticket:?} is {other}'s and {who}'s");
        }
    }
    assert!(unknown.len() as u64 <= lost, "no one knows {unknown:?}; {lost} reports are declared to be lost");
}

/// What is shown follows from what was told and done.
pub fn rebuilt_is_the_same(desk: &Desk, days: &[Date]) {
    let rows =
        || -> Vec<_> { days.iter().map(|day| desk.with_store(|store| store.visits_of(*day)).unwrap()).collect() };
    let before = rows();
    desk.with_store(arrivals::desk::store::Store::rebuild_visits).unwrap();
    for (before, after) in before.iter().flatten().zip(rows().iter().flatten()) {
        assert_eq!(before, after, "rebuilt, the list is another one");
    }
    assert!(before == rows(), "rebuilt, the list is another one");
}

pub fn file_is_whole(desk: &Desk, file: &Connection) {
    assert!(matches!(desk.verify_audit(None).unwrap(), Verified::Whole { .. }), "the audit is not whole");
    let whole: String = file.query_row("PRAGMA quick_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}
