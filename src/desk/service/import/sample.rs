//! An invented clinic day of today, for trying a desk out.
//!
//! Invariants: its patients are invented; it goes only into a desk that has no appointments but those of earlier sample
//! days, so it is never among real ones; its times lie around the present hour and all on today's date.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};

use super::preview::{Kind, ReadList};
use super::{ImportError, Report, Summary};
use crate::desk::Desk;
use crate::desk::store::Unsaid;
use crate::domain::appointment::Appointment;
use crate::domain::ids::AppointmentId;

/// The list that the tests have, too.
const LIST: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/day.csv"));
/// How its times are written.
const ITS_ZONE: &str = "America/New_York";
/// The hour in its middle.
const ITS_NOON: i8 = 12;
/// Hours by which its times can be moved and stay on one day that begins at 4: its first visit is at 8, its last ends
/// before 18.
const HOURS_EARLIER_MAX: i8 = 4;
const HOURS_LATER_MAX: i8 = 5;
/// How the numbers of its appointments begin.
const PREFIX: &str = "sample-";

/// Gives the desk today's sample.
///
/// # Errors
/// One sentence, if the desk has other appointments; or if the desk cannot take it.
pub fn take(desk: &Desk, report: &mut dyn FnMut(Report)) -> Result<Summary, ImportError> {
    let others = desk.with_store(|store| store.has_appointment_beside(PREFIX))?;
    if others {
        return Err(ImportError::WrongFile(
            "--sample-day: this desk already has its own appointments, and sample patients must not be mixed with \
             them; use a separate folder, such as --data try-it"
                .to_owned(),
        ));
    }
    let list = ReadList::read(Kind::Csv, LIST)?;
    let day = desk.with_store(|store| Ok(store.day().clone()))?;
    let now = desk.now();
    // While the day goes on after midnight, its last hour is the nearest one that is on its date.
    let now = now.to_zoned_datetime(day.zone().clone());
    let late =
        day.of(now.timestamp()).at(23, 0, 0, 0).to_zoned_datetime(day.zone().clone()).unwrap_or_else(|_| now.clone());
    let moved = move_to(&list.list, &now.clone().min(late));
    let taken = desk.take_list(&moved, Unsaid::default())?;
    let mut days: BTreeMap<Date, u64> = BTreeMap::new();
    for appointment in &moved {
        *days.entry(day.of(appointment.start)).or_default() += 1;
    }
    report(Report::Days(days));
    Ok(Summary { taken: taken.taken, unchanged: taken.unchanged, refused: 0 })
}

/// The same visits on the date of `now`, by the wall clock, around its hour.
fn move_to(list: &[Appointment], now: &ZonedDateTime) -> Vec<Appointment> {
    let hours = (now.hour() - ITS_NOON).clamp(-HOURS_EARLIER_MAX, HOURS_LATER_MAX);
    let Ok(its_zone) = TimeZone::get(ITS_ZONE) else { return Vec::new() };
    let (date, zone) = (now.date(), now.time_zone());
    list.iter()
        .filter_map(|appointment| {
            let time = appointment.start.to_zoned_datetime(its_zone.clone()).time();
            let start = date
                .to_datetime(time)
                .checked_add(i64::from(hours).hours())
                .ok()?
                .to_zoned_datetime(zone.clone())
                .ok()?
                .timestamp();
            let id =
                AppointmentId::new(format!("{PREFIX}{date}-{}", appointment.id.as_str().trim_start_matches("apt-")));
            Some(Appointment { id, start, ..appointment.clone() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_whole_on_one_date_at_every_hour_in_every_zone() {
        let list = ReadList::read(Kind::Csv, LIST).unwrap();
        assert!(list.refused.is_empty() && list.list.len() > 200);
        for zone in ["America/New_York", "America/Los_Angeles", "Europe/London", "Asia/Kathmandu"] {
            let zone = TimeZone::get(zone).unwrap();
            for hour in 0..24 {
                let now = jiff::civil::date(2026, 11, 29).at(hour, 30, 0, 0).to_zoned_datetime(zone.clone()).unwrap();
                let moved = move_to(&list.list, &now);
                assert_eq!(moved.len(), list.list.len());
                assert!(moved.iter().all(|one| one.local_date(&zone) == now.date()), "{hour}");
                let mut ids: Vec<&str> = moved.iter().map(|one| one.id.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                assert!(ids.len() == moved.len() && ids.iter().all(|id| id.starts_with("sample-2026-11-29-")));
                // Also at night someone can check in soon, or could just now.
                let near =
                    moved.iter().filter(|one| one.start.duration_since(now.timestamp()).as_hours().abs() <= 6).count();
                assert!(near > 0, "{hour}");
            }
        }
    }
}
