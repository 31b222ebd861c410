//! Which day it is for a clinic: the one place that decides it, for desk and kiosks.
//!
//! A clinic's day does not begin at midnight but at an hour when no one is checked in, so that one evening is one day:
//! tickets are counted on it, lists and reports are of it.
//!
//! Invariants: a later moment is never on an earlier day, also on a night on which clocks are set back; every moment is
//! on exactly one day.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// The hour at which the day begins unless the clinic says another one.
pub const DAY_BEGINS_AT: u8 = 4;
/// The latest hour at which a day can begin: anyone who comes at noon comes today.
pub const DAY_BEGINS_AT_MAX: u8 = 12;

/// No place on earth ever left out more dates than this, one after the other.
const DATES_LEFT_OUT_MAX: usize = 1;

/// A clinic's time zone and the hour at which its day begins there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicDay {
    zone: TimeZone,
    begins: Time,
}

impl ClinicDay {
    /// The day of a clinic in this zone, from this hour on to the same hour of the next date. An hour that is none is
    /// midnight.
    #[must_use]
    pub fn new(zone: TimeZone, begins_at_hour: u8) -> Self {
        let begins = i8::try_from(begins_at_hour)
            .ok()
            .and_then(|hour| Time::new(hour, 0, 0, 0).ok())
            .unwrap_or(Time::midnight());
        Self { zone, begins }
    }

    /// The zone of all times.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The clinic's day at this moment.
    #[must_use]
    pub fn of(&self, at: Timestamp) -> Date {
        let mut date = at.to_zoned_datetime(self.zone.clone()).date();
        // Moments are compared, not times of day: on the night on which clocks are set back, 1:30 comes twice. The date
        // before may be one that there never was, where a whole day was left out; then it began no earlier, and
        // the one before that goes on.
        for _ in 0..DATES_LEFT_OUT_MAX + 1 {
            match (self.begin_of(date), date.yesterday()) {
                (Some(begins), Ok(yesterday)) if at < begins => date = yesterday,
                _ => break,
            }
        }
        date
    }

    /// The first moment of a day; none beyond the ends of the calendar.
    #[must_use]
    pub fn begin_of(&self, date: Date) -> Option<Timestamp> {
        // A time that a clock skips is the first one after the gap.
        Some(date.to_datetime(self.begins).to_zoned_datetime(self.zone.clone()).ok()?.timestamp())
    }
}

/// Zone and hour, as one word for what was worked out with them.
impl std::fmt::Display for ClinicDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {}", self.zone.iana_name().unwrap_or("?"), self.begins)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::{SignedDuration, ToSpan};

    use super::*;

    fn day(zone: &str, hour: u8) -> ClinicDay {
        ClinicDay::new(TimeZone::get(zone).unwrap(), hour)
    }

    #[test]
    fn a_day_goes_on_over_midnight_until_its_hour() {
        for (hour, at, expected) in [
            (4, "2026-12-02T03:59:59-05:00", date(2026, 12, 1)),
            (4, "2026-12-02T04:00:00-05:00", date(2026, 12, 2)),
            (4, "2026-12-02T23:59:59-05:00", date(2026, 12, 2)),
            (4, "2027-01-01T00:30:00-05:00", date(2026, 12, 31)),
            (0, "2026-12-02T00:00:00-05:00", date(2026, 12, 2)),
            (0, "2026-12-01T23:59:59-05:00", date(2026, 12, 1)),
            (12, "2026-12-02T11:59:00-05:00", date(2026, 12, 1)),
            // No hour at all.
            (77, "2026-12-02T00:00:00-05:00", date(2026, 12, 2)),
        ] {
            assert_eq!(day("America/New_York", hour).of(at.parse().unwrap()), expected, "{hour} {at}");
        }
    }

    #[test]
    fn no_moment_is_on_an_earlier_day_than_one_before_it_whatever_the_clocks_do() {
        // Set forward and back at 2; at midnight; by half an hour; a date that there never was.
        let nights = [
            ("America/New_York", date(2026, 3, 8)),
            ("America/New_York", date(2026, 11, 1)),
            ("America/Santiago", date(2026, 9, 6)),
            ("Africa/Cairo", date(2026, 4, 24)),
            ("Australia/Lord_Howe", date(2026, 4, 5)),
            ("Pacific/Apia", date(2011, 12, 30)),
        ];
        for (zone, night) in nights {
            for hour in 0..=DAY_BEGINS_AT_MAX {
                let day = day(zone, hour);
                let mut at = day.begin_of(night - 2.days()).unwrap();
                let (mut before, mut days) = (day.of(at), 1);
                for _ in 0..5 * 24 * 12 {
                    at += SignedDuration::from_mins(5);
                    let now = day.of(at);
                    assert!(now >= before, "{zone} {hour}: {at} is on {now}, after {before}");
                    if now != before {
                        assert!(
                            at.duration_since(day.begin_of(now).unwrap()) < SignedDuration::from_mins(5),
                            "{zone} {hour} {now}"
                        );
                        days += 1;
                    }
                    before = now;
                }
                assert!((5..=6).contains(&days), "{zone} {hour}: {days}");
            }
        }
    }
}
