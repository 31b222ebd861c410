//! An invented clinic in a folder: its people, its kiosks, its staff, and some days that have passed.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrivals::clock::ManualClock;
use arrivals::desk::Desk;
use arrivals::desk::service::import::import_file;
use arrivals::desk::store::{StaffAction, StaffWork};
use arrivals::domain::ids::{AppointmentId, KioskId};
use arrivals::domain::queue::{QueueAction, ServicePoint};
use arrivals::domain::settings::ClinicSettings;
use arrivals::domain::staff::Role;
use arrivals::domain::ticket::{Series, TicketNumber};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::crowd::{Random, crowd};

pub const PASSWORD: &str = "correct horse battery";
const SERVICES: [&str; 8] = [
    "Cardiology",
    "Eye clinic",
    "Family medicine",
    "Laboratory",
    "Physiotherapy",
    "Radiology",
    "Surgery",
    "Vaccination",
];
/// So many days before today waits are known from, and so many visits of each service on each.
const PAST: (i64, usize) = (5, 12);

/// So many old visits are of one day.
const OLD_A_DAY: usize = 400;

/// What those who work in it must know.
pub struct Clinic {
    pub date: Date,
    pub kiosks: Vec<Kiosk>,
    pub staff: usize,
    pub people: usize,
}

/// A kiosk and what it has told.
#[derive(Clone)]
pub struct Kiosk {
    pub id: String,
    pub token: String,
    pub series: Series,
    /// The number of the last event that it told.
    pub told: u64,
}

pub fn visit_id(n: usize) -> String {
    format!("visit-{n:04}")
}

/// The number of the visit of this name.
pub fn visit_of(id: &str) -> Option<usize> {
    id.strip_prefix("visit-")?.parse().ok()
}

pub fn service_of(n: usize) -> &'static str {
    SERVICES[n % SERVICES.len()]
}

pub fn user_of(n: usize) -> String {
    format!("staff{n:02}")
}

pub fn point_of(n: usize) -> String {
    format!("Room {}", 101 + n)
}

fn tell(desk: &Desk, kiosk: &Kiosk, event: serde_json::Value) {
    let post = serde_json::from_value(json!({ "kiosk": kiosk.id, "last": kiosk.told, "events": [event] }));
    desk.take_post(&kiosk.token, &post.expect("a post")).expect("taken");
}

/// A zone in which it is about eleven o'clock, so that the story never passes midnight.
fn zone_at(now: Timestamp) -> String {
    let hours = 11 - i64::from(now.to_zoned_datetime(TimeZone::UTC).hour());
    // The sign in these names is the other way round.
    format!("Etc/GMT{:+}", -hours)
}

impl Clinic {
    /// Makes the folder.
    ///
    /// `here` of its people have checked in already. `old` visits are too old to be kept, and marked: the desk deletes
    /// them as soon as it is started.
    pub fn make(folder: &Path, people: usize, here: usize, kiosks: usize, staff: usize, old: usize) -> Self {
        let now = Timestamp::now();
        let zone = zone_at(now);
        let settings = ClinicSettings {
            name: "Invented Clinic".to_owned(),
            time_zone: zone.clone(),
            points: (0..staff).map(|n| ServicePoint { name: point_of(n), queues: Vec::new() }).collect(),
            ..ClinicSettings::default()
        };
        let zone = TimeZone::get(&zone).expect("a fixed zone");
        let clock = ManualClock::at(now);
        let desk = Desk::open(folder, settings, Arc::new(clock.clone())).expect("the folder can be written");
        let kiosks: Vec<Kiosk> = Series::proposed()
            .take(kiosks)
            .map(|series| Kiosk {
                id: format!("kiosk-{series}"),
                token: format!("token-of-an-invented-kiosk-{series}"),
                series,
                told: 0,
            })
            .collect();
        for kiosk in &kiosks {
            desk.enrol_kiosk(&KioskId::from(kiosk.id.as_str()), kiosk.series, &kiosk.token).expect("enrolled");
        }
        for n in 0..staff {
            desk.add_user(&user_of(n), PASSWORD, Role::Desk).expect("a user");
        }
        let date = now.to_zoned_datetime(zone.clone()).date();
        let mut clinic = Self { date, kiosks, staff, people };
        clinic.import(&desk, folder, &zone, old);
        clinic.live_through_old_days(&desk, &clock, &zone, old);
        clinic.live_through_the_past(&desk, &clock, &zone);
        if old > 0 {
            clock.set(now.saturating_sub(SignedDuration::from_hours(48)).expect("a time"));
            desk.clean_up_anyway("bench").expect("marked");
        }
        clock.set(now);
        for n in 0..here {
            let (ticket, id) = (clinic.ticket_of(n), visit_id(n));
            let kiosk = clinic.kiosk_of(n);
            kiosk.told += 1;
            tell(&desk, kiosk, checked_in(kiosk.told, now, &ticket, date, &id));
        }
        clinic
    }

    /// The ticket of a visit: its kiosk's series, and who comes first has the lowest number.
    pub fn ticket_of(&self, n: usize) -> String {
        format!("{}{}", self.kiosks[n % self.kiosks.len()].series, n / self.kiosks.len() + 1)
    }

    /// The visit of a ticket.
    pub fn visit_with(&self, ticket: &str) -> Option<usize> {
        let number: TicketNumber = ticket.parse().ok()?;
        let kiosk = self.kiosks.iter().position(|kiosk| kiosk.series == number.series())?;
        Some((number.count() as usize).checked_sub(1)? * self.kiosks.len() + kiosk)
    }

    fn kiosk_of(&mut self, n: usize) -> &mut Kiosk {
        let kiosks = self.kiosks.len();
        &mut self.kiosks[n % kiosks]
    }

    fn import(&self, desk: &Desk, folder: &Path, zone: &TimeZone, old: usize) {
        let mut random = Random::new(20_261_127);
        let invented = crowd(&mut random, self.people.max(SERVICES.len() * PAST.1));
        let mut text = "appointment_id,start,minutes,status,service,practitioner,place,patient_id,given_name,\
                        family_name,birth_date,phone,payer,member_id\n"
            .to_owned();
        let mut add = |id: String, n: usize, date: Date, minute: usize| {
            let someone = &invented[n % invented.len()].person;
            let midnight = date.to_zoned_datetime(zone.clone()).expect("a day").timestamp();
            let start = midnight.saturating_add(SignedDuration::from_mins(8 * 60 + minute as i64)).expect("a time");
            let (service, given, family) = (service_of(n), someone.given_name.as_str(), someone.family_name.as_str());
            let _ = writeln!(
                text,
                "{id},{start},20,booked,{service},Dr. {service} {},\"Main building, waiting area {}\",\
                 patient-{n:04},\"{given}\",\"{family}\",{},555-010-{:04},Example Health,M{n:06}",
                1 + n / SERVICES.len() % 3,
                1 + n % 3,
                someone.birth_date.written(),
                n % 10_000,
            );
        };
        for n in 0..self.people {
            add(visit_id(n), n, self.date, n * 8 * 60 / self.people);
        }
        for (day, date) in past(self.date) {
            for n in 0..SERVICES.len() * PAST.1 {
                add(format!("past-{day}-{n:04}"), n, date, n * 5);
            }
        }
        for n in 0..old {
            add(format!("old-{n:06}"), n, old_date(self.date, n), n % OLD_A_DAY);
        }
        let file = folder.join("days.csv");
        std::fs::write(&file, text).expect("the folder can be written");
        let summary = import_file(desk, &file, &mut |_| {}).unwrap_or_else(|_| panic!("the invented list can be read"));
        assert_eq!(summary.refused, 0, "the invented list is right");
    }

    /// Days that are too old to be kept: everyone came and was done.
    fn live_through_old_days(&mut self, desk: &Desk, clock: &ManualClock, zone: &TimeZone, old: usize) {
        let Some(kiosk) = self.kiosks.last_mut() else { return };
        for n in 0..old {
            let date = old_date(self.date, n);
            let at = date
                .to_zoned_datetime(zone.clone())
                .expect("a day")
                .timestamp()
                .saturating_add(SignedDuration::from_hours(9))
                .expect("a time");
            clock.set(at);
            let id = format!("old-{n:06}");
            kiosk.told += 1;
            tell(desk, kiosk, checked_in(kiosk.told, at, &format!("{}{}", kiosk.series, 1 + n % OLD_A_DAY), date, &id));
            desk.act(&StaffWork::Visit(AppointmentId::new(id)), StaffAction::Done, "staff00").expect("the file");
        }
    }

    /// Days on which everyone came, was called and was seen, so that it is known how long it takes.
    fn live_through_the_past(&mut self, desk: &Desk, clock: &ManualClock, zone: &TimeZone) {
        let Some(kiosk) = self.kiosks.last_mut() else { return };
        for (day, date) in past(self.date) {
            let opens = date
                .to_zoned_datetime(zone.clone())
                .expect("a day")
                .timestamp()
                .saturating_add(SignedDuration::from_hours(8))
                .expect("a time");
            clock.set(opens);
            for n in 0..SERVICES.len() * PAST.1 {
                let id = format!("past-{day}-{n:04}");
                kiosk.told += 1;
                tell(desk, kiosk, checked_in(kiosk.told, opens, &format!("{}{}", kiosk.series, n + 1), date, &id));
                let id = AppointmentId::new(id);
                let step =
                    |action: &QueueAction| desk.queue_step(&id, action, "staff00").expect("the file").expect("a step");
                clock.advance(Duration::from_secs(120));
                desk.call_this(&id, Some(&point_of(n % self.staff)), "staff00").expect("the file").expect("called");
                clock.advance(Duration::from_secs(60));
                step(&QueueAction::Start);
                clock.advance(Duration::from_secs(120));
                step(&QueueAction::Finish);
            }
        }
    }
}

/// The day of an old visit: the last of them is longer ago than visits are kept.
fn old_date(today: Date, n: usize) -> Date {
    today.saturating_sub(SignedDuration::from_hours(
        24 * (800 - i64::try_from(n / OLD_A_DAY).unwrap_or_default()).max(410),
    ))
}

fn past(date: Date) -> impl Iterator<Item = (i64, Date)> {
    (1..=PAST.0).rev().filter_map(move |day| Some((day, date.checked_sub(SignedDuration::from_hours(24 * day)).ok()?)))
}

/// What a kiosk tells of someone who has checked in.
pub fn checked_in(seq: u64, at: Timestamp, ticket: &str, date: Date, visit: &str) -> serde_json::Value {
    json!({ "seq": seq, "at": at, "event": {
        "kind": "checked-in", "ticket": { "number": ticket, "date": date }, "patient": "p", "appointments": [visit],
        "language": "en", "call_as": "number", "details": "yes", "insurance": "yes",
    } })
}

/// And what it tells when the printer has answered.
pub fn printed(seq: u64, at: Timestamp, ticket: &str, date: Date, visit: &str) -> serde_json::Value {
    json!({ "seq": seq, "at": at, "event": {
        "kind": "ticket-printed", "ticket": { "number": ticket, "date": date }, "outcome": "printed",
        "appointments": [visit],
    } })
}
